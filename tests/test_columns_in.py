"""Labels, tags, weights and groups may be a column of pandas, polars or Arrow, at every door."""

from functools import cache

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from skseq import (
    ClassWeightTransformer,
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    SequenceTagger,
)
from skseq.augment import LabelwiseTokenReplacement
from skseq.ensemble import (
    SequenceAdaBoostClassifier,
    SequenceBalancedBaggingClassifier,
    SequenceBlender,
    SequenceEasyEnsembleClassifier,
)
from skseq.meta import (
    ClassMerger,
    MajoritySplitter,
    OrdinalThresholdClassifier,
    PriorCorrector,
    ThresholdTuner,
)
from skseq.metrics import (
    confidence_interval,
    geometric_mean_score,
    get_scorer,
    macro_mean_absolute_error,
    span_f1_score,
    tag_confusion_matrix,
    tag_f1_score,
)
from skseq.model_selection import (
    TagStratifiedKFold,
    WindowKFold,
    check_leakage,
    compare_strategies,
)
from skseq.preprocessing import make_windows
from skseq.report import imbalance_report
from skseq.samplers import (
    ContextUnderSampler,
    SequenceEditedNearestNeighbours,
    SequenceOverSampler,
    SequenceSMOTE,
    SequenceTomekLinks,
    SequenceUnderSampler,
    TagOverSampler,
    TagUnderSampler,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning"),
    pytest.mark.filterwarnings("ignore::skseq.exceptions.ClassOrderWarning"),
    pytest.mark.filterwarnings("ignore::skseq.exceptions.SmallClassWarning"),
]

N = 24
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(N, 4))
NAMES = ["dog", "cat", "dog"] * 8
NUMBERS = [1, 0, 2] * 8
INDEX = RNG.permutation(100)[:N]  # no row has its place for its name
NET = {"encoder": "bag", "hidden_size": 2, "max_epochs": 1, "random_state": 0}
LINEAR = LogisticRegression()

COLUMNS = {
    "object": lambda y: pd.Series(y, dtype=object, name="label", index=INDEX),
    "str": lambda y: pd.Series(y, dtype="str", index=INDEX),
    "string": lambda y: pd.Series(y, dtype="string", index=INDEX),
    "category": lambda y: pd.Series(y, dtype="category", index=INDEX),
    "Categorical": pd.Categorical,
    "Arrow's text in pandas": lambda y: pd.Series(y, dtype=pd.ArrowDtype(pa.string()), index=INDEX),
    "polars": lambda y: pl.Series("label", y),
    "polars Categorical": lambda y: pl.Series("label", y, dtype=pl.Categorical),
    "polars Enum": lambda y: pl.Series("label", y, dtype=pl.Enum(["dog", "cat"])),
    "Arrow": pa.array,
    "Arrow's dictionary": lambda y: pa.array(y).dictionary_encode(),
    "Arrow in chunks": lambda y: pa.chunked_array([y[:5], y[5:]]),
}
COLUMNS_OF_NUMBERS = {
    "Int64": lambda y: pd.Series(y, dtype="Int64", index=INDEX),
    "Float64": lambda y: pd.Series(y, dtype="Float64", index=INDEX),
    "Arrow's in pandas": lambda y: pd.Series(y, dtype="int64[pyarrow]", index=INDEX),
    "category": lambda y: pd.Series(y, dtype="category", index=INDEX),
    "polars": pl.Series,
    "Arrow": pa.array,
}
FORMS = [pytest.param(NAMES, form, id=name) for name, form in COLUMNS.items()]
FORMS += [
    pytest.param(NUMBERS, form, id=f"{name} of numbers")
    for name, form in COLUMNS_OF_NUMBERS.items()
]


def predicted(model):
    return lambda y: clone(model).fit(TABLE, y).predict(TABLE)


def resampled(sampler):
    return lambda y: np.asarray(clone(sampler).fit_resample(TABLE, y)[1])


