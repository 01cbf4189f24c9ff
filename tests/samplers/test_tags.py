"""Sentence-level over-sampling of tagged sequences."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.base import is_sampler
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.utils import get_tags

from skseq import ClassWeightTransformer, Sequences
from skseq.exceptions import DoubleCountingWarning, SmallClassWarning
from skseq.samplers import TagOverSampler

CRITERIA = ["sC", "sCR", "sCRD", "nsCRD"]

tagged = st.lists(
    st.lists(st.sampled_from(["O", "O", "O", "PER", "LOC", "NUM"]), min_size=1, max_size=12),
    min_size=1,
    max_size=10,
).filter(lambda y: len({tag for row in y for tag in row}) > 1)


def copies_by_hand(criterion, y, majority, entity_of=lambda tag: tag):
    """The paper's formulas, a sequence and a type at a time."""
    steps = [entity_of(tag) for row in y for tag in row if tag != majority]
    n_steps = sum(map(len, y))
    rareness = {t: -math.log2(steps.count(t) / n_steps) for t in set(steps)}
    copies = []
    for row in y:
        entities = [entity_of(tag) for tag in row if tag != majority]
        c = {t: entities.count(t) for t in set(entities)}
        total = {
            "sC": 1 + sum(c.values()),
            "sCR": math.sqrt(1 + sum(c[t] * rareness[t] for t in c)),
            "sCRD": (1 + sum(c[t] * rareness[t] for t in c)) / math.sqrt(len(row)),
            "nsCRD": (1 + sum(math.sqrt(c[t]) * rareness[t] for t in c)) / math.sqrt(len(row)),
        }[criterion]
        # Digits beyond the ninth are noise of the sum's order.
        copies.append(max(1, math.ceil(round(total, 9))))
    return copies


def sequences_like(y):
    return Sequences.from_list([np.arange(len(row)) + 100 * i for i, row in enumerate(y)])


@pytest.fixture
def y():
    return [
        ["O", "O", "O", "O"],
        ["B-PER", "I-PER", "O"],
        ["O", "B-LOC"],
        ["O", "O", "O", "O", "O", "B-PER"],
    ]


@pytest.fixture
def X(y):
    return sequences_like(y)


# -- the formulas ------------------------------------------------------------------------------


@pytest.mark.parametrize("criterion", CRITERIA)
@settings(max_examples=40)
@given(y=tagged)
def test_copies_are_those_of_the_formula(criterion, y):
    sampler = TagOverSampler(criterion)
    X_resampled, y_resampled = sampler.fit_resample(sequences_like(y), y)
    expected = copies_by_hand(criterion, y, sampler.majority_)
    np.testing.assert_array_equal(sampler.n_copies_, expected)
    indices = list(range(len(y))) + [i for i, n in enumerate(expected) for _ in range(n - 1)]
    np.testing.assert_array_equal(sampler.sample_indices_, indices)
    assert X_resampled == sequences_like(y)[indices]
    assert y_resampled == [y[i] for i in indices]


@pytest.mark.parametrize("criterion", CRITERIA)
@settings(max_examples=40)
@given(y=tagged, max_copies=st.integers(1, 4))
def test_no_sequence_comes_out_more_often_than_max_copies(criterion, y, max_copies):
    X = sequences_like(y)
    capped = TagOverSampler(criterion, max_copies=max_copies).fit(X, y).n_copies_
    free = TagOverSampler(criterion).fit(X, y).n_copies_
    np.testing.assert_array_equal(capped, np.minimum(free, max_copies))


@pytest.mark.parametrize("criterion", CRITERIA)
def test_beginning_and_inside_of_a_span_count_as_one_type(criterion, X, y):
    sampler = TagOverSampler(criterion).fit(X, y)
    expected = copies_by_hand(criterion, y, "O", lambda tag: tag[2:])
    np.testing.assert_array_equal(sampler.n_copies_, expected)
    np.testing.assert_array_equal(sampler.entity_types_, ["LOC", "PER"])
    apart = TagOverSampler(criterion, merge_spans=False).fit(X, y)
    np.testing.assert_array_equal(apart.n_copies_, copies_by_hand(criterion, y, "O"))
    np.testing.assert_array_equal(apart.entity_types_, ["B-LOC", "B-PER", "I-PER"])


def test_tags_of_which_some_have_no_prefix_stay_as_they_are(X, y):
    y[2][1] = "LOC"
    sampler = TagOverSampler().fit(X, y)
    np.testing.assert_array_equal(sampler.entity_types_, ["B-PER", "I-PER", "LOC"])


def test_sequences_of_background_are_kept_once(X, y):
    for criterion in CRITERIA:
        assert TagOverSampler(criterion).fit(X, y).n_copies_[0] == 1


