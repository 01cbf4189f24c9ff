"""The one table of second stages by name."""

from sklearn.base import clone

from skseq._validation import check_choice
from skseq.stages._normalization import LearnedScaling, TauNormalization
from skseq.stages._retraining import ClassifierRetraining, HiddenSMOTE

SECOND_STAGES = {
    "crt": ClassifierRetraining,
    "lws": LearnedScaling,
    "smote": HiddenSMOTE,
    "tau": TauNormalization,
}


def make_second_stage(second_stage):
    """Give a new second stage from a name, a class or an instance.

    Parameters
    ----------
    second_stage : str, class or SecondStage
        A name in `SECOND_STAGES`, or a stage.

    Returns
    -------
    SecondStage

    Raises
    ------
    ValueError
        If the name is not in the table.
    TypeError
        If the object lacks ``refit``.

    Examples
    --------
    >>> from skseq.stages import make_second_stage
    >>> make_second_stage("tau")
    TauNormalization()
    """
    if isinstance(second_stage, str):
        check_choice("second_stage", second_stage, SECOND_STAGES)
        return SECOND_STAGES[second_stage]()
    if isinstance(second_stage, type):
        second_stage = second_stage()
    if not hasattr(second_stage, "refit"):
        raise TypeError(
            f"second_stage must be one of {sorted(SECOND_STAGES)} or a SecondStage; "
            f"{second_stage!r} lacks the method refit"
        )
    return clone(second_stage)
