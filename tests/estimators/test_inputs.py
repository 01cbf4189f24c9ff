"""Inputs as people have them, from end to end: what works, and what is refused with the cure."""

import warnings

import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.linear_model import LogisticRegression

from skseq import (
    ClassWeightTransformer,
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)
from skseq.ensemble import (
    SequenceAdaBoostClassifier,
    SequenceBalancedBaggingClassifier,
    SequenceEasyEnsembleClassifier,
)
from skseq.exceptions import CollapseWarning
from skseq.meta import ClassMerger, MajoritySplitter, PriorCorrector, ThresholdTuner
from skseq.preprocessing import SequenceScaler, SequenceSummarizer
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

SMALL = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 2, "random_state": 0, "device": "cpu"}

LABELS = np.array([0, 0, 1] * 8)
LENGTHS = np.random.default_rng(0).integers(2, 7, 24)
RAGGED = [np.random.default_rng(row).normal(size=length) for row, length in enumerate(LENGTHS)]
TABLE = np.random.default_rng(1).normal(size=(24, 5))
NEGATIVE = [[-5, 3], [4], [7, 1, 2]] * 8


@pytest.fixture(autouse=True)
def _collapse_is_no_failure_here():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapseWarning)
        yield


NETS = {
    "classifier": lambda **more: SequenceClassifier(**SMALL, **more),
    "ordinal": lambda **more: SequenceOrdinalClassifier(**SMALL, **more),
    "regressor": lambda **more: SequenceRegressor(**SMALL, **more),
    "tagger": lambda **more: SequenceTagger(**SMALL, **more),
}


@pytest.fixture(params=NETS.values(), ids=NETS)
def net(request):
    return request.param


def target_of(model, X):
    """A target for X that suits the model."""
    if not isinstance(model, SequenceTagger):
        return LABELS
    return [[step % 2 for step in range(len(x))] for x in X]


# -- values ---------------------------------------------------------------------------------------


def with_value(X, value):
    X = [np.array(x) for x in X] if isinstance(X, list) else X.copy()
    X[3][(1, *np.zeros(X[3].ndim - 1, dtype=int))] = value
    return X


@pytest.mark.parametrize("value", [1e39, -np.finfo(float).max])
@pytest.mark.parametrize("X", [RAGGED, TABLE, TABLE[:, :, None]], ids=["list", "2-D", "3-D"])
def test_numbers_that_float32_cannot_hold_are_located(net, X, value):
    bad = with_value(X, value)
    with pytest.raises(ValueError, match=r"too large for float32.*sequence 3, step 1.*fill it"):
        net().fit(bad, target_of(net(), X))
    model = net().fit(X, target_of(net(), X))
    with pytest.raises(ValueError, match=r"too large for float32.*sequence 3, step 1"):
        model.predict(bad)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e39])
def test_rows_of_an_embedding_that_are_not_finite_are_located(net, value):
    X = [[1, 2], [3]] * 12
    embedding = np.ones((4, 4))
    embedding[2, 1] = value
    with pytest.raises(ValueError, match=r"embedding\[2\] contains (NaN|infinity).*1 such row"):
        net(embedding=embedding).fit(X, target_of(net(), X))


@pytest.mark.parametrize("features", [1, 2])
def test_arrays_padded_with_nan_are_answered_by_from_padded(net, features):
    X = np.repeat(TABLE[:, :, None], features, axis=2)
    X[4, 2:] = X[7, 4:] = np.nan
    X = X[:, :, 0] if features == 1 else X
    with pytest.raises(ValueError, match=r"NaN: sequence 4, step 2.*Sequences\.from_padded"):
        net().fit(X, target_of(net(), X))


@pytest.mark.parametrize(
    "sampler", [SequenceOverSampler(), SequenceUnderSampler(), SequenceSMOTE()]
)
def test_samplers_of_tables_answer_nan_padding_too(sampler):
    X = TABLE.copy()
    X[4, 2:] = X[7, 4:] = np.nan
    with pytest.raises(ValueError, match=r"NaN: sequence 4, step 2.*Sequences\.from_padded"):
        sampler.fit_resample(X, LABELS)


def test_masked_ends_are_no_steps_to_estimators_and_samplers(net):
    lengths = np.resize([5, 2, 4], 24)
    X = np.ma.array(TABLE, mask=np.arange(5) >= lengths[:, None])
    sequences = Sequences.from_padded(TABLE, lengths)
    y = target_of(net(), sequences)
    ours = net().fit(X, y).predict(X)
    theirs = net().fit(sequences, y).predict(sequences)
    assert list(ours) == list(theirs) if isinstance(ours, np.ndarray) else ours == theirs
    resampled, _ = SequenceOverSampler(random_state=0).fit_resample(X, LABELS)
    assert set(resampled.lengths) == {2, 4, 5}


