"""Class weights as functions of counts, the double-counting warning, ClassWeightTransformer."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.model_selection import GridSearchCV
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from skseq import ClassWeightTransformer, Sequences
from skseq._class_counts import class_totals, sequence_weight, weighted_counts
from skseq.data import check_sequences
from skseq.exceptions import DoubleCountingWarning
from skseq.samplers import SequenceOverSampler
from skseq.weights import class_weights, effective_number, has_step_labels, warn_if_double_counted

STRATEGIES = ["balanced", "sqrt", "effective"]
some_counts = st.lists(st.integers(1, 10_000), min_size=1, max_size=8)


# -- effective_number --------------------------------------------------------------------------


@given(counts=st.lists(st.integers(0, 50), min_size=1, max_size=5), beta=st.floats(0, 0.999))
def test_effective_number_is_the_geometric_sum_of_beta(counts, beta):
    by_hand = [sum(beta**k for k in range(n)) for n in counts]
    np.testing.assert_allclose(effective_number(counts, beta), by_hand, rtol=1e-9)


def test_effective_number_nears_the_count_when_beta_nears_one():
    np.testing.assert_allclose(effective_number([1, 7, 500], 1 - 1e-12), [1, 7, 500], rtol=1e-4)


@pytest.mark.parametrize("beta", [-0.1, 1.0])
def test_effective_number_wants_beta_below_one(beta):
    with pytest.raises(ValueError, match=f"beta must be at least 0 and below 1, got {beta}"):
        effective_number([1, 2], beta)


# -- class_weights -----------------------------------------------------------------------------


@given(counts=some_counts)
def test_balanced_weights_are_those_of_scikit_learn(counts):
    y = np.repeat(np.arange(len(counts)), counts)
    theirs = compute_class_weight("balanced", classes=np.arange(len(counts)), y=y)
    np.testing.assert_allclose(class_weights("balanced", counts), theirs)


@pytest.mark.parametrize("strategy", [None, *STRATEGIES, lambda n: 1 / n**2])
@given(counts=some_counts, power=st.floats(0, 2))
def test_normalized_weights_have_mean_one_over_samples(strategy, counts, power):
    weights = class_weights(strategy, counts, power=power)
    assert weights @ counts == pytest.approx(sum(counts))


@given(counts=some_counts, max_weight=st.floats(1, 20), strategy=st.sampled_from(STRATEGIES))
def test_capped_weights_stay_below_the_cap_with_mean_one(counts, max_weight, strategy):
    counts = np.array(counts)
    capped = class_weights(strategy, counts, max_weight=max_weight)
    free = class_weights(strategy, counts)
    assert capped.max() <= max_weight * (1 + 1e-9)
    assert capped @ counts == pytest.approx(counts.sum())
    # Below the cap, the proportions between classes are those without a cap.
    below = capped < max_weight * (1 - 1e-9)
    if below.any():
        ratio = capped[below] / free[below]
        np.testing.assert_allclose(ratio, ratio[0])


def test_strategies_follow_their_formulas():
    counts = np.array([80, 15, 5])
    raw = {
        "balanced": 100 / (3 * counts),
        "sqrt": np.sqrt(100 / (3 * counts)),
        "effective": (1 - 0.9) / (1 - 0.9**counts),
    }
    for strategy, expected in raw.items():
        ours = class_weights(strategy, counts, beta=0.9, normalize=False)
        np.testing.assert_allclose(ours, expected, err_msg=strategy)


def test_power_acts_before_the_cap():
    weights = class_weights("balanced", [90, 10], power=0.5, max_weight=2, normalize=False)
    np.testing.assert_allclose(weights, [np.sqrt(100 / 180), 2])


@pytest.mark.parametrize("strategy", [None, *STRATEGIES, lambda n: np.ones(len(n)), {}])
@pytest.mark.parametrize("normalize", [True, False])
def test_classes_without_members_weigh_nothing_and_warn_of_nothing(strategy, normalize):
    with_gap = class_weights(strategy, [5, 0, 20], normalize=normalize)
    without = class_weights(strategy, [5, 20], normalize=normalize)
    np.testing.assert_allclose(with_gap, [without[0], 0, without[1]])


def test_no_classes_with_members_give_no_weight():
    np.testing.assert_array_equal(class_weights("balanced", [0, 0]), [0, 0])


def test_a_dict_refers_to_labels_and_leaves_the_rest_at_one():
    classes = np.array(["a", "b", "c"])
    weights = class_weights({"b": 4}, [1, 1, 1], classes=classes, normalize=False)
    np.testing.assert_array_equal(weights, [1, 4, 1])


def test_a_dict_without_classes_refers_to_positions():
    np.testing.assert_array_equal(class_weights({1: 3}, [2, 2], normalize=False), [1, 3])


def test_a_cap_wins_over_the_mean_where_the_other_classes_weigh_nothing():
    np.testing.assert_array_equal(class_weights({0: 0}, [9, 1], max_weight=2), [0, 2])


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ({"NUMBRE": 2}, r"'NUMBRE', but the classes are \['NUMBER', 'O'\]. Did you mean 'NUMBER'"),
        ({"O": -1}, "finite and not negative"),
        ({"O": np.nan}, "finite and not negative"),
        ({"O": 0, "NUMBER": 0}, "weight 0 to every class"),
        (lambda counts: [1.0], r"one weight for each of the 2 classes, got shape \(1,\)"),
        ("blanced", "strategy must be one of .* got 'blanced'. Did you mean 'balanced'"),
    ],
)
def test_a_wrong_strategy_is_explained(strategy, message):
    with pytest.raises(ValueError, match=message):
        class_weights(strategy, [3, 30], classes=["NUMBER", "O"])


def test_a_cap_below_one_cannot_have_mean_one():
    with pytest.raises(ValueError, match="max_weight must be at least 1 with normalize=True"):
        class_weights("balanced", [1, 2], max_weight=0.5)


@pytest.mark.parametrize("counts", [[1, -1], [np.nan], [[1, 2]]])
def test_counts_must_be_one_number_a_class(counts):
    with pytest.raises(ValueError, match="counts must be one number for each class"):
        class_weights("balanced", counts)


# -- forms of y, weights of sequences ----------------------------------------------------------


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        (["a", "bcd"], False),
        (np.array([0, 1]), False),
        (np.array([[0], [1]]), False),
        (pd.Series(["a", "bc"], index=[7, 8]), False),
        ([], False),
        ([["O"], ["O", "X"]], True),
        (np.array([[0, 1], [1, 1]]), True),
        (Sequences.from_list([[1], [2, 3]]), True),
        (pd.Series([[1], [2, 3]], index=[7, 8]), True),
        ([np.array([1, 2]), np.array([0])], True),
    ],
)
def test_the_form_of_y_says_whether_labels_belong_to_steps(y, expected):
    assert has_step_labels(y) is expected


def test_sequence_weight_is_the_mean_of_step_weights():
    X = Sequences.from_list([[1, 2], [3], [4, 5, 6]])
    np.testing.assert_array_equal(sequence_weight(X), [1, 1, 1])
    steps = X.replace(weight=[1, 3, 5, 0, 3, 6])
    np.testing.assert_array_equal(sequence_weight(steps), [2, 5, 3])


# -- warn_if_double_counted --------------------------------------------------------------------


def test_a_correction_that_evens_out_is_silent():
    warn_if_double_counted([90, 10], [90, 90], earlier="a", later="b")
    warn_if_double_counted([90, 10, 0], [50, 50, 0], earlier="a", later="b")
    # Within the tolerance of a tenth.
    warn_if_double_counted([50, 50], [50, 54], earlier="a", later="b")


def test_a_correction_with_nothing_before_it_is_silent():
    warn_if_double_counted([50, 50], [1, 99], earlier="", later="b")


def test_a_second_correction_names_both_and_the_ratios():
    message = (
        "the later leaves the classes less even than the earlier did: .* weighs 9 times as much "
        "as the lightest, after 1 times"
    )
    with pytest.warns(DoubleCountingWarning, match=message):
        warn_if_double_counted([50, 50, 0], [50, 450, 0], earlier="the earlier", later="the later")


# -- ClassWeightTransformer --------------------------------------------------------------------

_ATTACHES = "fit_transform attaches weights, so it gives Sequences where transform gives X itself"
_EXPECTED_FAILURES = {
    "check_transformer_general": _ATTACHES,
    "check_transformer_data_not_an_array": _ATTACHES,
    "check_pipeline_consistency": "compares Sequences as if they were numeric arrays",
}
_EXPECTED_FAILURES_WITHOUT_STRATEGY = {
    "check_transformer_data_not_an_array": "X itself comes back, and here that is not an array",
}


def expected_failed_checks(estimator):
    if estimator.strategy is None:
        return _EXPECTED_FAILURES_WITHOUT_STRATEGY
    return _EXPECTED_FAILURES


@parametrize_with_checks(
    [ClassWeightTransformer(), ClassWeightTransformer(strategy=None)],
    expected_failed_checks=expected_failed_checks,
)
def test_class_weight_transformer_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture
def X():
    return Sequences.from_list([[1, 2], [3], [4, 5, 6], [7], [8, 9]], n_tokens=10)


@pytest.fixture
def y():
    return ["b", "a", "a", "a", "a"]


@pytest.fixture
def tags():
    return [["O", "N"], ["O"], ["O", "O", "O"], ["D"], ["O", "O"]]


def test_labels_give_one_weight_a_sequence(X, y):
    transformer = ClassWeightTransformer()
    weighted = transformer.fit_transform(X, y)
    np.testing.assert_allclose(weighted.weight, [5 / 2, *[5 / 8] * 4])
    np.testing.assert_array_equal(transformer.classes_, ["a", "b"])
    np.testing.assert_array_equal(transformer.class_count_, [4, 1])
    np.testing.assert_allclose(transformer.class_weight_, [5 / 8, 5 / 2])
    assert weighted == X
    assert weighted.n_tokens == 10
    assert X.weight is None


@pytest.mark.parametrize("form", [list, Sequences.from_list, "object"])
def test_tags_give_one_weight_a_step_whatever_their_form(X, tags, form):
    flat = [tag for row in tags for tag in row]
    if form == "object":
        form = lambda rows: np.array(rows, dtype=object)  # noqa: E731
    transformer = ClassWeightTransformer("sqrt")
    weighted = transformer.fit_transform(X, form(tags))
    of_class = dict(zip(transformer.classes_, transformer.class_weight_, strict=True))
    np.testing.assert_allclose(weighted.weight, [of_class[tag] for tag in flat])
    assert weighted.weight.mean() == pytest.approx(1)
    np.testing.assert_array_equal(transformer.class_count_, [1, 1, 7])


def test_the_rarer_class_gets_the_larger_weight_by_every_strategy(X, tags):
    for strategy in STRATEGIES:
        transformer = ClassWeightTransformer(strategy, beta=0.9).fit(X, tags)
        weight = dict(zip(transformer.classes_.tolist(), transformer.class_weight_, strict=True))
        assert weight["N"] == weight["D"] > weight["O"] > 0, strategy


def test_parameters_reach_class_weights(X, y):
    parameters = {"power": 0.5, "max_weight": 1.2, "normalize": False}
    transformer = ClassWeightTransformer({"b": 9}, **parameters).fit(X, y)
    expected = class_weights({"b": 9}, [4, 1], classes=["a", "b"], **parameters)
    np.testing.assert_array_equal(transformer.class_weight_, expected)


def test_a_callable_sees_the_counts(X, y):
    transformer = ClassWeightTransformer(lambda counts: counts, normalize=False).fit(X, y)
    np.testing.assert_array_equal(transformer.class_weight_, [4, 1])


def test_transform_leaves_X_alone(X, y):
    transformer = ClassWeightTransformer().fit(X, y)
    assert transformer.transform(X) is X
    assert X.weight is None
    new = X[:2]
    assert transformer.transform(new) is new


def test_strategy_none_attaches_nothing(X, y):
    transformer = ClassWeightTransformer(strategy=None)
    assert transformer.fit_transform(X, y) is X
    np.testing.assert_array_equal(transformer.class_weight_, [1, 1])


def test_a_weight_per_sequence_is_multiplied(X, y):
    doubled = ClassWeightTransformer({"b": 2}, normalize=False)
    old = np.array([1.0, 2.0, 1.0, 2.0, 1.0])
    new = doubled.fit_transform(X, y).weight
    both = doubled.fit_transform(X.replace(weight=old), y).weight
    np.testing.assert_allclose(both, old * new)


def test_a_weight_per_step_stays_one_with_labels(X, y):
    doubled = ClassWeightTransformer({"b": 2}, normalize=False)
    old = np.linspace(1, 2, X.n_steps)
    new = doubled.fit_transform(X, y).weight
    both = doubled.fit_transform(X.replace(weight=old), y).weight
    np.testing.assert_allclose(both, old * np.repeat(new, X.lengths))


def test_a_weight_per_sequence_spreads_over_the_steps_with_tags(X, tags):
    doubled = ClassWeightTransformer({"O": 0.5}, normalize=False)
    old = np.array([1.0, 2.0, 1.0, 2.0, 1.0])
    new = doubled.fit_transform(X, tags).weight
    both = doubled.fit_transform(X.replace(weight=old), tags).weight
    np.testing.assert_allclose(both, np.repeat(old, X.lengths) * new)


def test_balanced_weights_even_out_what_the_carried_ones_leave(X, y):
    weighted = ClassWeightTransformer().fit_transform(X.replace(weight=[1, 2, 1, 2, 1]), y)
    totals = class_totals(np.unique(y, return_inverse=True)[1], 2, weighted.weight)
    np.testing.assert_allclose(totals, [3.5, 3.5])


@pytest.mark.parametrize(
    "X", [np.arange(12).reshape(4, 3), pd.DataFrame(np.arange(12).reshape(4, 3))]
)
def test_a_table_of_integers_stays_a_series_of_values(X):
    weighted = ClassWeightTransformer().fit_transform(X, [0, 1, 1, 1])
    assert weighted.dtype == np.float64
    np.testing.assert_array_equal(weighted.to_padded()[0], np.asarray(X))
    later = BaseEstimator()
    check_sequences(later, weighted)
    assert later.input_kind_ == "values"


def test_a_table_with_a_table_of_tags_is_weighted_by_step():
    X, tags = np.random.default_rng(0).normal(size=(3, 2)), np.array([[0, 0], [0, 1], [0, 0]])
    weighted = ClassWeightTransformer().fit_transform(X, tags)
    np.testing.assert_allclose(weighted.weight, np.where(tags.ravel() == 1, 3, 0.6))


def test_lists_and_three_dimensional_arrays_become_sequences(y):
    lists = [[1, 2], [3], [4, 5, 6], [7], [8, 9]]
    weighted = ClassWeightTransformer().fit_transform(lists, y)
    assert weighted.tolist() == lists
    cube = np.random.default_rng(0).normal(size=(5, 4, 2))
    weighted = ClassWeightTransformer().fit_transform(cube, y)
    np.testing.assert_array_equal(weighted.to_padded()[0], cube)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strategy": "blanced"}, "strategy.*Did you mean 'balanced'"),
        ({"beta": 1}, "beta.*Got 1"),
        ({"power": -1}, "power.*Got -1"),
        ({"max_weight": 0}, "max_weight.*Got 0"),
        ({"max_weight": 0.5}, "max_weight must be at least 1"),
        ({"strategy": {"A": 2}}, r"'A', but the classes are \['a', 'b'\]"),
    ],
)
def test_wrong_parameters_are_explained(X, y, change, message):
    transformer = ClassWeightTransformer(**change)
    with pytest.raises(ValueError, match=message):
        transformer.fit_transform(X, y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed, but the target y is None"),
        (["a"], "inconsistent numbers of samples"),
        ([0.1, 0.2, 0.3, 0.4, 0.5], "Unknown label type"),
        ([["O"], ["O"], ["O"], ["O"], ["O"]], r"y\[0\] has 1 labels but X\[0\] has 2 steps"),
        ([0.0, np.nan, 0.0, 1.0, 1.0], "NaN"),
    ],
)
def test_wrong_labels_are_explained(X, y, message):
    with pytest.raises(ValueError, match=message):
        ClassWeightTransformer().fit(X, y)


def test_text_is_sent_to_the_token_encoder(y):
    with pytest.raises(TypeError, match="TokenEncoder"):
        ClassWeightTransformer().fit(["one text", "b", "c", "d", "e"], y)


def test_balancing_twice_leaves_the_second_nothing_to_do(X, y):
    weighted = ClassWeightTransformer().fit_transform(X, y)
    again = ClassWeightTransformer().fit_transform(weighted, y)
    np.testing.assert_allclose(again.weight, weighted.weight)


def test_a_dict_of_weights_after_balanced_weights_warns(X, y):
    weighted = ClassWeightTransformer().fit_transform(X, y)
    with pytest.warns(DoubleCountingWarning, match="than the weights that X carries did"):
        ClassWeightTransformer({"b": 4}).fit_transform(weighted, y)


@pytest.mark.parametrize("strategy", ["balanced", "sqrt", "effective"])
def test_a_weight_of_k_that_X_carries_is_k_copies(strategy):
    X, y = Sequences.from_list([[1, 2], [3], [4], [5, 6]]), np.array(["a", "a", "b", "c"])
    k = np.array([2, 0, 5, 3])
    weighted = ClassWeightTransformer(strategy).fit(X.replace(weight=k), y)
    copied = ClassWeightTransformer(strategy).fit(X[np.repeat(range(4), k)], np.repeat(y, k))
    np.testing.assert_allclose(weighted.class_weight_, copied.class_weight_)
    assert weighted.class_count_.tolist() == [2, 1, 1]


def test_weights_in_X_that_are_all_zero_are_refused(X, y):
    weightless = Sequences.from_list(X).replace(weight=np.zeros(len(X)))
    with pytest.raises(ValueError, match="weights that X carries are all zero"):
        ClassWeightTransformer().fit(weightless, y)


def test_counts_by_weight_are_those_of_copies_and_shares_are_scaled_up():
    codes = np.array([0, 0, 1, 2])
    np.testing.assert_allclose(weighted_counts(codes, 4), [2, 1, 1, 0])
    np.testing.assert_allclose(weighted_counts(codes, 3, np.array([3, 0, 0, 2])), [3, 0, 2])
    shares = np.array([0.1, 0.1, 0.2, 0.0])
    np.testing.assert_allclose(weighted_counts(codes, 3, shares), [1.5, 1.5, 0])
    np.testing.assert_allclose(weighted_counts(codes, 3, np.zeros(4)), 0)


def test_a_dict_of_weights_on_balanced_samples_warns(X, y):
    sampled = SequenceOverSampler(random_state=0).fit_resample(X, y)
    with pytest.warns(DoubleCountingWarning, match="than the resampling that X came through did"):
        ClassWeightTransformer({"b": 4}).fit_transform(*sampled)


def test_balanced_weights_after_a_sampler_do_not_warn(X, y):
    for sampling_strategy in ("auto", 0.5):
        sampler = SequenceOverSampler(sampling_strategy, random_state=0)
        weighted = ClassWeightTransformer().fit_transform(*sampler.fit_resample(X, y))
        assert weighted.weight is not None


# -- in a pipeline -----------------------------------------------------------------------------


class WeightRecorder(ClassifierMixin, BaseEstimator):
    """Predicts the class with the largest mean first step; remembers the weights it was given."""

    def fit(self, X, y):
        self.weight_ = X.weight
        self.origin_ = X.origin
        first = X.values[X.offsets[:-1]].astype(float)
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.mean_ = np.array(
            [
                np.average(first[codes == code], weights=sequence_weight(X)[codes == code])
                for code in range(len(self.classes_))
            ]
        )
        return self

    def predict(self, X):
        check_is_fitted(self)
        first = X.values[X.offsets[:-1]].astype(float)
        return self.classes_[np.abs(first[:, None] - self.mean_).argmin(axis=1)]


@pytest.fixture
def learnable():
    rng = np.random.default_rng(0)
    y = np.array(["common"] * 24 + ["rare"] * 6)
    firsts = np.where(y == "rare", 50, 10) + rng.integers(0, 5, size=30)
    return Sequences.from_list([[first, *range(first % 4)] for first in firsts]), y


def test_weights_survive_a_sampler_that_comes_later_and_warn(learnable):
    X, y = learnable
    pipe = Pipeline(
        [
            ("weight", ClassWeightTransformer()),
            ("sample", SequenceOverSampler(random_state=0)),
            ("model", WeightRecorder()),
        ]
    )
    with pytest.warns(DoubleCountingWarning, match="SequenceOverSampler leaves .* the weights"):
        pipe.fit(X, y)
    model = pipe["model"]
    assert len(model.weight_) == 48
    np.testing.assert_allclose(model.weight_, [*[30 / 48] * 24, *[30 / 12] * 24])
    assert model.origin_ is not None
    np.testing.assert_array_equal(pipe.predict(X), y)


def test_strategy_and_sampler_are_tuned_in_one_grid(learnable):
    X, y = learnable
    pipe = Pipeline(
        [
            ("sample", SequenceOverSampler()),
            ("weight", ClassWeightTransformer()),
            ("model", WeightRecorder()),
        ]
    )
    grid = {
        "sample": ["passthrough", SequenceOverSampler(random_state=0)],
        "weight__strategy": [None, "balanced", "effective", {"rare": 1.0}],
        "weight__power": [0.5, 1],
    }
    search = GridSearchCV(pipe, grid, scoring="f1_macro", cv=3, error_score="raise").fit(X, y)
    assert search.best_score_ == 1
    assert len(search.cv_results_["params"]) == 16


def test_a_clone_has_the_same_parameters():
    transformer = ClassWeightTransformer({"a": 2}, beta=0.5, power=2, max_weight=3)
    assert clone(transformer).get_params() == transformer.get_params()