DOORS = {
    "fit": lambda y: SequenceClassifier(**NET).fit(TABLE, y).predict_proba(TABLE),
    "partial_fit": lambda y: (
        SequenceClassifier(classes=y, **NET).partial_fit(TABLE, y).predict_proba(TABLE)
    ),
    "score": lambda y: SequenceClassifier(**NET).fit(TABLE, y).score(TABLE, y),
    "SequenceOrdinalClassifier": lambda y: (
        SequenceOrdinalClassifier(**NET).fit(TABLE, y).predict_proba(TABLE)
    ),
    "ClassWeightTransformer": lambda y: ClassWeightTransformer().fit(TABLE, y).class_weight_,
    "ThresholdTuner": predicted(ThresholdTuner(LINEAR, cv=2)),
    "OrdinalThresholdClassifier": predicted(OrdinalThresholdClassifier(LINEAR, cv=2)),
    "ThresholdTuner.score": lambda y: ThresholdTuner(LINEAR, cv=2).fit(TABLE, y).score(TABLE, y),
    "PriorCorrector": predicted(PriorCorrector(LINEAR, train_prior="estimate", cv=2)),
    "ClassMerger": predicted(ClassMerger(LINEAR)),
    "MajoritySplitter": predicted(MajoritySplitter(LINEAR, random_state=0)),
    "bagging": predicted(SequenceBalancedBaggingClassifier(LINEAR, n_estimators=2, random_state=0)),
    "EasyEnsemble": predicted(SequenceEasyEnsembleClassifier(2, LINEAR, random_state=0)),
    "AdaBoost": predicted(SequenceAdaBoostClassifier(LINEAR, n_estimators=2, random_state=0)),
    "SequenceBlender": predicted(SequenceBlender([("a", LINEAR), ("b", LINEAR)], cv=2)),
    "SequenceOverSampler": resampled(SequenceOverSampler(random_state=0)),
    "SequenceUnderSampler": resampled(SequenceUnderSampler(random_state=0)),
    "SequenceSMOTE": resampled(SequenceSMOTE(random_state=0)),
    "SequenceEditedNearestNeighbours": resampled(SequenceEditedNearestNeighbours()),
    "SequenceTomekLinks": resampled(SequenceTomekLinks()),
    "GridSearchCV": predicted(GridSearchCV(SequenceClassifier(**NET), {"lr": [0.1]}, cv=2)),
    "compare_strategies": lambda y: compare_strategies(
        SequenceClassifier(**NET), TABLE, y, [], cv=2, baselines=False, refit=False, verbose=0
    ).scores_["plain"],
    "imbalance_report": lambda y: list(map(str, imbalance_report(TABLE, y).advice)),
    "geometric_mean_score": lambda y: geometric_mean_score(y, y),
    "confidence_interval": lambda y: confidence_interval(
        geometric_mean_score, y, y, n_resamples=20, random_state=0
    ),
    "get_scorer": lambda y: get_scorer("f1_minority")(clone(LINEAR).fit(TABLE, y), TABLE, y),
    "make_windows": lambda y: make_windows(np.arange(N), y, length=4).y,
}


# Some doors on all forms, all doors on some: those that no array is made of alike.
THOROUGH = ("fit", "SequenceOverSampler", "ClassWeightTransformer", "geometric_mean_score")
FEW = [form for form in FORMS if form.id in ("category", "polars", "Arrow", "Int64 of numbers")]
CASES = [
    pytest.param(door, *form.values, id=f"{door}-{form.id}")
    for door in DOORS
    for form in (FORMS if door in THOROUGH else FEW)
]


@cache
def of_plain_labels(door, are_names):
    return np.asarray(DOORS[door](np.array(NAMES if are_names else NUMBERS))).tolist()


@pytest.mark.parametrize(("door", "y", "form"), CASES)
def test_a_column_of_labels_means_its_list(door, y, form):
    assert np.asarray(DOORS[door](form(y))).tolist() == of_plain_labels(door, y is NAMES)


def test_a_sampler_gives_labels_back_as_the_column_that_came():
    for form in (COLUMNS["category"], COLUMNS["polars Enum"], COLUMNS["string"]):
        y = form(NAMES)
        _, y_new = SequenceOverSampler(random_state=0).fit_resample(TABLE, y)
        assert type(y_new) is type(y)
        assert y_new.dtype == y.dtype
    with pytest.raises(TypeError, match="y must be one column, got a DataFrame"):
        SequenceOverSampler().fit_resample(TABLE, pl.DataFrame({"label": NAMES}))


def test_a_frame_of_one_column_is_a_column_to_metrics():
    for frame in (pd.DataFrame({"label": NAMES}), pl.DataFrame({"label": NAMES})):
        assert geometric_mean_score(frame, np.array(NAMES)) == 1
        found = confidence_interval(geometric_mean_score, frame, frame, n_resamples=5)
        assert found.low == 1


# -- tags ---------------------------------------------------------------------------------------

