"""Under-sampling inside tagged sequences: steps near the rare tags stay, with their context."""

from numbers import Integral, Real

import numpy as np

from skseq._validation import Interval
from skseq.data import Sequences, check_sequences, own_origins
from skseq.samplers._tag_base import IGNORE_CONSTRAINTS, TagSampler

_UNREACHABLE = np.iinfo(np.int64).max


def steps_to_nearest(is_target, offsets):
    """How far the nearest target step of the same sequence is from each step.

    Parameters
    ----------
    is_target : ndarray of bool of shape (n_steps_total,)
        Which steps are targets.

    offsets : ndarray of int64 of shape (n_sequences + 1,)
        Where the sequences start and end.

    Returns
    -------
    ndarray of int64 of shape (n_steps_total,)
        0 at targets; the largest int64 in sequences without any.
    """
    n_steps = len(is_target)
    position = np.arange(n_steps)
    lengths = np.diff(offsets)
    before = np.maximum.accumulate(np.where(is_target, position, -1))
    after = np.minimum.accumulate(np.where(is_target, position, n_steps)[::-1])[::-1]
    outside_before = before < np.repeat(offsets[:-1], lengths)
    outside_after = after >= np.repeat(offsets[1:], lengths)
    return np.minimum(
        np.where(outside_before, _UNREACHABLE, position - before),
        np.where(outside_after, _UNREACHABLE, after - position),
    )


def near_minority(is_minority, offsets, ratio, min_context):
    """Which steps stay when each sequence grows from its minority steps to ``ratio`` times them.

    Parameters
    ----------
    is_minority : ndarray of bool of shape (n_steps_total,)
        Steps to grow from.

    offsets : ndarray of int64 of shape (n_sequences + 1,)
        Where the sequences start and end.

    ratio : float
        Steps wanted for each minority step, that one included.

    min_context : int
        Steps on either side that always stay.

    Returns
    -------
    ndarray of bool of shape (n_steps_total,)
    """
    lengths = np.diff(offsets)
    sequence = np.repeat(np.arange(len(lengths)), lengths)
    distance = steps_to_nearest(is_minority, offsets)
    nearest_first = np.lexsort((distance, sequence))
    layer = distance[nearest_first]  # sorted inside each sequence
    starts_layer = np.ones(len(layer), dtype=bool)
    starts_layer[1:] = np.diff(layer) != 0
    starts_layer[offsets[:-1]] = True
    # Steps of the sequence that are nearer than those of this layer: they come first.
    n_nearer = np.maximum.accumulate(np.where(starts_layer, np.arange(len(layer)), 0))
    n_nearer -= np.repeat(offsets[:-1], lengths)
    wanted = ratio * np.bincount(sequence[is_minority], minlength=len(lengths))
    stays = distance <= min_context
    stays[nearest_first] |= n_nearer < wanted[sequence]
    return stays


