"""Imbalanced tags, one for each step, and the exact probability of every tag at every step."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from skseq._validation import Interval, StrOptions, validate_params
from skseq.data import Sequences, step_mask
from skseq.datasets._draws import (
    class_shares,
    class_vectors,
    draw_categories,
    draw_lengths,
    softmax,
)

# Below this a likelihood, relative to the best state's, would underflow.
_LOWEST_LOG_LIKELIHOOD = -500.0


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
        "context": [Interval(Real, 0, 1, closed="both")],
        "run_length": [Interval(Integral, 1, None, closed="left")],
        "ordinal": ["boolean"],
        "random_state": ["random_state"],
        "return_posterior": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def make_imbalanced_tags(
    n_samples=100,
    *,
    n_classes=5,
    weights=0.95,
    kind="values",
    length=(20, 100),
    n_features=2,
    n_tokens=50,
    class_sep=3.0,
    context=1.0,
    run_length=3,
    ordinal=False,
    random_state=None,
    return_posterior=False,
):
    """Make sequences with a tag for each step, whose best possible score is known.

    Tag 0 is the background. Every other tag comes in runs, and each run is preceded by one step,
    the cue, that is tagged as background. The signal may lie in the tagged steps themselves or in
    the cue; then the step looks like background, and only its context says what it is. The process
    is a hidden Markov model, so the exact probability of each tag, given the whole sequence, is
    known.

    Parameters
    ----------
    n_samples : int, default=100
        Sequences.

    n_classes : int, default=5
        Tags, 0 to ``n_classes - 1``, the background included.

    weights : float or array-like of shape (n_classes,), default=0.95
        Expected shares of the tags among all steps. A number is the share of the background; the
        others divide the rest like 1, 1/2, 1/3, ... The cues belong to the background.

    kind : {"values", "tokens"}, default="values"
        Whether a step is ``n_features`` numbers or one of ``n_tokens`` token ids.

    length : int or (int, int), default=(20, 100)
        Steps in a sequence: one number for all, or the shortest and the longest, between which
        lengths are log-uniform (many short, few long).

    n_features : int, default=2
        Numbers in a step of values.

    n_tokens : int, default=50
        Size of the vocabulary.

    class_sep : float, default=3.0
        Strength of the signal; 0 makes all steps alike.

    context : float in [0, 1], default=1.0
        Share of the signal that lies in the cue. At 0 a tagged step reveals its own tag (and
        its neighbours help); at 1 it is distributed like the background.

    run_length : int, default=3
        Steps in a run. Runs are cut off only by the ends of a sequence.

    ordinal : bool, default=False
        Whether the signals of the tags, background first, stand in order at equal distances on
        one line, instead of each in a direction of its own.

    random_state : int, RandomState instance or None, default=None
        Draws the tags' signals and the sequences.

    return_posterior : bool, default=False
        Whether to return the probability of each tag, too.

    Returns
    -------
    X : Sequences
        Float values of shape (n_steps_total, n_features), or token ids in ``range(n_tokens)``.

    y : Sequences of int
        The tags, aligned with X. Small data may lack a rare one.

    posterior : Sequences with values of shape (n_steps_total, n_classes)
        Probability of each tag given the whole sequence, aligned with X; only if
        ``return_posterior``. Its argmax has the best expected accuracy of steps, the argmax of
        ``posterior.values / shares`` the best expected balanced accuracy.

    Raises
    ------
    ValueError
        If an argument is out of its range, or the background has no room for the cues.

    See Also
    --------
    make_imbalanced_sequences : One label for each sequence.

    Notes
    -----
    The hidden states are the background 0 and, for each tag k, a cue and r = ``run_length``
    states, passed through in this order. After the background, and after a run, a cue of k
    follows with probability ρ_k / q, else the background, where w_k is the share of tag k,
    ρ_k = w_k / r, and q = w_0. The sequences start in the stationary law, so each step has
    tag k with probability w_k.

    With s = ``class_sep``, c = ``context`` and z_k a standard normal draw for tag k (with
    ``ordinal``, (k - (n_classes - 1) / 2) z with a common z), the signal of the background is
    v = s z_0, that of a cue v = s (c z_k + (1 - c) z_0), that of a tagged step
    v = s ((1 - c) z_k + c z_0). Values are N(v, I); tokens are drawn from softmax(v). The
    posterior comes from the forward-backward algorithm [1]_.

    References
    ----------
    .. [1] L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech
       recognition", Proceedings of the IEEE, 1989. https://doi.org/10.1109/5.18626

    Examples
    --------
    >>> import numpy as np
    >>> from skseq.datasets import make_imbalanced_tags
    >>> X, y, posterior = make_imbalanced_tags(
    ...     200, n_classes=2, class_sep=2.0, random_state=0, return_posterior=True
    ... )
    >>> float(np.mean(y.values == 0)).__round__(2)  # what a constant prediction scores
    0.95
    >>> float(np.mean(posterior.values.argmax(axis=1) == y.values)).__round__(2)  # the best
    0.99
    """
    rng = check_random_state(random_state)
    shares = class_shares(weights, n_classes)
    chain = _CuedRuns(shares, run_length)
    signals = class_vectors(
        n_classes, (n_features if kind == "values" else n_tokens,), ordinal, rng
    )
    strength = np.where(chain.is_cue, context, 1 - context)[:, None]
    signals = strength * signals[chain.signal] + (1 - strength) * signals[0]  # (n_states, size)
    emission = (_Normal if kind == "values" else _Categorical)(class_sep * signals)

    lengths = draw_lengths(length, n_samples, rng)
    states = chain.draw(lengths, rng)
    X = states.replace(values=emission.draw(states.values, rng), n_tokens=emission.n_tokens)
    y = states.replace(values=chain.tag[states.values])
    if not return_posterior:
        return X, y
    state_posterior = forward_backward(
        chain.start, chain.transition, X.replace(values=emission.log_likelihood(X.values))
    )
    tag_of_state = np.eye(n_classes)[chain.tag]  # (n_states, n_classes)
    return X, y, y.replace(values=state_posterior.values @ tag_of_state)


class _CuedRuns:
    """The hidden chain: background, and for each other tag a cue and ``run_length`` steps.

    Attributes
    ----------
    signal, tag : ndarray of int of shape (n_states,)
        The tag whose signal a state emits, and the tag it carries: they differ in cues.
    is_cue : ndarray of bool of shape (n_states,)
    start : ndarray of shape (n_states,)
        Probability of each state at every step.
    transition : ndarray of shape (n_states, n_states)
    """

    def __init__(self, shares, run_length):
        rates = shares[1:] / run_length  # runs of each tag per step
        if shares[0] < rates.sum():
            raise ValueError(
                f"weights give the background a share of {shares[0]:.3g}, but the cues alone, one "
                f"for each run of {run_length} steps, need {rates.sum():.3g}; raise weights[0] or "
                "run_length"
            )
        n_states = 1 + len(rates) * (1 + run_length)
        cues = np.arange(1, n_states, 1 + run_length)
        ends = cues + run_length
        self.signal = np.concatenate([[0], np.repeat(np.arange(1, len(shares)), 1 + run_length)])
        self.is_cue = np.isin(np.arange(n_states), cues)
        self.tag = np.where(self.is_cue, 0, self.signal)
        self.start = np.concatenate([[0], np.repeat(rates, 1 + run_length)])
        self.start[0] = shares[0] - rates.sum()

        self.transition = np.eye(n_states, k=1)
        # A run ends where a new one may begin: in the background, and after each run. These
        # states have the share (w_0 - sum of rates) + sum of rates = w_0.
        renewal = np.zeros(n_states)
        renewal[cues] = rates / shares[0]
        renewal[0] = self.start[0] / shares[0]
        self.transition[[0, *ends]] = renewal

    def draw(self, lengths, rng):
        states = np.empty((lengths.max(), len(lengths)), dtype=np.int64)
        states[0] = draw_categories(np.tile(self.start, (len(lengths), 1)), rng)
        for step in range(1, len(states)):
            states[step] = draw_categories(self.transition[states[step - 1]], rng)
        return Sequences.from_padded(states.T, lengths)


class _Normal:
    """Steps of values: normal about the state's signal, unit variance."""

    n_tokens = None

    def __init__(self, signals):
        self.signals = signals

    def draw(self, states, rng):
        return self.signals[states] + rng.standard_normal((len(states), self.signals.shape[1]))

    def log_likelihood(self, values):
        """Log density of each step in each state, up to a constant of the step."""
        return values @ self.signals.T - 0.5 * (self.signals**2).sum(axis=1)


