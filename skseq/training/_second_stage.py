"""A second stage of training: the net is frozen except for its last layer."""

from dataclasses import replace

import numpy as np
import torch

from skseq.data import draw_of_each_class
from skseq.stages import make_second_stage
from skseq.training._targets import check_two_classes_count
from skseq.training._train import last_states


def refit_last_layer(net, second_stage, targets, rng):
    """Give the last layer of a net new weights, learnt from the states of the training rows.

    Parameters
    ----------
    net : SequenceNet
        Trained, with a linear head.

    second_stage : str, class or SecondStage
        See `skseq.stages`.

    targets : RowTargets or StepTargets
        The training rows.

    rng : numpy.random.RandomState
        Where draws come from.

    Returns
    -------
    SecondStage
        The one that has learnt, with ``prior_``.
    """
    stage, layer = make_second_stage(second_stage), net.module_.last_layer
    # Their targets play no part in the states.
    states = last_states([net], replace(targets, values=None, weight=None))
    chosen = counting(states, targets.values, targets.weight)
    drawn = at_most(chosen[1], getattr(stage, "max_rows", None), rng)
    states, codes, weight = (None if part is None else part[drawn] for part in chosen)
    check_two_classes_count(codes, weight, targets.classes)
    coef, intercept = (
        parameter.detach().cpu().numpy().astype(np.float64)
        for parameter in (layer.weight, layer.bias)
    )
    coef, intercept = stage.refit(states.astype(np.float64), codes, weight, coef, intercept, rng)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(coef))
        layer.bias.copy_(torch.as_tensor(intercept))
    return stage


def counting(features, codes, weight):
    """Leave out rows without weight."""
    if weight is None or np.all(weight > 0):
        return features, codes, weight
    counts = weight > 0
    return features[counts], codes[counts], weight[counts]


def at_most(codes, max_rows, random_state):
    """Positions of all rows, of a class with more than ``max_rows`` of a random choice of them."""
    if max_rows is None or not len(codes) or np.bincount(codes).max() <= max_rows:
        return slice(None)
    return np.sort(draw_of_each_class(codes, max_rows, random_state))