def test_masked_labels_and_weights_are_refused():
    y = np.ma.array(LABELS, mask=LABELS == 9)
    SequenceClassifier(**SMALL).fit(RAGGED, y)
    y[3] = np.ma.masked
    with pytest.raises(ValueError, match=r"y is a masked array that hides y\[3\]"):
        SequenceClassifier(**SMALL).fit(RAGGED, y)
    with pytest.raises(ValueError, match=r"y is a masked array that hides y\[3\]"):
        SequenceRegressor(**SMALL).fit(RAGGED, y)
    with pytest.raises(ValueError, match=r"sample_weight is a masked array"):
        SequenceClassifier(**SMALL).fit(RAGGED, LABELS, sample_weight=y)


@pytest.mark.parametrize("axes", [(24, 1, 50), (24, 3, 400)])
def test_channels_first_is_warned_of(net, axes):
    X = np.random.default_rng(0).normal(size=axes)
    y = target_of(net(), X)
    if isinstance(net(), SequenceTagger):
        y[0] = [1] * axes[1]
    with pytest.warns(UserWarning, match=r"axes \(n, time, features\)"):
        net().fit(X, y)
    X = X.swapaxes(1, 2)
    assert net().fit(X, target_of(net(), X)).n_step_features_ == axes[1]


# -- lists ----------------------------------------------------------------------------------------


def test_a_net_fitted_on_equally_long_lists_predicts_other_lengths(net):
    X = TABLE.tolist()
    model = net().fit(X, target_of(net(), X))
    for given in ([[0.1, 0.2, 0.3]], [[0.1], [0.2, 0.3]], [[1, 2, 3]], [np.ones(7)]):
        predicted = model.predict(given)
        assert len(predicted) == len(given)
        if isinstance(model, SequenceTagger):
            assert [len(row) for row in predicted] == [len(row) for row in given]


def test_equally_long_lists_are_predicted_as_the_array_is(net):
    y = target_of(net(), TABLE)
    of_list = net().fit(TABLE.tolist(), y).predict(TABLE.tolist())
    of_array = net().fit(TABLE, y).predict(TABLE)
    assert np.array_equal(np.asarray(list(of_list)), np.asarray(list(of_array)))


@pytest.mark.parametrize("first", [TABLE.tolist(), [list(x) for x in RAGGED]])
def test_partial_fit_goes_on_with_other_lengths(first):
    model = SequenceClassifier(**SMALL).partial_fit(first, LABELS, classes=[0, 1])
    model.partial_fit([[0.1, 0.2, 0.3], [0.5, 0.1, 1.0]], [0, 1])
    assert model.partial_fit([[0.1], [1, 2]], [0, 1]).predict([[0.3]]).shape == (1,)


@pytest.mark.parametrize(
    "transformer", [SequenceScaler(), SequenceSummarizer(), ClassWeightTransformer()]
)
def test_a_transformer_fitted_on_equally_long_lists_transforms_other_lengths(transformer):
    transformer.fit(TABLE.tolist(), LABELS)
    for given in ([[0.1, 0.2, 0.3]], [[0.1], [0.2, 0.3]]):
        assert len(transformer.transform(given)) == len(given)


def on_top(**more):
    """Everything that holds an estimator of sequences, around a small net."""
    net = SequenceClassifier(**SMALL, **more)
    labelled = {"estimator": net, "random_state": 0}
    return {
        "sampler": make_pipeline(SequenceOverSampler(random_state=0), net),
        "weights": make_pipeline(ClassWeightTransformer(), net),
        "sampler and weights": make_pipeline(
            SequenceUnderSampler(random_state=0), ClassWeightTransformer(None), net
        ),
        "bagging": SequenceBalancedBaggingClassifier(n_estimators=2, **labelled),
        "easy ensemble": SequenceEasyEnsembleClassifier(n_estimators=2, **labelled),
        "boosting": SequenceAdaBoostClassifier(n_estimators=2, **labelled),
        "bagging of pipelines": SequenceBalancedBaggingClassifier(
            estimator=make_pipeline(ClassWeightTransformer(), net), n_estimators=2
        ),
        "threshold tuner": ThresholdTuner(net, cv=2),
        "prior corrector": PriorCorrector(net),
        "merger": ClassMerger(net),
        "majority splitter": MajoritySplitter(net),
    }


@pytest.mark.parametrize("name", on_top())
def test_what_stands_on_top_of_a_net_takes_lists_of_any_length(name):
    model = on_top()[name]
    model.fit(TABLE.tolist(), LABELS)
    assert len(model.predict([[0.1, 0.2, 0.3]])) == 1
    assert len(model.predict([[0.1, 0.2], [0.3]])) == 2