def test_rare_tags_gain_share():
    rng = np.random.default_rng(0)
    y = Sequences.from_lengths(
        rng.choice(["O", "NUM", "DEF"], p=[0.96, 0.03, 0.01], size=5000), np.full(500, 10)
    )
    X = Sequences(np.arange(5000), y.offsets)
    for criterion in CRITERIA:
        _, y_resampled = TagOverSampler(criterion).fit_resample(X, y)
        for tag in ("NUM", "DEF"):
            assert (y_resampled.values == tag).mean() > 1.5 * (y.values == tag).mean()


# -- the background ----------------------------------------------------------------------------


def test_the_commonest_tag_is_the_background(X, y):
    sampler = TagOverSampler().fit(X, y)
    assert sampler.majority_ == "O"
    np.testing.assert_array_equal(sampler.classes_, ["B-LOC", "B-PER", "I-PER", "O"])


def test_the_background_can_be_named():
    y = [["N", "N", "N"], ["O", "N"], ["O", "O"]]
    X = sequences_like(y)
    guessed, named = TagOverSampler("sC").fit(X, y), TagOverSampler("sC", majority="O").fit(X, y)
    assert (guessed.majority_, named.majority_) == ("N", "O")
    np.testing.assert_array_equal(guessed.n_copies_, [1, 2, 3])
    np.testing.assert_array_equal(named.n_copies_, [4, 2, 1])


def test_tags_may_be_numbers():
    y = [[0, 0, 0], [0, 1], [2, 0]]
    sampler = TagOverSampler("sC", majority=0).fit(sequences_like(y), y)
    np.testing.assert_array_equal(sampler.n_copies_, [1, 2, 2])
    np.testing.assert_array_equal(sampler.entity_types_, [1, 2])


# -- what a sequence takes along ---------------------------------------------------------------


def test_origin_says_where_each_sequence_came_from(X, y):
    sampler = TagOverSampler()
    X_resampled, _ = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(X_resampled.origin.values, sampler.sample_indices_)
    again, _ = sampler.fit_resample(X.replace(origin=[5, 6, 7, 7]), y)
    np.testing.assert_array_equal(
        again.origin.values, np.array([5, 6, 7, 7])[sampler.sample_indices_]
    )


def test_step_weights_follow_their_sequences(X, y):
    weighted = X.replace(weight=1 + np.arange(X.n_steps) / 1000)
    X_resampled, y_resampled = TagOverSampler().fit_resample(weighted, y)
    np.testing.assert_array_equal(X_resampled.step_weight() // 1, 1)
    expected = [weighted[[i]].weight for i in X_resampled.origin.values]
    np.testing.assert_array_equal(X_resampled.weight, np.concatenate(expected))
    assert [len(row) for row in y_resampled] == X_resampled.lengths.tolist()


def test_weights_that_balance_the_tags_already_are_counted_twice():
    y = [["O"] * 9, ["O", "N"], ["O"] * 8]
    weighted = ClassWeightTransformer().fit_transform(sequences_like(y), y)
    with pytest.warns(DoubleCountingWarning, match="TagOverSampler leaves .* the weights"):
        TagOverSampler("sC").fit_resample(weighted, y)


def test_weights_after_the_sampler_do_not_warn(X, y):
    resampled = TagOverSampler().fit_resample(X, y)
    weighted = ClassWeightTransformer().fit_transform(*resampled)
    assert weighted.has_step_weight


# -- forms of X and y --------------------------------------------------------------------------


def as_object_array(y):
    out = np.empty(len(y), dtype=object)
    out[:] = y
    return out


@pytest.mark.parametrize("form", [Sequences.from_list, as_object_array, pd.Series])
def test_tags_that_are_no_list_come_out_as_sequences(form, X, y):
    sampler = TagOverSampler()
    _, y_resampled = sampler.fit_resample(X, form(y))
    assert isinstance(y_resampled, Sequences)
    assert y_resampled.tolist() == [y[i] for i in sampler.sample_indices_]


@pytest.mark.parametrize("form", [Sequences.tolist, np.asarray, list])
def test_ragged_forms_of_X_come_out_as_sequences(form, X, y):
    sampler = TagOverSampler()
    X_resampled, _ = sampler.fit_resample(form(X), y)
    assert X_resampled == X[sampler.sample_indices_]


def test_tables_come_back_in_kind():
    table = np.random.default_rng(0).normal(size=(3, 4))
    y = np.array([[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    sampler = TagOverSampler("sC")
    X_resampled, y_resampled = sampler.fit_resample(table, y)
    np.testing.assert_array_equal(X_resampled, table[[0, 1, 2, 1]])
    np.testing.assert_array_equal(y_resampled.to_padded()[0], y[[0, 1, 2, 1]])
    frame, y_list = sampler.fit_resample(pd.DataFrame(table, columns=list("abcd")), y.tolist())
    pd.testing.assert_frame_equal(frame, pd.DataFrame(table[[0, 1, 2, 1]], columns=list("abcd")))
    assert y_list == y[[0, 1, 2, 1]].tolist()


def test_texts_come_back_in_kind():
    texts, y = ["ab c", "d7"], [["O", "O", "O", "O"], ["O", "N"]]
    X_resampled, y_resampled = TagOverSampler("sC").fit_resample(texts, y)
    assert X_resampled == ["ab c", "d7", "d7"]
    assert y_resampled == [*y, y[1]]


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "error", "message"),
    [
        (None, ValueError, "requires y to be passed"),
        ([["O"] * 4, ["N", "O", "O"]], ValueError, "inconsistent numbers of samples"),
        ([["O"], ["O"], ["O"], ["N"]], ValueError, r"y\[0\] has 1 labels but X\[0\] has 4 steps"),
        ([0, 1, 0, 1], TypeError, "y must hold one label for each step"),
        ([["O"] * n for n in (4, 3, 2, 6)], ValueError, "y has a single class, the tag 'O'"),
    ],
)
def test_wrong_tags_are_explained(X, tags, error, message):
    with pytest.raises(error, match=message):
        TagOverSampler().fit_resample(X, tags)
    with pytest.raises(error, match=message):
        TagOverSampler().fit(X, tags)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y to be passed"),
        ([["O", "N"]], "inconsistent numbers of samples"),
        ([["O", None], ["N"]], "missing labels"),
    ],
)
def test_wrong_tags_of_texts_are_explained(y, message):
    with pytest.raises(ValueError, match=message):
        TagOverSampler().fit_resample(["a text", "another"], y)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"criterion": "nsCDR"}, "criterion.*Did you mean 'nsCRD'"),
        ({"max_copies": 0}, "max_copies.*Got 0"),
        ({"majority": "B-PRE"}, "majority='B-PRE' is not a tag of y.* Did you mean 'B-PER'"),
        ({"merge_spans": "yes"}, "merge_spans.*Got 'yes'"),
    ],
)
def test_wrong_parameters_are_explained(X, y, change, message):
    with pytest.raises(ValueError, match=message):
        TagOverSampler(**change).fit_resample(X, y)


