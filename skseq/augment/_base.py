"""What every augmenter shares: forms of X and y, which sequences are augmented, what moves along.

An augmenter is called with X, or with X and y, and returns the same. It writes one method,
``_change``, for sequences that are all to be changed; the base

- draws which sequences those are, and puts them back among the others, in their order;
- moves labels of steps, weights of steps, origins and the size of the vocabulary along;
- checks parameters and steps, and keeps the type of the values.

Labels are a `Sequences` (one for each step), an array (one for each sequence) or None in here.
"""

from copy import copy
from numbers import Real
from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length, check_random_state, column_or_1d

from skseq._validation import Interval, check_parameters, has_step_labels
from skseq.augment._marks import marks_as_weights, weights_as_marks
from skseq.data import (
    Sequences,
    as_sequences,
    check_kind,
    check_tags,
    like_input,
    offsets_from_lengths,
    refuse_channels,
)


class NewSteps(NamedTuple):
    """The augmented form of some sequences; positions are flat, counted over all of their steps.

    Parameters
    ----------
    values : ndarray of shape (n_new_steps,) or (n_new_steps, n_features), default=None
        The new steps. None takes the values at ``source``.

    source : ndarray of int of shape (n_new_steps,), default=None
        Position of the old step that each new one takes its label and its weight from. None
        means that every step stayed where it was.

    lengths : ndarray of int of shape (n_sequences,), default=None
        New steps in each sequence, none of them 0; None if they are as many as before.

    tags : ndarray of shape (n_new_steps,), default=None
        Labels of the new steps, where they are not those at ``source``.

    origin : Sequences of int of shape (n_sequences,), default=None
        Ids of the originals that each sequence comes from now, where others were mixed into it;
        None keeps those that it had.

    Examples
    --------
    >>> from skseq.augment import NewSteps
    >>> NewSteps(source=[2, 1, 0]).source
    [2, 1, 0]
    """

    values: np.ndarray | None = None
    source: np.ndarray | None = None
    lengths: np.ndarray | None = None
    tags: np.ndarray | None = None
    origin: Sequences | None = None


