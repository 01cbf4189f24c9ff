"""Several models' probabilities as one: a weighted mean of their logarithms."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from skseq.decisions._offsets import STRENGTHS, score_shifted

# What a model calls less probable is not certain to be false: it may not know the class at all.
_FLOOR = np.log(1e-6)

# Weights are drawn towards those of the plain mean as if by a row, so that they stay finite where
# the rows are few or told apart without error.
_STRENGTH = 1.0

# A handful of weights are told by so many rows as well as by more.
_ENOUGH_ROWS = 200_000


def pool_log_proba(log_probas, weights, prior):
    """Weighted mean of log probabilities, normalised (logarithmic opinion pool).

    .. math:: \\log p(c | x) = \\sum_k w_k \\log p_k(c | x) + w_0 \\log \\pi_c + \\text{const}

    The class prior π takes part as one more model, which does not look at x: with a weight of its
    own, models whose probabilities stand for different priors can be brought to one.

    Parameters
    ----------
    log_probas : ndarray of shape (n_models, n, n_classes)
        Log probabilities; those below that of one in a million, -inf among them, count as this.

    weights : ndarray of shape (n_models + 1,)
        One for each model, and the prior's.

    prior : ndarray of shape (n_classes,)
        Class shares.

    Returns
    -------
    ndarray of shape (n, n_classes)
        Log probabilities.
    """
    return log_softmax(np.tensordot(weights, _stacked(log_probas, prior), axes=1), axis=1)


def fit_pool(log_probas, codes, prior, sample_weight=None):
    """Weights for which held-out labels are most likely, none of a model's negative.

    This is multinomial logistic regression on the models' log probabilities with one coefficient
    for each model, the same for all classes: stacking with as many parameters as there are models.
    Of many rows it looks at 200,000, always the same ones.

    Parameters
    ----------
    log_probas : ndarray of shape (n_models, n, n_classes)
        Log probabilities of rows that the models were not trained on.

    codes : ndarray of int of shape (n,)
        Their classes.

    prior : ndarray of shape (n_classes,)
        Class shares.

    sample_weight : ndarray of shape (n,), default=None
        How much each row counts.

    Returns
    -------
    ndarray of shape (n_models + 1,)
        As `pool_log_proba` takes them.
    """
    rows = np.ones(len(codes)) if sample_weight is None else np.asarray(sample_weight)
    if len(codes) > _ENOUGH_ROWS:
        seen = np.random.default_rng(0).permutation(len(codes))[:_ENOUGH_ROWS]
        log_probas, codes, rows = log_probas[:, seen], codes[seen], rows[seen]
    stacked = _stacked(log_probas, prior)
    truth = np.zeros(stacked.shape[1:])
    truth[np.arange(len(codes)), codes] = 1.0
    even = mean_weights(len(log_probas))

    def loss_and_gradient(weights):
        scores = log_softmax(np.tensordot(weights, stacked, axes=1), axis=1)
        error = (np.exp(scores) - truth) * rows[:, None]
        away = weights - even
        loss = -rows @ scores[truth > 0] + _STRENGTH / 2 * away @ away
        return loss, np.tensordot(stacked, error, axes=2) + _STRENGTH * away

    bounds = [(0, None)] * len(log_probas) + [(None, None)]
    return minimize(loss_and_gradient, even, jac=True, method="L-BFGS-B", bounds=bounds).x


def pool_choices(weights):
    """Weights and strengths of the decision among which a score decides.

    Parameters
    ----------
    weights : ndarray of shape (n_models + 1,)
        From `fit_pool`. The likelihood that they maximise is not the score, so each model alone,
        deciding as it would, is a choice, too: a blend need not be worse than its best member.

    Returns
    -------
    list of (ndarray of shape (n_models + 1,), tuple of float)
    """
    alone = np.eye(len(weights) - 1, len(weights))
    return [(weights, STRENGTHS)] + [(one, (0.0,)) for one in alone]


def tune_pool(log_probas, choices, score_along, prior):
    """Choose the weights and the strength, from argmax (0) to balanced (1), that score best.

    Parameters
    ----------
    log_probas : ndarray of shape (n_models, n, n_classes)
        Log probabilities of rows that the models were not trained on.

    choices : list of (ndarray of shape (n_models + 1,), tuple of float)
        Weights, and the strengths to try with them.

    score_along : callable
        As `tune_offsets` takes it.

    prior : ndarray of shape (n_classes,)
        Class shares.

    Returns
    -------
    (ndarray of shape (n_models + 1,), float)
        Of those that score alike, the first.
    """
    log_prior = np.log(np.maximum(prior, np.finfo(np.float64).tiny))
    tried, reached = [], []
    for weights, strengths in choices:
        log_proba = pool_log_proba(log_probas, weights, prior)
        for strength in strengths:
            tried.append((weights, strength))
            reached.append(score_shifted(log_proba - strength * log_prior, score_along))
    return tried[int(np.argmax(reached))]


def mean_weights(n_models):
    """Weights of the plain mean, in which the prior has no say: ndarray (n_models + 1,)."""
    return np.append(np.full(n_models, 1 / n_models), 0.0)


def _stacked(log_probas, prior):
    """Log probabilities of the models and the prior: (n_models + 1, n, n_classes)."""
    known = np.maximum(log_probas, _FLOOR)
    shares = np.maximum(np.log(np.maximum(prior, np.exp(_FLOOR))), _FLOOR)
    return np.concatenate([known, np.broadcast_to(shares, (1, *known.shape[1:]))])
