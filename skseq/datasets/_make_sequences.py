"""Imbalanced sequences with one label each, and the exact probability of every label."""

from itertools import pairwise
from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from skseq._validation import Interval, StrOptions, validate_params
from skseq.data import Sequences
from skseq.datasets._draws import (
    class_counts,
    class_shares,
    class_vectors,
    draw_categories,
    draw_lengths,
    softmax,
)

# Keeps the noise of an autoregression, and with it the likelihood, away from zero.
_LARGEST_COEFFICIENT = 0.99

_SINKHORN_ROUNDS = 200


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "n_classes": [Interval(Integral, 2, None, closed="left")],
        "weights": [Interval(Real, 0, 1, closed="neither"), "array-like"],
        "kind": [StrOptions({"values", "tokens"})],
        "length": [Interval(Integral, 1, None, closed="left"), tuple, list],
        "n_features": [Interval(Integral, 1, None, closed="left")],
        "n_tokens": [Interval(Integral, 2, None, closed="left")],
        "class_sep": [Interval(Real, 0, None, closed="left")],
        "temporal": [Interval(Real, 0, 1, closed="both")],
        "ordinal": ["boolean"],
        "flip_y": [Interval(Real, 0, 1, closed="both")],
        "random_state": ["random_state"],
        "return_posterior": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def make_imbalanced_sequences(
    n_samples=500,
    *,
    n_classes=3,
    weights=0.9,
    kind="values",
    length=(5, 40),
    n_features=2,
    n_tokens=20,
    class_sep=1.0,
    temporal=0.5,
    ordinal=False,
    flip_y=0.0,
    random_state=None,
    return_posterior=False,
):
    """Make imbalanced sequences with one label each, whose best possible score is known.

    Every class is a random process of its own, simple enough for the exact probability of each
    label given the sequence, p(y | x). No classifier can rank better than it, so it tells how much
    of a low score is due to the data.

    Parameters
    ----------
    n_samples : int, default=500
        Sequences, at least one per class.

    n_classes : int, default=3
        Labels, 0 to ``n_classes - 1``.

    weights : float or array-like of shape (n_classes,), default=0.9
        Shares of the classes. A number is the share of class 0; the others divide the rest like
        1, 1/2, 1/3, ... Numbers of members are as exact as rounding allows, at least 1 each.

    kind : {"values", "tokens"}, default="values"
        Whether a step is ``n_features`` numbers or one of ``n_tokens`` token ids.

    length : int or (int, int), default=(5, 40)
        Steps in a sequence: one number for all, or the shortest and the longest, between which
        lengths are log-uniform (many short, few long). Lengths do not depend on the class.

    n_features : int, default=2
        Numbers in a step of values.

    n_tokens : int, default=20
        Size of the vocabulary.

    class_sep : float, default=1.0
        Strength of the signal; 0 makes all classes alike.

    temporal : float in [0, 1], default=0.5
        Share of the signal that lies in the order of the steps. At 0 the order means nothing;
        at 1 a single step looks the same in every class, so that models that count or average
        steps stay at chance.

    ordinal : bool, default=False
        Whether the classes stand in order, at equal distances on one line, instead of each in a
        direction of its own.

    flip_y : float in [0, 1], default=0.0
        Share of the labels that are redrawn at random, regardless of the sequence.

    random_state : int, RandomState instance or None, default=None
        Draws the classes' processes and the sequences.

    return_posterior : bool, default=False
        Whether to return p(y | x), too.

    Returns
    -------
    X : Sequences
        Float values of shape (n_steps_total, n_features), or token ids in ``range(n_tokens)``.

    y : ndarray of int of shape (n_samples,)
        The labels.

    posterior : ndarray of shape (n_samples, n_classes)
        Probability of each label given the sequence; only if ``return_posterior``. Its argmax
        has the best expected accuracy, the argmax of ``posterior / shares`` the best expected
        balanced accuracy.

    Raises
    ------
    ValueError
        If an argument is out of its range, or there are fewer samples than classes.

    See Also
    --------
    make_imbalanced_tags : One label for each step.

    Notes
    -----
    With s = ``class_sep``, τ = ``temporal``, and z_c, W_c standard normal draws for class c (with
    ``ordinal``, (c - (n_classes - 1) / 2) times a common z and a common W):

    - values are a first-order autoregression of each feature, with stationary law N(μ_c, 1):
      x_1 = μ_c + e_1 and x_t = μ_c + φ_c (x_{t-1} - μ_c) + sqrt(1 - φ_c²) e_t, where e_t is
      standard normal, μ_c = s (1 - τ) z_c and φ_c = 0.99 tanh(s τ W_c);
    - tokens are a Markov chain: x_t is drawn from u_c = softmax(s z_c) with probability 1 - τ,
      else from row x_{t-1} of D_c, which is exp(s W_c) scaled to be doubly stochastic; the row
      of x_1 is uniform. So each x_t is uniform in every class when τ = 1.

    By Bayes' rule p(y=c | x) ∝ π_c p_c(x_1) Π_t p_c(x_t | x_{t-1}), with π_c the share of class c
    among the samples; with f = ``flip_y`` it becomes (1 - f) p(y=c | x) + f π_c.

    Examples
    --------
    >>> import numpy as np
    >>> from skseq.datasets import make_imbalanced_sequences
    >>> X, y, posterior = make_imbalanced_sequences(
    ...     1000, weights=[0.9, 0.08, 0.02], random_state=0, return_posterior=True
    ... )
    >>> np.bincount(y)
    array([900,  80,  20])
    >>> float(np.mean(posterior.argmax(axis=1) == y)).__round__(2)  # the best accuracy
    0.96
    """
    rng = check_random_state(random_state)
    counts = class_counts(class_shares(weights, n_classes), n_samples)
    labels = rng.permutation(np.repeat(np.arange(n_classes), counts))
    lengths = draw_lengths(length, n_samples, rng)
    if kind == "values":
        process = _Autoregressions(n_classes, n_features, class_sep, temporal, ordinal, rng)
    else:
        process = _MarkovChains(n_classes, n_tokens, class_sep, temporal, ordinal, rng)
    X = process.draw(labels, lengths, rng)

    shares = counts / n_samples
    flipped = rng.random_sample(n_samples) < flip_y
    y = np.where(flipped, rng.choice(n_classes, size=n_samples, p=shares), labels)
    if not return_posterior:
        return X, y
    posterior = softmax(np.log(shares) + process.log_likelihood(X))
    return X, y, (1 - flip_y) * posterior + flip_y * shares