@pytest.mark.parametrize("name", on_top())
def test_what_stands_on_top_of_a_net_leaves_integer_values_alone(name):
    model = on_top(input="values")[name].fit(NEGATIVE, LABELS)
    assert len(model.predict([[-1, 4, 2], [3]])) == 2
    assert len(model.predict([[1, 4]])) == 1


VALUE_SAMPLERS = [
    SequenceSMOTE(k_neighbors=2, random_state=0),
    SequenceTomekLinks(),
    SequenceEditedNearestNeighbours(),
]


@pytest.mark.parametrize("sampler", VALUE_SAMPLERS, ids=lambda sampler: type(sampler).__name__)
def test_samplers_of_values_take_integers_that_can_be_nothing_else(sampler):
    net = SequenceClassifier(input="values", **SMALL)
    rng = np.random.default_rng(0)
    X = [rng.integers(-9, 9, size=length).tolist() for length in LENGTHS]
    make_pipeline(sampler, net).fit(X, LABELS).predict([[-1, 2]])
    with pytest.raises(TypeError, match=r"token ids .* make them floats"):
        sampler.fit_resample([[5, 3], [4], [7, 1, 2]] * 8, LABELS)


@pytest.mark.parametrize(
    "sampler",
    [TagOverSampler(), TagUnderSampler(), ContextUnderSampler()],
    ids=lambda sampler: type(sampler).__name__,
)
def test_samplers_of_tags_leave_integer_values_alone(sampler):
    tags = [[0, 1], [0], [0, 0, 0]] * 8
    X, y = sampler.fit_resample(NEGATIVE, tags)
    assert X.dtype.kind == "i"
    SequenceTagger(input="values", **SMALL).fit(X, y).predict([[-7]])


def test_a_net_that_was_not_told_refuses_negative_integers_with_the_cure(net):
    with pytest.raises(ValueError, match=r'got -5 \(X\[0\], step 0\).*input="values"'):
        net().fit(NEGATIVE, target_of(net(), NEGATIVE))


# -- ids ------------------------------------------------------------------------------------------


def test_an_unknown_id_names_the_size_of_the_vocabulary_and_the_input(net):
    X = [[1, 2], [3]] * 12
    model = net().fit(X, target_of(net(), X))
    with pytest.raises(ValueError, match=r'X\[0\], step 0.*n_tokens=.*input="values"'):
        model.predict([[9]])
    model = net().fit(Sequences.from_list(X, n_tokens=10), target_of(net(), X))
    assert len(model.predict([[9]])) == 1


@pytest.mark.parametrize("large", [1_700_000_000, 2**31, 2**62, 2**63, 2**64 - 1, 2**70])
def test_ids_too_large_are_refused_and_their_input_named(net, large):
    X = [[1, large], [3]] * 12
    with pytest.raises(ValueError, match=r'X\[0\], step 1 holds \d+.*input="values"'):
        net().fit(X, target_of(net(), X))


def test_unix_times_are_values_where_the_user_says_so(net):
    X = [[1_700_000_000, 1_700_000_060], [1_700_000_120]] * 12
    net(input="values").fit(X, target_of(net(), X)).predict(X[:1])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64", "int8", "int32"])
def test_small_ids_of_any_integer_type_are_taken(net, dtype):
    X = [np.array([1, 2], dtype=dtype), np.array([3], dtype=dtype)] * 12
    assert len(net().fit(X, target_of(net(), X)).predict(X[:2])) == 2


def test_padded_ids_in_an_array_are_warned_of(net):
    X = np.array([[5, 9, 0], [7, 0, 0]] * 12)
    with pytest.warns(UserWarning, match=r'from_padded.*input="tokens"'):
        net().fit(X, target_of(net(), X))
    net(input="values").fit(X, target_of(net(), X))  # silent


def test_a_table_of_ids_is_predicted_by_a_net_of_ids(net):
    X = [[1, 2], [3]] * 12
    model = net().fit(X, target_of(net(), X))
    assert len(model.predict(np.array([[1, 2, 3]]))) == 1
    with pytest.raises(ValueError, match=r"X holds values \(float64\) but .* fitted on tokens"):
        model.predict(np.array([[1.0, 2.0, 3.0]]))


def test_names_of_a_large_vocabulary_are_made_for_what_occurs_alone():
    X = Sequences.from_list([[1, 10**8], [1]], n_tokens=2**30)
    names = SequenceSummarizer().fit(X).get_feature_names_out()
    assert names[:2].tolist() == ["token_1", "token_100000000"]


def test_a_summary_refuses_ids_too_large():
    with pytest.raises(ValueError, match=r'X\[0\], step 1 holds 2147483648.*input="values"'):
        make_pipeline(SequenceSummarizer(), LogisticRegression()).fit([[1, 2**31], [3]], [0, 1])