class _Categorical:
    """Steps of token ids, drawn from the softmax of the state's signal."""

    def __init__(self, signals):
        self.n_tokens = signals.shape[1]
        self.probabilities = softmax(signals)

    def draw(self, states, rng):
        return draw_categories(self.probabilities[states], rng)

    def log_likelihood(self, tokens):
        """Log probability of each step in each state."""
        with np.errstate(divide="ignore"):  # a strong signal rules tokens out
            return np.log(self.probabilities.T[tokens])


def forward_backward(start, transition, log_likelihood):
    """Probability of each hidden state at each step, given the whole sequence.

    Parameters
    ----------
    start : ndarray of shape (n_states,)
        Probability of each state at the first step.

    transition : ndarray of shape (n_states, n_states)
        Probability of the next state (column) given a state (row).

    log_likelihood : Sequences with values of shape (n_steps_total, n_states)
        Log likelihood of the observation of each step in each state.

    Returns
    -------
    Sequences with values of shape (n_steps_total, n_states)
    """
    scores = log_likelihood.values
    relative = np.maximum(scores - scores.max(axis=1, keepdims=True), _LOWEST_LOG_LIKELIHOOD)
    padded, lengths = log_likelihood.replace(values=np.exp(relative)).to_padded(fill_value=1.0)
    likelihood = np.ascontiguousarray(padded.swapaxes(0, 1))  # (time, sequence, state)
    is_last = np.arange(len(likelihood))[:, None] >= lengths - 1  # (time, sequence)

    forward = np.empty_like(likelihood)
    forward[0] = start * likelihood[0]
    for step in range(len(likelihood)):
        if step:
            np.matmul(forward[step - 1], transition, out=forward[step])
            forward[step] *= likelihood[step]
        forward[step] /= forward[step].sum(axis=1, keepdims=True)

    backward = np.ones_like(likelihood)
    for step in range(len(likelihood) - 2, -1, -1):
        message = (likelihood[step + 1] * backward[step + 1]) @ transition.T
        message /= message.max(axis=1, keepdims=True)
        backward[step] = np.where(is_last[step, :, None], 1.0, message)

    both = (forward * backward).swapaxes(0, 1)[step_mask(lengths, len(likelihood))]
    return log_likelihood.replace(values=both / both.sum(axis=1, keepdims=True))