LENGTHS = RNG.integers(2, 6, N)
STEPS = [RNG.normal(size=length).round(2).tolist() for length in LENGTHS]
TAGS = [["B-A" if step > 0.5 else "O" for step in row] for row in STEPS]
COLUMNS_OF_TAGS = {
    "pandas": lambda rows: pd.Series(rows, index=INDEX),
    "Arrow's lists in pandas": lambda rows: pd.Series(
        rows, dtype=pd.ArrowDtype(pa.array(rows).type), index=INDEX
    ),
    "polars": pl.Series,
    "Arrow": pa.array,
}
DOORS_OF_TAGS = {
    "fit": lambda X, y: SequenceTagger(**NET).fit(X, y).predict_proba(STEPS).values,
    "score": lambda X, y: SequenceTagger(**NET).fit(X, y).score(X, y),
    "ThresholdTuner": lambda X, y: ThresholdTuner(SequenceTagger(**NET), cv=2).fit(X, y).offsets_,
    "TagOverSampler": lambda X, y: TagOverSampler(random_state=0).fit(X, y).sample_indices_,
    "TagUnderSampler": lambda X, y: TagUnderSampler(random_state=0).fit(X, y).sample_indices_,
    "ContextUnderSampler": lambda X, y: ContextUnderSampler().fit(X, y).step_indices_,
    "ClassWeightTransformer": lambda X, y: ClassWeightTransformer().fit(X, y).class_weight_,
    "TagStratifiedKFold": lambda X, y: [t.tolist() for _, t in TagStratifiedKFold(2).split(X, y)],
    "LabelwiseTokenReplacement": lambda X, y: (
        LabelwiseTokenReplacement()(X, y, random_state=0)[0].values
    ),
    "tag_f1_score": lambda X, y: tag_f1_score(y, y),
    "span_f1_score": lambda X, y: span_f1_score(y, y),
    "tag_confusion_matrix": lambda X, y: tag_confusion_matrix(y, y),
    "imbalance_report": lambda X, y: list(map(str, imbalance_report(X, y).advice)),
    "compare_strategies": lambda X, y: compare_strategies(
        SequenceTagger(**NET), X, y, [], cv=2, baselines=False, refit=False, verbose=0
    ).scores_["plain"],
}


@pytest.mark.parametrize("door", DOORS_OF_TAGS)
def test_a_column_of_tags_means_its_list(door):
    expected = np.asarray(DOORS_OF_TAGS[door](STEPS, TAGS)).tolist()
    for name, form in COLUMNS_OF_TAGS.items():
        got = DOORS_OF_TAGS[door](form(STEPS), form(TAGS))
        assert np.asarray(got).tolist() == expected, name


# -- numbers, weights, groups --------------------------------------------------------------------

WEIGHT = RNG.uniform(1, 2, N).round(2).tolist()
GROUPS = np.repeat([0, 1, 2, 3, 4, 5], 4).tolist()


@pytest.mark.parametrize("form", COLUMNS_OF_NUMBERS.values(), ids=COLUMNS_OF_NUMBERS)
def test_columns_of_numbers_are_targets_and_groups(form):
    def of(y):
        return SequenceRegressor(**NET).fit(TABLE, y).predict(TABLE).tolist()

    assert of(form(NUMBERS)) == of(NUMBERS)
    error = macro_mean_absolute_error(form(NUMBERS), form(NUMBERS[::-1]))
    assert error == macro_mean_absolute_error(NUMBERS, NUMBERS[::-1])
    halves = [test.tolist() for _, test in WindowKFold(2).split(TABLE, groups=form(GROUPS))]
    assert halves == [test.tolist() for _, test in WindowKFold(2).split(TABLE, groups=GROUPS)]
    splits = [(np.arange(10), np.arange(10, 24))]
    found = check_leakage(TABLE, splits, groups=form(GROUPS))
    assert found == check_leakage(TABLE, splits, groups=GROUPS)


@pytest.mark.parametrize(
    "form",
    [lambda w: pd.Series(w, index=INDEX), lambda w: pd.Series(w, dtype="Float64"), pl.Series],
)
def test_columns_of_numbers_are_weights(form):
    for model in (
        SequenceClassifier(**NET),
        SequenceRegressor(**NET),
        SequenceAdaBoostClassifier(LINEAR, n_estimators=2, random_state=0),
    ):
        got = clone(model).fit(TABLE, NUMBERS, sample_weight=form(WEIGHT)).predict(TABLE)
        expected = clone(model).fit(TABLE, NUMBERS, sample_weight=WEIGHT).predict(TABLE)
        assert got.tolist() == expected.tolist()