class _Autoregressions:
    """A Gaussian first-order autoregression for each class, features independent."""

    def __init__(self, n_classes, n_features, class_sep, temporal, ordinal, rng):
        means = class_vectors(n_classes, (n_features,), ordinal, rng)
        slopes = class_vectors(n_classes, (n_features,), ordinal, rng)
        self.mean = class_sep * (1 - temporal) * means
        self.coefficient = _LARGEST_COEFFICIENT * np.tanh(class_sep * temporal * slopes)
        self.spread = np.sqrt(1 - self.coefficient**2)

    def draw(self, labels, lengths, rng):
        # Step by step, all sequences at once; (time, sequence, feature).
        steps = rng.standard_normal((lengths.max(), len(labels), self.mean.shape[1]))
        coefficient, spread = self.coefficient[labels], self.spread[labels]
        for previous, step in pairwise(steps):
            step *= spread
            step += coefficient * previous
        steps += self.mean[labels]
        return Sequences.from_padded(steps.swapaxes(0, 1), lengths)

    def log_likelihood(self, X):
        """Log density of each sequence in each class, up to a constant of the sequence."""
        first = X.offsets[:-1]
        scores = []
        for mean, coefficient, spread in zip(self.mean, self.coefficient, self.spread, strict=True):
            deviation = X.values - mean
            error = deviation.copy()
            error[1:] = (deviation[1:] - coefficient * deviation[:-1]) / spread
            error[first] = deviation[first]
            log_density = -0.5 * (error**2).sum(axis=1) - np.log(spread).sum()
            log_density[first] += np.log(spread).sum()
            scores.append(np.add.reduceat(log_density, first))
        return np.column_stack(scores)


class _MarkovChains:
    """A Markov chain of tokens for each class."""

    def __init__(self, n_classes, n_tokens, class_sep, temporal, ordinal, rng):
        unigram = softmax(class_sep * class_vectors(n_classes, (n_tokens,), ordinal, rng))
        bigram = _doubly_stochastic(
            class_sep * class_vectors(n_classes, (n_tokens, n_tokens), ordinal, rng)
        )
        self.start = (1 - temporal) * unigram + temporal / n_tokens
        self.transition = (1 - temporal) * unigram[:, None, :] + temporal * bigram
        self.n_tokens = n_tokens

    def draw(self, labels, lengths, rng):
        tokens = np.empty((lengths.max(), len(labels)), dtype=np.int64)
        tokens[0] = draw_categories(self.start[labels], rng)
        for step in range(1, len(tokens)):
            tokens[step] = draw_categories(self.transition[labels, tokens[step - 1]], rng)
        return Sequences.from_padded(tokens.T, lengths, n_tokens=self.n_tokens)

    def log_likelihood(self, X):
        """Log probability of each sequence in each class."""
        first = X.offsets[:-1]
        scores = []
        with np.errstate(divide="ignore"):  # a strong signal rules tokens out
            log_start, log_transition = np.log(self.start), np.log(self.transition)
        for start, transition in zip(log_start, log_transition, strict=True):
            log_probability = np.empty(X.n_steps)
            log_probability[1:] = transition[X.values[:-1], X.values[1:]]
            log_probability[first] = start[X.values[first]]
            scores.append(np.add.reduceat(log_probability, first))
        return np.column_stack(scores)


def _doubly_stochastic(scores):
    """Scale exp(scores) until its rows and columns sum to 1 (Sinkhorn's iteration), in logs."""
    for _ in range(_SINKHORN_ROUNDS):
        scores = scores - np.logaddexp.reduce(scores, axis=-2, keepdims=True)
        scores = scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True)
    return np.exp(scores)