class Augmenter(BaseEstimator):
    """Base of the augmenters, ours and your own.

    A subclass writes ``_change(X, y, random_state)``, which takes checked `Sequences` and gives the
    `NewSteps` of all of them. One that reads something off the training data, such as the spread
    of a feature or the tokens that occur, writes ``_learn(X, y)`` too. The attributes ``kind`` and
    ``by_class`` say what it applies to.

    Parameters
    ----------
    p : float in [0, 1], default=1.0
        Probability that a sequence is augmented; the others stay as they are.

    Attributes
    ----------
    kind : {"values", "tokens", "tags"} or None
        Set by the class: "values" takes steps of floating-point values, "tokens" steps of one
        integer id, "tags" any steps that have a label each, None any steps.

    by_class : bool
        Set by the class: whether it mixes sequences of one class, and so needs y with one label
        for each sequence. Its ``_learn`` and ``_change`` get those; all others get the labels of
        the steps, if there are any.

    n_step_features_ : int
        Features of a step, once it is fitted.

    Notes
    -----
    Fitting is optional. An augmenter that was not fitted learns from the sequences it is called
    with, which is right when those are the training data. Fit it to the training data, and call
    it with parts of them (batches, the copies of a rare class), and it draws tokens, mentions and
    spreads from all of them.

    A sequence keeps its ``origin``, so that a validation split never holds an augmented copy of a
    sequence that trains. One that others are mixed into has theirs as well.

    Examples
    --------
    Time reversal as an augmenter of your own:

    >>> import numpy as np
    >>> from skseq import Sequences
    >>> from skseq.augment import Augmenter, NewSteps
    >>> class Reversal(Augmenter):
    ...     kind = None
    ...
    ...     def _change(self, X, y, random_state):
    ...         first_plus_last = X.offsets[:-1] + X.offsets[1:] - 1
    ...         return NewSteps(
    ...             source=np.repeat(first_plus_last, X.lengths) - np.arange(X.n_steps)
    ...         )
    >>> X = Sequences.from_list([[1, 2, 3], [4, 5]])
    >>> X_new, y_new = Reversal()(X, [["O", "O", "A"], ["O", "B"]])
    >>> X_new.tolist(), y_new
    ([[3, 2, 1], [5, 4]], [['A', 'O', 'O'], ['B', 'O']])
    """

    kind = None
    by_class = False

    _parameter_constraints: dict = {"p": [Interval(Real, 0, 1, closed="both")]}

    def __init__(self, *, p=1.0):
        self.p = p

    def _learn(self, X, y):
        """Set what is read off the training data; the base has nothing to learn.

        Parameters
        ----------
        X : Sequences
            Checked sequences.

        y : Sequences, or ndarray of shape (n_sequences,) for one by class, or None
            Labels of their steps, if there are any, or of the sequences.
        """

    def _change(self, X, y, random_state):
        """Change every one of some sequences.

        Parameters
        ----------
        X : Sequences
            Checked sequences, at least one, none of them empty; not to be written to.

        y : Sequences, or ndarray of shape (n_sequences,) for one by class, or None
            Labels of their steps, if there are any, or of the sequences.

        random_state : numpy.random.RandomState
            Source of all randomness.

        Returns
        -------
        NewSteps
        """
        raise NotImplementedError(f"{type(self).__name__} must define _change(X, y, random_state)")

    def fit(self, X, y=None, *, ignore=None):
        """Learn from the training data what later calls with parts of them use.

        Parameters
        ----------
        X : Sequences, list of arrays, object array, array of 2 or 3 dimensions
            The sequences.

        y : list of lists, object array, 2-D array, Sequences or array-like of shape \
                (n_sequences,), default=None
            A label for each step, or for each sequence.

        ignore : scalar or list, default=None
            Marks in y in place of the label of a step; where tags are learnt from, it counts as one
            of the commonest.

        Returns
        -------
        self : Augmenter
        """
        X, labels = _as_steps(X, y, ignore)
        labels = marks_as_weights(labels, ignore)
        if not len(X):
            raise ValueError("X holds no sequences; at least one is needed to learn from")
        return self._fit(X, labels)

    def __call__(self, X, y=None, random_state=None, *, ignore=None):
        """Augment sequences, with the labels of their steps.

        Parameters
        ----------
        X : Sequences, list of arrays, object array, array of 2 or 3 dimensions
            The sequences; left untouched.

        y : list of lists, object array, 2-D array, Sequences or array-like of shape \
                (n_sequences,), default=None
            A label for each step, which moves along with it, or a label for each sequence, which
            comes back as it is.

        random_state : int, RandomState instance or None, default=None
            Seed of the draws; pass an int for the same result every time.

        ignore : scalar or list, default=None
            Marks in y in place of the label of a step; they move along with their steps.

        Returns
        -------
        X_new : Sequences
            The sequences in their order, with the weights, the origin and ``n_tokens`` of X.

        y_new : list of lists if y is one, else Sequences; or y itself
            Their labels; only if y was given.
        """
        X, marked = _as_steps(X, y, ignore)
        labels = marks_as_weights(marked, ignore)
        if len(X):
            if self.by_class and X.origin is None and not self.__sklearn_is_fitted__():
                X = X.replace(origin=np.arange(len(X)))  # parents are known here
            fitted = self._fitted_for(X, labels)
            X, labels = fitted._augment_some(X, labels, check_random_state(random_state))
            if isinstance(labels, Sequences):
                y = like_input(weights_as_marks(labels, marked, ignore), y)
        return X if y is None else (X, y)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "n_step_features_")

    def _fit(self, X, labels):
        check_parameters(self)
        self._check_steps(X, labels)
        self.n_step_features_ = X.n_features
        self._learn(X, self._own(labels))
        return self

    def _own(self, labels):
        """Labels as ``_learn`` and ``_change`` of this augmenter take them."""
        return labels if self.by_class or isinstance(labels, Sequences) else None

    def _fitted_for(self, X, labels):
        """Itself if it was fitted, or else a copy that learned from X, with X checked."""
        if not self.__sklearn_is_fitted__():
            return copy(self)._fit(X, labels)
        self._check_steps(X, labels)
        if X.n_features != self.n_step_features_:
            raise ValueError(
                f"X has {X.n_features} features, but {type(self).__name__} was fitted on "
                f"{self.n_step_features_}"
            )
        return self

    def _augment_some(self, X, labels, rng):
        chosen = rng.random_sample(len(X)) < self.p
        if not chosen.any():
            return X, labels
        if chosen.all():
            return self._augment(X, labels, rng)
        part, part_labels = self._augment(X[chosen], take_labels(labels, chosen), rng)
        masks = [~chosen, chosen]
        if isinstance(labels, Sequences):
            labels = put_back([labels[~chosen], part_labels], masks)
        return put_back([X[~chosen], part], masks), labels

    def _augment(self, X, labels, rng):
        new = self._change(X, self._own(labels), rng)
        values = X.values[new.source] if new.values is None else np.asarray(new.values)
        if X.n_tokens is not None and values.max() >= X.n_tokens:
            raise ValueError(
                f"{type(self).__name__} gave the token id {values.max()}, which is outside the "
                f"vocabulary of {X.n_tokens} tokens (ids 0 to {X.n_tokens - 1})"
            )
        X_new = _with_steps(X, values.astype(X.dtype, copy=False), new)
        if new.origin is not None:
            X_new = X_new.replace(origin=new.origin)
        if not isinstance(labels, Sequences):
            return X_new, labels
        tags = new.tags
        if tags is None:
            tags = labels.values if new.source is None else labels.values[new.source]
        return X_new, _with_steps(labels, tags, new)

    def _check_steps(self, X, labels):
        name = type(self).__name__
        if not X.lengths.all():
            row = int(np.argmin(X.lengths))
            raise ValueError(
                f"X[{row}] is empty, and {name} augments sequences of at least one step; drop "
                "empty ones with X[X.lengths > 0], from y as well"
            )
        if self.kind == "tags" and not isinstance(labels, Sequences):
            raise ValueError(
                f"{name} needs y with one label for each step, got {_labels_in_words(labels)}"
            )
        if self.by_class and not isinstance(labels, np.ndarray):
            raise ValueError(
                f"{name} mixes sequences of one class, so it needs y with one label for each "
                f"sequence, got {_labels_in_words(labels)}"
            )
        if self.kind == "tokens" and check_kind(X) != "tokens":
            raise TypeError(
                f"{name} changes token ids, one integer per step, but X has {X.dtype} steps of "
                f"{X.n_features} feature(s); see AUGMENTERS['values'] for values"
            )
        if self.kind == "values":
            _check_signals(X, name)


