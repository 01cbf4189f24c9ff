"""Scores of every tag and of every type of span in one table, and which tags are taken for which.

The tables are scikit-learn's own, of steps or spans that are counted here.
"""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.metrics import classification_report, confusion_matrix

from skseq._typing import IntArray
from skseq.metrics._flat import flat_tags
from skseq.metrics._pairs import LabelPairs, count_pairs, excluded_codes, positions
from skseq.metrics._spans import pair_spans
from skseq.metrics._types import Floats, Report, StepValues, Tags, ZeroDivision


def tag_classification_report(
    y_true: Tags,
    y_pred: Tags,
    *,
    labels: ArrayLike | None = None,
    exclude: ArrayLike | None = None,
    target_names: Sequence[str] | None = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: ZeroDivision = 0.0,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> Report:
    """Precision, recall, F1 and number of steps of each tag, as text or as a dict.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    labels : array-like of shape (n_labels,), default=None
        Tags that are shown, in this order. None means all in ``y_true`` and ``y_pred``, sorted.

    exclude : None, "majority", label or list of labels, default=None
        Tags that are neither shown nor averaged, such as "O"; "majority" is the commonest tag in
        ``y_true``. In place of accuracy there is the micro average then.

    target_names : list of str of length n_labels, default=None
        Names to show for the tags.

    digits : int, default=2
        Decimals in the text.

    output_dict : bool, default=False
        Whether to give a dict in place of text.

    zero_division : {"warn", 0.0, 1.0, np.nan}, default=0.0
        Score where there is nothing to divide by, as in scikit-learn.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts.

    Returns
    -------
    str or dict
        As `sklearn.metrics.classification_report` gives it.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``, or no tag is left to show.

    See Also
    --------
    span_classification_report : The same for whole mentions.
    sklearn.metrics.classification_report : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_classification_report
    >>> y_true, y_pred = [["O", "O", "A"], ["B", "O"]], [["O", "A", "A"], ["B", "O"]]
    >>> print(tag_classification_report(y_true, y_pred, exclude="O"))
                  precision    recall  f1-score   support
    <BLANKLINE>
               A       0.50      1.00      0.67         1
               B       1.00      1.00      1.00         1
    <BLANKLINE>
       micro avg       0.67      1.00      0.80         2
       macro avg       0.75      1.00      0.83         2
    weighted avg       0.75      1.00      0.83         2
    <BLANKLINE>
    """
    y_true, y_pred, weight = flat_tags(y_true, y_pred, sample_weight, ignore)
    pairs = count_pairs(y_true, y_pred, weight, labels)
    shown = _shown(pairs, labels, exclude)
    counts = _repeated if sample_weight is None else _weighted
    return classification_report(
        **counts(pairs.true, pairs.predicted, pairs.weight),
        labels=shown,
        target_names=_names(pairs.classes[shown], target_names),
        digits=digits,
        output_dict=output_dict,
        zero_division=zero_division,
    )


def span_classification_report(
    y_true: Tags,
    y_pred: Tags,
    *,
    scheme: str | None = None,
    labels: ArrayLike | None = None,
    target_names: Sequence[str] | None = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: ZeroDivision = 0.0,
    ignore: Any = None,
    sample_weight: ArrayLike | None = None,
) -> Report:
    """Precision, recall, F1 and number of spans of each type, as text or as a dict.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step: "O", or a prefix, a hyphen and a type. Prefixes alone, "B" and "I",
        are spans of one type, "_".

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"} or None, default=None
        With a scheme, only spans that it could have written count; None is relaxed. "plain" is for
        tags without prefixes. See `span_f1_score`.

    labels : array-like of shape (n_labels,), default=None
        Types that are shown, in this order. None means those with a span in ``y_true`` or
        ``y_pred``, sorted.

    target_names : list of str of length n_labels, default=None
        Names to show for the types.

    digits : int, default=2
        Decimals in the text.

    output_dict : bool, default=False
        Whether to give a dict in place of text.

    zero_division : {"warn", 0.0, 1.0, np.nan}, default=0.0
        Score where there is nothing to divide by, as in scikit-learn.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,), default=None
        How much each sequence, and so each of its spans, counts.

    Returns
    -------
    str or dict
        As `sklearn.metrics.classification_report` gives it.

    Raises
    ------
    ValueError
        If ``y_pred`` does not have a tag for each step of ``y_true``, a tag lies outside the
        scheme, or there is no span to report.

    See Also
    --------
    span_f1_score : One of the numbers alone.
    span_errors : Which spans are wrong, and how.

    Examples
    --------
    >>> from skseq.metrics import span_classification_report
    >>> y_true = [["B-PER", "I-PER", "O"], ["B-LOC", "O", "B-PER"]]
    >>> y_pred = [["B-PER", "I-PER", "O"], ["B-LOC", "I-LOC", "O"]]
    >>> print(span_classification_report(y_true, y_pred))
                  precision    recall  f1-score   support
    <BLANKLINE>
             LOC       0.00      0.00      0.00         1
             PER       1.00      0.50      0.67         2
    <BLANKLINE>
       micro avg       0.50      0.33      0.40         3
       macro avg       0.50      0.25      0.33         3
    weighted avg       0.67      0.33      0.44         3
    <BLANKLINE>
    """
    pairs = pair_spans(
        y_true, y_pred, scheme=scheme, labels=labels, ignore=ignore, sample_weight=sample_weight
    )
    if not len(pairs.codes):
        raise ValueError(
            "there is no span in y_true or y_pred, so there is nothing to report; name the types "
            "to report with labels="
        )
    counts = _repeated if sample_weight is None else _weighted
    return classification_report(
        **counts(pairs.true, pairs.predicted, pairs.weight),
        labels=pairs.codes,
        target_names=_names(pairs.types[pairs.codes], target_names),
        digits=digits,
        output_dict=output_dict,
        zero_division=zero_division,
    )


def tag_confusion_matrix(
    y_true: Tags,
    y_pred: Tags,
    *,
    labels: ArrayLike | None = None,
    normalize: Literal["true", "pred", "all"] | None = None,
    ignore: Any = None,
    sample_weight: StepValues | None = None,
) -> np.ndarray:
    """Count how often each tag is taken for each.

    Parameters
    ----------
    y_true : list of array-like of shape (length_i,), object array or Sequences
        True tags, one per step.

    y_pred : list of array-like of shape (length_i,), object array or Sequences
        Predicted tags, one per step; its lengths are those of ``y_true``.

    labels : array-like of shape (n_classes,), default=None
        The tags of rows and columns; steps of other tags are left out. None means all in ``y_true``
        and ``y_pred``, sorted.

    normalize : {"true", "pred", "all"} or None, default=None
        Divide by the steps of the true tag, of the predicted one, or by all steps. With a
        background, "true" shows most.

    ignore : scalar or list, default=None
        Marks in ``y_true`` that stand where there is no label, such as -100 or NaN: these steps
        are left out. None refuses such marks.

    sample_weight : array-like of shape (n_sequences,) or (n_steps_total,), list of array-like \
            or Sequences, default=None
        How much each sequence, or each step, counts.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        A row for each true tag, a column for each predicted one.

    See Also
    --------
    skseq.report.TagConfusionDisplay : Its picture.
    sklearn.metrics.confusion_matrix : The same for flat labels.

    Examples
    --------
    >>> from skseq.metrics import tag_confusion_matrix
    >>> y_true, y_pred = [["O", "O", "A"], ["B", "O"]], [["O", "A", "A"], ["B", "O"]]
    >>> tag_confusion_matrix(y_true, y_pred, labels=["O", "A", "B"])
    array([[2, 1, 0],
           [0, 1, 0],
           [0, 0, 1]])
    """
    pairs = count_pairs(*flat_tags(y_true, y_pred, sample_weight, ignore), labels)
    return confusion_matrix(
        pairs.true,
        pairs.predicted,
        labels=_shown(pairs, labels, None),
        sample_weight=pairs.weight,
        normalize=normalize,
    )


def _shown(pairs: LabelPairs, labels: ArrayLike | None, exclude: ArrayLike | None) -> IntArray:
    """Positions of the tags to show: those that the caller names, or all that occur."""
    if labels is None:
        codes = np.arange(len(pairs.classes))
    else:
        codes = positions(np.asarray(labels), pairs.classes)
    codes = codes[~np.isin(codes, excluded_codes(exclude, pairs.classes, pairs.true_counts))]
    if not len(codes):
        raise ValueError("no tag is left to show; exclude fewer")
    return codes


def _names(labels: np.ndarray, target_names: Sequence[str] | None) -> Sequence[str]:
    return [str(label) for label in labels] if target_names is None else target_names


def _weighted(true: IntArray, predicted: IntArray, weight: Floats) -> dict[str, Any]:
    return {"y_true": true, "y_pred": predicted, "sample_weight": weight}


def _repeated(true: IntArray, predicted: IntArray, count: Floats) -> dict[str, Any]:
    """Pairs as often as they occur, so that a report has whole numbers."""
    times = count.astype(np.int64)
    return {"y_true": np.repeat(true, times), "y_pred": np.repeat(predicted, times)}
