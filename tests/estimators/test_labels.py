"""Classes that the caller names are labels, two of them at least, in whatever collection."""

import numpy as np
import pandas as pd
import pytest

from skseq import SequenceClassifier, SequenceOrdinalClassifier, SequenceTagger

X = [[1.0, 2.0], [2.0], [3.0, 4.0, 5.0], [0.5, 1.0]]
LABELS = [0, 1, 1, 0]
TAGS = [[0, 1], [1], [0, 0, 1], [1, 0]]

every_estimator = pytest.mark.parametrize(
    ("kind", "y"),
    [(SequenceClassifier, LABELS), (SequenceOrdinalClassifier, LABELS), (SequenceTagger, TAGS)],
)


def small(kind, **kwargs):
    return kind(hidden_size=2, max_epochs=1, random_state=0, **kwargs)


@pytest.mark.parametrize(("kind", "y"), [(SequenceClassifier, LABELS), (SequenceTagger, TAGS)])
@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize(
    "classes",
    [[0, 1, 2], (2, 1, 0), {0, 1, 2}, np.arange(3), pd.Series([0, 1, 2]), [0, 0, 1, 2], range(3)],
    ids=lambda classes: type(classes).__name__,
)
def test_classes_come_in_any_collection(kind, y, classes):
    for fitted in (
        small(kind, classes=classes).fit(X, y),
        small(kind).partial_fit(X, y, classes=classes),
        small(kind, classes=classes).partial_fit(X, y),
    ):
        assert fitted.classes_.tolist() == [0, 1, 2]


@every_estimator
@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ([], r"classes must name at least two labels, got \[\]"),
        (set(), "classes must name at least two labels"),
        ([1], r"classes must name at least two labels, got \[1\]"),
        ([1, 1], "classes must name at least two labels"),
        ([[0, 1]], r"classes must be a list of labels.*shape \(1, 2\)"),
        ("ab", "classes must be a list of labels|'classes' parameter"),
        ([0, 1, np.nan], "classes holds NaN"),
        ([0, 2], "y has the label 1, which is not one of the classes"),
    ],
)
def test_classes_that_are_none_are_refused(kind, y, classes, message):
    for fit in (
        lambda: small(kind, classes=classes).fit(X, y),
        lambda: small(kind).partial_fit(X, y, classes=classes),
    ):
        with pytest.raises(ValueError, match=message):
            fit()
