"""Over- and under-sampling at random, by the label of a sequence."""

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.under_sampling.base import BaseUnderSampler

from skseq.samplers._base import LabelSampler


class SequenceOverSampler(LabelSampler, BaseOverSampler):
    """Repeat whole sequences of the rarer classes, drawn at random with replacement.

    The originals come first, in their order, then the copies. With the same ``random_state`` it
    draws what imbalanced-learn's ``RandomOverSampler`` draws.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        How many sequences of each class there will be, with imbalanced-learn's meaning:

        - float: sequences of the minority class for each one of the majority class; for two
          classes only;
        - str: classes that are brought to the count of the largest: "minority",
          "not minority", "not majority", "all", or "auto", which is "not majority";
        - dict: label -> number of sequences afterwards;
        - callable: takes y, gives such a dict.

    augment : Augmenter, str or list of them, default=None
        Changes the copies, an instance from `skseq.augment` or a name in its
        `AUGMENTERS`; it learns from the originals, which stay as they are. None makes exact copies.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Attributes
    ----------
    sampling_strategy_ : dict
        Label -> number of copies to add.

    sample_indices_ : ndarray of int of shape (n_sequences_new,)
        Position in X of each sequence that came out; aligns groups and other side data.

    n_features_in_ : int
        Columns of a 2-D X, features of a step otherwise.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    SequenceUnderSampler : Drops sequences of the commoner classes instead.
    TagOverSampler : For one label per step.

    Examples
    --------
    >>> from skseq.samplers import SequenceOverSampler
    >>> X, y = [[1, 2], [3], [4, 5, 6]], ["a", "a", "b"]
    >>> X_resampled, y_resampled = SequenceOverSampler(random_state=0).fit_resample(X, y)
    >>> X_resampled.tolist()
    [[1, 2], [3], [4, 5, 6], [4, 5, 6]]
    >>> y_resampled
    ['a', 'a', 'b', 'b']
    >>> X_resampled.origin.tolist()
    [[0], [1], [2], [2]]
    """

    _parameter_constraints = {
        **BaseOverSampler._parameter_constraints,
        "augment": [str, list, tuple, callable, None],
        "random_state": ["random_state"],
    }

    _reads_steps = False

    def __init__(self, sampling_strategy="auto", *, augment=None, random_state=None):
        super().__init__(sampling_strategy=sampling_strategy)
        self.augment = augment
        self.random_state = random_state

    def _draw(self, y, random_state):
        copies = [
            random_state.choice(np.flatnonzero(y == label), size=n_copies, replace=True)
            for label, n_copies in self.sampling_strategy_.items()
        ]
        return np.concatenate([np.arange(len(y)), *copies])


class SequenceUnderSampler(LabelSampler, BaseUnderSampler):
    """Keep a random part of the sequences of the commoner classes.

    With the same ``random_state`` it draws what imbalanced-learn's ``RandomUnderSampler`` draws.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        How many sequences of each class there will be, with imbalanced-learn's meaning:

        - float: sequences of the minority class for each one of the majority class; for two
          classes only;
        - str: classes that are brought to the count of the smallest: "majority",
          "not minority", "not majority", "all", or "auto", which is "not minority";
        - dict: label -> number of sequences afterwards;
        - callable: takes y, gives such a dict.

    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    replacement : bool, default=False
        Whether one sequence may be drawn several times.

    Attributes
    ----------
    sampling_strategy_ : dict
        Label -> number of sequences to keep.

    sample_indices_ : ndarray of int of shape (n_sequences_new,)
        Position in X of each sequence that came out; aligns groups and other side data.

    n_features_in_ : int
        Columns of a 2-D X, features of a step otherwise.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a frame.

    See Also
    --------
    SequenceOverSampler : Repeats sequences of the rarer classes instead.

    Examples
    --------
    >>> from skseq.samplers import SequenceUnderSampler
    >>> X, y = [[1, 2], [3], [4, 5, 6]], ["a", "a", "b"]
    >>> X_resampled, y_resampled = SequenceUnderSampler(random_state=0).fit_resample(X, y)
    >>> X_resampled.tolist()
    [[3], [4, 5, 6]]
    >>> y_resampled
    ['a', 'b']
    """

    _parameter_constraints = {
        **BaseUnderSampler._parameter_constraints,
        "random_state": ["random_state"],
        "replacement": ["boolean"],
    }

    _reads_steps = False

    def __init__(self, sampling_strategy="auto", *, random_state=None, replacement=False):
        super().__init__(sampling_strategy=sampling_strategy)
        self.random_state = random_state
        self.replacement = replacement

    def _draw(self, y, random_state):
        return np.concatenate(
            [
                self._draw_from(np.flatnonzero(y == label), label, random_state)
                for label in np.unique(y)
            ]
        )

    def _draw_from(self, members, label, random_state):
        if label not in self.sampling_strategy_:
            return members
        return random_state.choice(
            members, size=self.sampling_strategy_[label], replace=self.replacement
        )
