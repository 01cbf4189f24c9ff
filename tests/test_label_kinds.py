"""Labels of the wrong form at every door: text beside numbers, labels per step or per sequence."""

import numpy as np
import pandas as pd
import pytest

from skseq import (
    ClassWeightTransformer,
    SequenceClassifier,
    SequenceOrdinalClassifier,
    Sequences,
    SequenceTagger,
)
from skseq.ensemble import (
    SequenceAdaBoostClassifier,
    SequenceBalancedBaggingClassifier,
    SequenceEasyEnsembleClassifier,
)
from skseq.meta import (
    ClassMerger,
    MajoritySplitter,
    OrdinalThresholdClassifier,
    PriorCorrector,
    ThresholdTuner,
)
from skseq.samplers import (
    ContextUnderSampler,
    SequenceOverSampler,
    SequenceUnderSampler,
    TagOverSampler,
    TagUnderSampler,
)

X = [[1, 2], [3, 4], [5, 6]] * 8
TAGS = [["a", "b"], ["b", "a"], ["a", "a"]] * 8
OF_SEQUENCES = [
    SequenceClassifier(),
    SequenceOrdinalClassifier(),
    ThresholdTuner(SequenceClassifier()),
    OrdinalThresholdClassifier(SequenceClassifier(), classes=["a", "b"]),
    PriorCorrector(SequenceClassifier()),
    ClassMerger(SequenceClassifier()),
    MajoritySplitter(SequenceClassifier()),
    SequenceBalancedBaggingClassifier(),
    SequenceEasyEnsembleClassifier(),
    SequenceAdaBoostClassifier(),
    SequenceOverSampler(),
    SequenceUnderSampler(),
]
OF_STEPS = [
    SequenceTagger(),
    ThresholdTuner(SequenceTagger()),
    OrdinalThresholdClassifier(SequenceTagger(), classes=["a", "b"]),
    PriorCorrector(SequenceTagger()),
    TagOverSampler(),
    TagUnderSampler(),
    ContextUnderSampler(),
]


def as_objects(rows):
    array = np.empty(len(rows), dtype=object)
    array[:] = rows
    return array


def fit(door, y):
    return door.fit_resample(X, y) if hasattr(door, "fit_resample") else door.fit(X, y)


def named(doors):
    return pytest.mark.parametrize("door", doors, ids=str)


@named([*OF_SEQUENCES, ClassWeightTransformer()])
@pytest.mark.parametrize("form", [list, tuple, pd.Series, lambda y: np.array(y, dtype=object)])
def test_labels_of_text_and_numbers_are_refused(door, form):
    with pytest.raises(TypeError, match=r"y mixes text and numbers, such as 'a' and 1 \(int\)"):
        fit(door, form(["a", 1, "b"] * 8))


@named([*OF_STEPS, ClassWeightTransformer()])
@pytest.mark.parametrize("form", [list, as_objects, Sequences.from_list, pd.Series])
def test_tags_of_text_and_numbers_are_refused(door, form):
    with pytest.raises(TypeError, match=r"y mixes text and numbers, such as 'a' and 1 \(int\)"):
        fit(door, form([["a", 1], ["b", "a"], ["b", "b"]] * 8))


@named(OF_SEQUENCES)
@pytest.mark.parametrize("form", [list, as_objects, Sequences.from_list, pd.Series])
def test_tags_where_labels_are_needed_are_told_where_to_go(door, form):
    message = (
        r"y must have one label for each sequence, got one for each step;.*(Sequence|skseq.*)Tag"
    )
    with pytest.raises(ValueError, match=message):
        fit(door, form(TAGS))


@named(OF_STEPS)
@pytest.mark.parametrize("form", [list, np.array, pd.Series])
def test_labels_where_tags_are_needed_are_told_where_to_go(door, form):
    told = r"one label per sequence: y\[0\] is 'a'.*SequenceClassifier"
    with pytest.raises(TypeError, match=told):
        fit(door, form(["a", "b", "a"] * 8))


def test_text_of_numpy_is_text_beside_text():
    y = [np.str_("a"), "b", "b"] * 8
    assert ClassWeightTransformer().fit(X, y).classes_.tolist() == ["a", "b"]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
@pytest.mark.parametrize("form", [list, pd.Series, lambda y: np.array(y, dtype=object)])
def test_a_missing_label_of_a_sequence_is_located(missing, form):
    y = form(["a", "b", "a", missing, "b", "a"])
    with pytest.raises(ValueError, match=r"y\[3\] is missing, 1 of 6 labels in all"):
        SequenceClassifier().fit([[0.5, 1.0]] * 6, y)


@pytest.mark.parametrize("form", [np.asarray, lambda y: y.tolist(), pd.DataFrame])
def test_one_hot_rows_are_told_how_to_become_labels(form):
    y = form(np.eye(2)[[0, 1, 1, 0]])
    with pytest.raises(ValueError, match=r"one-hot, pass np\.argmax\(y, axis=1\)") as caught:
        SequenceClassifier().fit([[0.5, 1.0]] * 4, y)
    assert "SequenceTagger" in str(caught.value)
    with pytest.raises(ValueError, match=r"learns a label for each step$"):
        SequenceClassifier().fit([[0.5, 1.0]] * 4, [["a", "b"], ["a"]] * 2)