class ContextUnderSampler(TagSampler):
    """Keep the steps around the rare tags, and cut away the background between them.

    In each sequence the steps that hold another tag than the background stay, and so do their
    neighbours on both sides, then the next ones, and so on, until there are ``ratio`` times as many
    steps as those (or the sequence is used up). Each run of steps that stays becomes a sequence of
    its own: no two steps become neighbours that were not neighbours before. Sequences of background
    only are dropped, unless ``keep_background``. Nothing is drawn at random.

    Parameters
    ----------
    ratio : float, default=3.0
        Steps that stay in a sequence for each one that is not background, that one included; at
        least 1. The last round of neighbours stays whole, so it may be a few more.

    min_context : int, default=0
        Steps on either side of those that are not background that always stay. With
        ``ratio=1`` it is the context of every one of them.

    majority : label, default=None
        The tag that counts as background. None takes the commonest.

    ignore : scalar or list, default=None
        Marks in tags that stand where there is no label, such as -100, NaN or ``[None]``; they come
        out unchanged. These steps are context, as the background is. None refuses such marks.

    keep_background : bool, default=False
        Keep the sequences that hold background only, whole. Without any of them a tagger learns
        that something is always near; `TagUnderSampler` thins them out.

    Attributes
    ----------
    classes_ : ndarray of shape (n_tags,)
        Tags seen, sorted.

    majority_ : label
        The background tag.

    sample_indices_ : ndarray of int64 of shape (n_sequences_new,)
        Position in X of the sequence that each piece was cut from; aligns groups and other side
        data.

    step_indices_ : ndarray of int64 of shape (n_steps_new,)
        Position of each step that stays among all steps of X, ascending.

    n_features_in_ : int
        Columns of a 2-D X, features of a step otherwise.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    TagUnderSampler : Drops whole sequences instead.

    Notes
    -----
    The paper's balanced undersampling joins what stays of a sentence into one sentence again.
    Here the pieces stay apart, so that the order inside each is that of the data.

    References
    ----------
    Akkasi, Varoğlu & Dimililer, "Balanced undersampling: a novel sentence-based undersampling
    method to improve recognition of named entities in chemical and biomedical text", Applied
    Intelligence 48, 2018. https://doi.org/10.1007/s10489-017-0920-5

    Examples
    --------
    >>> from skseq.samplers import ContextUnderSampler
    >>> X = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [10, 11, 12]]
    >>> y = [["O", "N", "O", "O", "O", "O", "O", "O", "N"], ["O", "O", "O"]]
    >>> X_resampled, y_resampled = ContextUnderSampler(ratio=2).fit_resample(X, y)
    >>> X_resampled.tolist()
    [[1, 2, 3], [8, 9]]
    >>> y_resampled
    [['O', 'N', 'O'], ['O', 'N']]
    >>> X_resampled.origin.tolist()
    [[0], [0]]
    """

    _parameter_constraints = {
        "ratio": [Interval(Real, 1, None, closed="left")],
        "min_context": [Interval(Integral, 0, None, closed="left")],
        "majority": "no_validation",
        "ignore": IGNORE_CONSTRAINTS,
        "keep_background": ["boolean"],
    }

    def __init__(
        self, ratio=3.0, *, min_context=0, majority=None, ignore=None, keep_background=False
    ):
        self.ratio = ratio
        self.min_context = min_context
        self.majority = majority
        self.ignore = ignore
        self.keep_background = keep_background

    def fit_resample(self, X, y):
        """Cut out the pieces around the rare tags, and their tags.

        Parameters
        ----------
        X : Sequences, list of arrays, object array, array of 2 or 3 dimensions, frame
            The sequences. Texts must be encoded before: their steps are not known yet.

        y : list of lists, object array, 2-D array or Sequences
            One tag for each step.

        Returns
        -------
        X_resampled : Sequences
            The pieces, in order, with ``origin``: the position in X that each was cut from, or
            the origin that X gave it; weights follow.

        y_resampled : list of lists if y is a list, else Sequences
            Their tags.

        Raises
        ------
        ValueError
            If y has one tag only, does not align with X, or does not hold ``majority``.
        TypeError
            If y has one label per sequence, or X holds text.

        Warns
        -----
        DoubleCountingWarning
            If X carries weights or was resampled, and this leaves the tags less even.
        """
        X, tags = self._learn(X, y)
        X_resampled, tags_resampled = self._fit_resample(X, tags)
        return X_resampled, tags_resampled.tolist() if isinstance(y, list) else tags_resampled

    _reads_all_steps = True  # and cuts between them

    def _check_X(self, X):
        return check_sequences(self, X)

    def _choose(self, tags, codes):
        stays = near_minority(
            self._says_something(codes), tags.offsets, self.ratio, self.min_context
        )
        sequence = tags.sequence_index()
        if self.keep_background:
            stays |= (np.bincount(sequence[stays], minlength=len(tags)) == 0)[sequence]
        starts = stays.copy()
        starts[1:] &= ~stays[:-1] | (np.diff(sequence) > 0)
        self.step_indices_ = np.flatnonzero(stays)
        self.sample_indices_ = sequence[starts]
        self._piece_offsets = np.append(
            np.searchsorted(self.step_indices_, np.flatnonzero(starts)), len(self.step_indices_)
        )

    def _fit_resample(self, X, y):
        kept, offsets = self.step_indices_, self._piece_offsets
        self._warn_if_double_counted(X, y, np.bincount(kept, minlength=X.n_steps))
        origin = own_origins(len(X)) if X.origin is None else X.origin
        weight = X.weight
        if weight is not None:
            weight = weight[kept] if X.has_step_weight else weight[self.sample_indices_]
        pieces = Sequences(
            X.values[kept],
            offsets,
            weight=weight,
            origin=origin[self.sample_indices_],
            n_tokens=X.n_tokens,
            label_counts=X.label_counts,
            vocabulary=X.vocabulary,
            channels=X.channels,
        )
        return pieces, Sequences(y.values[kept], offsets)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.sampler_tags.sample_indices = False  # pieces are not whole sequences of X
        return tags