def test_wrong_sequences_are_explained(y):
    X = [[0.0] * len(row) for row in y]
    X[1][2] = np.nan
    with pytest.raises(ValueError, match="contains NaN: sequence 1, step 2"):
        TagOverSampler().fit_resample(X, y)


# -- imbalanced-learn's contract, in a pipeline, and at size -----------------------------------


class TagRecorder(BaseEstimator):
    """Predicts the commonest tag everywhere; remembers what it was fitted on."""

    def fit(self, X, y):
        self.X_, self.y_ = X, y
        return self

    def predict(self, X):
        return Sequences(np.full(X.n_steps, "O"), X.offsets)

    def score(self, X, y):
        return float(np.mean(self.predict(X).values == Sequences.from_list(y).values))


def test_it_is_a_sampler_that_needs_y():
    tags = get_tags(TagOverSampler())
    assert is_sampler(TagOverSampler())
    assert tags.estimator_type == "sampler"
    assert tags.target_tags.required
    assert tags.sampler_tags.sample_indices


def test_fit_learns_what_fit_resample_learns(X, y):
    fitted = TagOverSampler().fit(X, y)
    resampled = TagOverSampler()
    resampled.fit_resample(X, y)
    np.testing.assert_array_equal(fitted.n_copies_, resampled.n_copies_)
    np.testing.assert_array_equal(fitted.sample_indices_, resampled.sample_indices_)


def test_parameters_are_kept_as_given():
    sampler = TagOverSampler("sC", majority="O", merge_spans=False, max_copies=3)
    assert clone(sampler).get_params() == sampler.get_params()


def test_a_pipeline_samples_when_fitted_and_not_when_it_predicts(X, y):
    pipe = Pipeline([("sample", TagOverSampler()), ("model", TagRecorder())]).fit(X, y)
    assert len(pipe["model"].X_) == len(pipe["model"].y_) > len(X)
    assert len(pipe.predict(X)) == len(X)


def test_the_criterion_is_tuned_from_a_grid(X, y):
    pipe = Pipeline([("sample", TagOverSampler()), ("model", TagRecorder())])
    grid = [{"sample": ["passthrough"]}, {"sample__criterion": CRITERIA, "sample__max_copies": [2]}]
    search = GridSearchCV(pipe, grid, cv=KFold(2), error_score="raise").fit(X, y)
    assert len(search.cv_results_["params"]) == 5