def put_back(parts, masks):
    """Join `Sequences` in the order of the rows that each mask is True for."""
    order = np.concatenate([np.flatnonzero(mask) for mask in masks])
    return Sequences.concatenate(parts)[np.argsort(order)]


def take_labels(labels, mask):
    """Labels of some of the sequences, or of their steps; None where there are none."""
    return None if labels is None else labels[mask]


def _as_steps(X, y, ignore):
    """X as `Sequences`, and y as such if it labels steps, as an array if it labels sequences."""
    X = as_sequences(X)
    if y is None:
        return X, None
    if has_step_labels(y):
        return X, check_tags(y, X, ignore=ignore)
    check_consistent_length(X, y)
    return X, column_or_1d(y)


def _labels_in_words(labels):
    if labels is None:
        return "none"
    return "one for each " + ("step" if isinstance(labels, Sequences) else "sequence")


def _with_steps(sequences, values, new):
    """Exchange the steps of X or of its labels; weights of steps go along."""
    changes = {"values": values}
    if new.lengths is not None:
        changes["offsets"] = offsets_from_lengths(new.lengths)
    if new.source is not None and sequences.has_step_weight:
        changes["weight"] = sequences.weight[new.source]
    return sequences.replace(**changes)


def _check_signals(X, name):
    refuse_channels(X, name)
    if X.dtype.kind != "f":
        raise TypeError(
            f"{name} changes floating-point values, but X has {X.dtype} steps; see "
            "AUGMENTERS['tokens'] if they are token ids, else convert them with "
            "X.replace(values=X.values.astype(float))"
        )
    if not np.isfinite(X.values).all():
        raise ValueError(f"X contains NaN or infinity; fill it before {name}")
