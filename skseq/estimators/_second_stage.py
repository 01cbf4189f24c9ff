"""A second stage of training: the net is frozen but for its last layer."""

import numpy as np
import torch

from skseq._validation import HasMethods, StrOptions
from skseq.data import draw_of_each_class
from skseq.estimators._absent import check_two_classes_count
from skseq.losses._table import make_loss
from skseq.stages import SECOND_STAGES, make_second_stage


class SecondStageMixin:
    """Parameter ``second_stage`` of an estimator of classes."""

    _second_stage_constraints: dict = {
        "second_stage": [StrOptions(set(SECOND_STAGES)), HasMethods(["refit"]), None],
    }

    def _check_second_stage(self):
        if self.second_stage is None:
            return
        if getattr(make_loss(self.loss), "cosine_scale", None) is not None:
            raise ValueError(
                f"second_stage={self.second_stage!r} needs a linear last layer, but the one of "
                f"loss={self.loss!r} scores cosines; use one of the two"
            )

    def _refit_head(self, X, codes, weight, rows):
        """Give the last layer new weights, learnt from the training rows."""
        if self.second_stage is None:
            return
        last = self.net_.module_.head[-1]
        stage = make_second_stage(self.second_stage)
        chance = np.random.RandomState(self._random_state.randint(2**31))
        chosen = counting(*self._rows_of_stage(X, codes, weight, rows))
        drawn = at_most(chosen[1], getattr(stage, "max_rows", None), chance)
        features, codes, weight = (None if part is None else part[drawn] for part in chosen)
        check_two_classes_count(codes, weight, self.classes_)
        features = features.astype(np.float64)
        coef, intercept = (
            parameter.detach().cpu().numpy().astype(np.float64)
            for parameter in (last.weight, last.bias)
        )
        coef, intercept = stage.refit(features, codes, weight, coef, intercept, chance)
        with torch.no_grad():
            last.weight.copy_(torch.as_tensor(coef))
            last.bias.copy_(torch.as_tensor(intercept))
        self.second_stage_ = stage
        self.train_prior_ = stage.prior_

    def _learn_priors(self, X, codes, weight, class_prior, loss):
        # What the net is trained on from here on, no second stage has seen.
        self.__dict__.pop("second_stage_", None)
        super()._learn_priors(X, codes, weight, class_prior, loss)

    def _rows_of_stage(self, X, codes, weight, rows):
        """What the last layer reads of the training rows or steps, their codes and weights."""
        X, labels = self._with_labels(X, codes, weight)
        if rows is not None:
            X, labels = X[rows], labels[rows]
        X, _, codes, weight = self._without_labels(X, labels)
        return self._last_inputs_of_spans(self._spans(X, None), len(codes)), codes, weight

    def _gives_probabilities(self):
        if self.second_stage is not None:
            return make_second_stage(self.second_stage).is_proper
        return super()._gives_probabilities()


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