def test_counting_and_copying_never_loop_over_sequences(X, y, monkeypatch):
    y = Sequences.from_list(y)
    expected = TagOverSampler().fit_resample(X, y)
    monkeypatch.setattr(Sequences, "__iter__", None)
    monkeypatch.setattr(Sequences, "_sequence", None)
    assert TagOverSampler().fit_resample(X, y) == expected


# -- towards a target --------------------------------------------------------------------------


def steps_of(tag, y):
    return sum(row.count(tag) for row in y)


def copies_towards_by_hand(targets, y, majority, max_copies=np.inf):
    """The greedy rule, one copy at a time."""
    tags = {tag for row in y for tag in row} - {majority}
    copies = [1] * len(y)

    def steps(tag):
        return sum(n * row.count(tag) for n, row in zip(copies, y, strict=True))

    for tag in sorted(targets, key=lambda tag: (steps_of(tag, y), list(targets).index(tag))):
        assert tag in tags
        holders = [i for i, row in enumerate(y) if tag in row]
        holders.sort(key=lambda i: (-y[i].count(tag) / len(y[i]), i))
        while steps(tag) < targets[tag] and any(copies[i] < max_copies for i in holders):
            for i in holders:
                if steps(tag) < targets[tag] and copies[i] < max_copies:
                    copies[i] += 1
    return copies


@settings(max_examples=150)
@given(y=tagged, data=st.data(), max_copies=st.sampled_from([None, 1, 2, 5]))
@pytest.mark.filterwarnings("ignore:max_copies:skseq.exceptions.SmallClassWarning")
def test_copies_towards_a_target_are_those_of_the_greedy_rule(y, data, max_copies):
    majority = TagOverSampler().fit(sequences_like(y), y).majority_
    tags = sorted({tag for row in y for tag in row} - {majority})
    chosen = data.draw(st.lists(st.sampled_from(tags), unique=True, min_size=1))
    targets = {tag: steps_of(tag, y) + data.draw(st.integers(0, 40)) for tag in chosen}
    sampler = TagOverSampler(max_copies=max_copies, sampling_strategy=targets)
    _, y_resampled = sampler.fit_resample(sequences_like(y), y)
    cap = np.inf if max_copies is None else max_copies
    expected = copies_towards_by_hand(targets, y, majority, cap)
    np.testing.assert_array_equal(sampler.n_copies_, expected)
    for tag, wanted in targets.items():
        assert steps_of(tag, y_resampled) >= wanted or max_copies is not None


def test_a_single_target_is_passed_by_less_than_one_sequence(y):
    y[3][0] = "B-PER"
    for wanted in range(4, 60):
        sampler = TagOverSampler(sampling_strategy={"PER": wanted})
        _, tags = sampler.fit_resample(sequences_like(y), y)
        n_steps = steps_of("B-PER", tags) + steps_of("I-PER", tags)
        assert wanted <= n_steps < wanted + 2


def test_targets_may_name_the_tags_themselves(X, y):
    sampler = TagOverSampler(merge_spans=False, sampling_strategy={"I-PER": 4})
    np.testing.assert_array_equal(sampler.fit(X, y).n_copies_, [1, 4, 1, 1])


def test_targets_may_come_from_a_function_of_the_tags(X, y):
    def same_as_the_largest(tags):
        names, counts = np.unique(tags, return_counts=True)
        return dict.fromkeys(names.tolist(), int(counts.max()))

    _, tags = TagOverSampler(sampling_strategy=same_as_the_largest).fit_resample(X, y)
    assert steps_of("B-LOC", tags) == 3 == steps_of("B-PER", y) + steps_of("I-PER", y)


def test_a_target_that_max_copies_keeps_away_is_told(X, y):
    sampler = TagOverSampler(sampling_strategy={"LOC": 10}, max_copies=4)
    with pytest.warns(SmallClassWarning, match=r"max_copies=4 keeps .* 'LOC' \(4 of 10 steps\)"):
        sampler.fit_resample(X, y)


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ({"PRE": 5}, "sampling_strategy names 'PRE', .* Did you mean 'PER'"),
        ({"O": 50}, r"sampling_strategy names 'O', but can name \['LOC', 'PER'\]"),
        ({"PER": 2}, "wants 2 steps of 'PER', but y has 3; this sampler only adds"),
        ({"PER": 4.5}, "must give a number of steps, at least 0, for 'PER'; got 4.5"),
        ("auto", "sampling_strategy.*Got 'auto'"),
    ],
)
def test_wrong_targets_are_explained(X, y, strategy, message):
    with pytest.raises(ValueError, match=message):
        TagOverSampler(sampling_strategy=strategy).fit_resample(X, y)
