"""Warnings and errors that a user may want to catch or silence by class."""

__all__ = [
    "ClassOrderWarning",
    "CollapseWarning",
    "DivergenceError",
    "DoubleCountingWarning",
    "LookAheadWarning",
    "MissedClassWarning",
    "SmallClassWarning",
    "TruncationWarning",
]


class ClassOrderWarning(UserWarning):
    """Ordered classes that are not numbers came without their order, so they were sorted.

    Examples
    --------
    >>> import warnings
    >>> from skseq import SequenceOrdinalClassifier
    >>> from skseq.exceptions import ClassOrderWarning
    >>> X, y = [[0.0, 1.0], [2.0], [1.0, 1.0]], ["low", "high", "low"]
    >>> model = SequenceOrdinalClassifier(max_epochs=1)
    >>> with warnings.catch_warnings(action="error", category=ClassOrderWarning):
    ...     try:
    ...         model.fit(X, y)
    ...     except ClassOrderWarning as warning:
    ...         print(warning)
    the labels are not numbers, so they are taken in sorted order, from 'high' (lowest) to 'low' ...
    """


class CollapseWarning(UserWarning):
    """A fitted model gives nearly all predictions to one class.

    Examples
    --------
    In a run by night, a net that collapsed may count as failed:

    >>> import warnings
    >>> from skseq import SequenceClassifier
    >>> from skseq.exceptions import CollapseWarning
    >>> X, y = [[float(i)] * 3 for i in range(30)], ["common"] * 27 + ["rare"] * 3
    >>> model = SequenceClassifier(max_epochs=1, random_state=0)
    >>> with warnings.catch_warnings(action="error", category=CollapseWarning):
    ...     try:
    ...         model.fit(X, y)
    ...     except CollapseWarning as warning:
    ...         print(warning)
    The fitted model predicts class 'common' for 100.0% of the data it was checked on, ...
    """


class DivergenceError(FloatingPointError):
    """Training ended in a loss or in predictions that are NaN or infinite.

    Examples
    --------
    >>> from skseq import SequenceRegressor
    >>> from skseq.exceptions import DivergenceError
    >>> try:
    ...     SequenceRegressor(lr=1e38, random_state=0).fit([[1.0, 2.0], [3.0]], [0.0, 1.0])
    ... except DivergenceError as error:
    ...     print("learning rate is too high" in str(error))
    True
    """


class DoubleCountingWarning(UserWarning):
    """The same imbalance is corrected twice, by resampling and by weights, say.

    Examples
    --------
    >>> import warnings
    >>> from skseq import ClassWeightTransformer
    >>> from skseq.exceptions import DoubleCountingWarning
    >>> from skseq.samplers import SequenceOverSampler
    >>> X, y = SequenceOverSampler(random_state=0).fit_resample([[1], [2], [3]], ["a", "a", "b"])
    >>> with warnings.catch_warnings(action="error", category=DoubleCountingWarning):
    ...     try:
    ...         ClassWeightTransformer({"b": 3}).fit_transform(X, y)
    ...     except DoubleCountingWarning as warning:
    ...         print(warning)
    ClassWeightTransformer leaves the classes less even than the resampling that X came through ...
    """


class LookAheadWarning(UserWarning):
    """A net that looks ahead can read tags, or numbers, off the end of a sequence.

    Examples
    --------
    Machines that all ran until they failed; with ``causal=True``, or False, nothing is warned of:

    >>> import warnings
    >>> from skseq import SequenceTagger
    >>> from skseq.exceptions import LookAheadWarning
    >>> X, y = [[1.0, 2.0, 3.0, 4.0, 5.0]] * 10, [["fine"] * 4 + ["broken"]] * 10
    >>> model = SequenceTagger("bilstm", max_epochs=1, random_state=0)
    >>> with warnings.catch_warnings(action="error", category=LookAheadWarning):
    ...     try:
    ...         model.fit(X, y)
    ...     except LookAheadWarning as warning:
    ...         print(warning)
    100% of the sequences end in the tag 'broken', which 20.0% of all steps have: ...
    """


class MissedClassWarning(CollapseWarning):
    """A fitted model never predicts a class that there was enough of to find.

    Examples
    --------
    What catches or silences a `CollapseWarning` does so here, too:

    >>> from skseq.exceptions import CollapseWarning, MissedClassWarning
    >>> issubclass(MissedClassWarning, CollapseWarning)
    True
    """


class SmallClassWarning(UserWarning):
    """A class has too few members for what was asked, so less is done for it.

    Examples
    --------
    >>> import warnings
    >>> from skseq.exceptions import SmallClassWarning
    >>> from skseq.weights import class_weights
    >>> with warnings.catch_warnings(action="error", category=SmallClassWarning):
    ...     try:
    ...         class_weights({"rare": 2}, [5], classes=["common"])
    ...     except SmallClassWarning as warning:
    ...         print(warning)
    the dict of class weights names ['rare'], but the data have none of these, only the classes ...
    """


class TruncationWarning(UserWarning):
    """Steps were cut off because a sequence was longer than ``max_length``.

    Examples
    --------
    >>> import warnings
    >>> from skseq.exceptions import TruncationWarning
    >>> from skseq.preprocessing import TokenEncoder
    >>> with warnings.catch_warnings(action="error", category=TruncationWarning):
    ...     try:
    ...         TokenEncoder(max_length=2).fit_transform(["to be or not to be"])
    ...     except TruncationWarning as warning:
    ...         print(warning)
    max_length=2 cut 1 of 1 sequences (100.0%), which lost 4 of 6 steps (66.7%); ...
    """
