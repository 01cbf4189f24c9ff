"""What every sampler of tagged sequences shares: checked tags, the background, double counting.

The background is the tag that is common everywhere ("O" of entities); the other tags say
something. Spans that are written as "B-PER", "I-PER" may count as one type, PER.
"""

from numbers import Integral, Number

import numpy as np
from imblearn.base import BaseSampler
from imblearn.utils._validation import ArraysTransformer
from sklearn.utils import check_consistent_length

from skseq._class_counts import class_totals, earlier_corrections, warn_if_double_counted
from skseq._validation import check_parameters, did_you_mean
from skseq.data import Sequences, as_tags, check_tags, cut_steps, known_steps, split_prefix
from skseq.samplers._base import (
    SequenceSamplerMixin,
    in_sampled_form,
    log_sizes,
    remember_labels,
    take_with_origin,
)
from skseq.samplers._frames import is_resampled_as_frame, resample_frame

# What a parameter ``ignore`` may be.
IGNORE_CONSTRAINTS = [Number, str, "array-like", None]


class TagSampler(SequenceSamplerMixin, BaseSampler):
    """Checks of a sampler of tagged sequences, with parameters `majority` and `ignore`.

    A subclass writes one method, ``_choose(tags, codes)``, which learns what comes out from the
    tags and their positions in ``classes_`` and sets ``sample_indices_``; ``classes_`` and
    ``majority_`` are set by then. It does not see steps without a label, or, with
    ``_reads_all_steps``, sees them as background. One that cuts sequences overrides `fit_resample`
    as well.
    """

    _reads_all_steps = False

    def fit(self, X, y):
        """Check X and y, and learn which sequences come out.

        Parameters
        ----------
        X : Sequences, list of arrays or texts, object array, array of 2 or 3 dimensions, frame
            The sequences.

        y : list of lists, object array, 2-D array or Sequences
            One tag for each step.

        Returns
        -------
        self : object
            The instance itself.
        """
        self._learn(X, y)
        return self

    def fit_resample(self, X, y):
        """Resample whole sequences and their tags.

        Parameters
        ----------
        X : Sequences, list of arrays or texts, object array, array of 2 or 3 dimensions, frame
            The sequences.

        y : list of lists, object array, 2-D array or Sequences
            One tag, or a mark that ``ignore`` names, for each step. For texts, whose steps are
            known once they are encoded, only the number of sequences is compared.

        Returns
        -------
        X_resampled : Sequences, or the type of X if that is 2-D, a frame, or holds texts
            Whole sequences of X. `Sequences` carry ``origin``: the position in X that each came
            from, or the origin that X gave it; weights follow. Their ``label_counts`` tell how
            often each tag occurred before.

        y_resampled : list of lists if y is a list, else Sequences
            Their tags.

        Raises
        ------
        ValueError
            If y has one tag only, does not align with X, or does not hold ``majority``.
        TypeError
            If y has one label per sequence.

        Warns
        -----
        DoubleCountingWarning
            If X carries weights or was resampled, and this leaves the tags less even.
        """
        if is_resampled_as_frame(X):
            return resample_frame(self, self._resample, X, y)
        return self._resample(in_sampled_form(X), y)

    def _resample(self, X, y):
        checked, tags = self._learn(X, y)
        X_resampled, tags_resampled = self._fit_resample(checked, tags)
        log_sizes(self, len(tags), len(tags_resampled))
        converter = ArraysTransformer(X, y if isinstance(y, list) else tags)
        return converter.transform(X_resampled, tags_resampled)

    def _fit_resample(self, X, y):
        if isinstance(X, Sequences):
            copies = np.bincount(self.sample_indices_, minlength=len(X))
            self._warn_if_double_counted(X, y, np.repeat(copies, y.lengths))
        return take_with_origin(X, self.sample_indices_), y[self.sample_indices_]

    def _learn(self, X, y):
        """Choose what comes out; give X checked, and y as `Sequences`."""
        check_parameters(self)
        X = self._check_X(X)
        tags = _check_tags_of(y, X, self.ignore)
        known = known_steps(tags, self.ignore)
        labels = cut_steps(tags, known)
        self.classes_, codes = np.unique(labels.values, return_inverse=True)
        self.majority_ = self._find_majority(codes)
        if self._reads_all_steps:
            self._choose(tags, self._with_background(codes, known))
        else:
            self._choose(labels, codes)
        return remember_labels(X, labels.values), tags

    def _with_background(self, codes, known):
        """Codes of all steps: the background's for those without a label."""
        if known is None:
            return codes
        every = np.full(len(known), self.classes_.tolist().index(self.majority_))
        every[known] = codes
        return every

    def _find_majority(self, codes):
        tags = self.classes_.tolist()
        if len(tags) < 2:
            raise ValueError(
                f"y has a single class, the tag {tags[0]!r}; resampling needs at least one other"
            )
        if self.majority is None:
            return tags[np.bincount(codes).argmax()]
        if self.majority not in tags:
            raise ValueError(
                f"majority={self.majority!r} is not a tag of y, which has {tags}."
                f"{did_you_mean(self.majority, tags)}"
            )
        return self.majority

    def _says_something(self, codes):
        """Whether each step has another tag than the background."""
        return codes != self.classes_.tolist().index(self.majority_)

    def _warn_if_double_counted(self, X, tags, copies):
        """Compare the weights of the tags before and after; ``copies`` has one entry per step."""
        earlier = earlier_corrections(X)
        if not earlier:
            return
        known = known_steps(tags, self.ignore)
        codes = np.searchsorted(self.classes_, cut_steps(tags, known).values)
        weight = X.step_weight()
        if known is not None:
            weight, copies = weight[known], copies[known]
        n_classes = len(self.classes_)
        warn_if_double_counted(
            class_totals(codes, n_classes, weight),
            class_totals(codes, n_classes, weight * copies),
            earlier=earlier,
            later=type(self).__name__,
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags


def find_entity_types(classes, majority, merge_spans):
    """Give the types that tags count as, and for each class the index of its type.

    Parameters
    ----------
    classes : ndarray of shape (n_tags,)
        The tags.

    majority : label
        The background tag, which has no type.

    merge_spans : bool
        Count "B-PER" and "I-PER" as PER, where every tag but the background has such a prefix.

    Returns
    -------
    entity_types : ndarray of shape (n_types,)
        Sorted.

    entity_of_class : ndarray of int64 of shape (n_tags,)
        -1 for the background.
    """
    tags = classes.tolist()
    minority = [tag for tag in tags if tag != majority]
    types = minority
    parts = [split_prefix(tag) for tag in minority]
    if merge_spans and None not in parts:
        types = [span_type for _, span_type in parts]
    entity_types, index = np.unique(types, return_inverse=True)
    entity_of_class = np.full(len(tags), -1)
    entity_of_class[[tag != majority for tag in tags]] = index
    return entity_types, entity_of_class


def check_targets(strategy, names, steps, *, at_least):
    """Check a ``sampling_strategy`` of steps for each tag.

    Parameters
    ----------
    strategy : dict or callable
        Tag -> steps, or what gives it.

    names : list of length n_names
        Tags that may be named.

    steps : ndarray of int of shape (n_steps_total,)
        Position in ``names`` of what each step counts as; negative ones count from the end.

    at_least : bool
        Whether steps are added (or else taken away), so that fewer (more) make no sense.

    Returns
    -------
    dict
        Position in ``names`` -> steps wanted.
    """
    targets = strategy(np.asarray(names)[steps]) if callable(strategy) else strategy
    counts = np.bincount(steps % len(names), minlength=len(names)).tolist()
    for name, wanted in targets.items():
        if name not in names:
            raise ValueError(
                f"sampling_strategy names {name!r}, but can name {names}."
                f"{did_you_mean(name, names)}"
            )
        if not isinstance(wanted, Integral) or isinstance(wanted, bool) or wanted < 0:
            raise ValueError(
                f"sampling_strategy must give a number of steps, at least 0, for {name!r}; "
                f"got {wanted!r}"
            )
        count = counts[names.index(name)]
        if (wanted < count) if at_least else (wanted > count):
            raise ValueError(
                f"sampling_strategy wants {wanted} steps of {name!r}, but y has {count}; "
                f"this sampler only {'adds' if at_least else 'takes away'}"
            )
    return {names.index(name): int(wanted) for name, wanted in targets.items()}


def _check_tags_of(y, X, ignore):
    """Tags as `Sequences`, aligned with X as far as the steps of X are known."""
    if isinstance(X, Sequences):
        return check_tags(y, X, ignore=ignore)
    if X.ndim == 2:
        return check_tags(y, Sequences.from_padded(X), ignore=ignore)
    check_consistent_length(X, y)
    return check_tags(y, None if y is None else as_tags(y), ignore=ignore)
