"""Dropping whole tagged sequences that say little."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, KFold

from skseq import ClassWeightTransformer, Sequences
from skseq.exceptions import DoubleCountingWarning
from skseq.samplers import TagOverSampler, TagUnderSampler
from skseq.samplers._tags import score_sequences

CRITERIA = ["sC", "sCR", "sCRD", "nsCRD"]

tagged = st.lists(
    st.lists(st.sampled_from(["O", "O", "O", "O", "PER", "LOC"]), min_size=1, max_size=8),
    min_size=1,
    max_size=12,
).filter(lambda y: len({tag for row in y for tag in row}) > 1)


def sequences_like(y):
    return Sequences.from_list([np.arange(len(row)) + 100 * i for i, row in enumerate(y)])


def steps_of(tag, y):
    return sum(row.count(tag) for row in y)


def background_only(y, majority="O"):
    return [all(tag == majority for tag in row) for row in y]


@pytest.fixture
def y():
    return [
        ["O", "O", "O", "O"],
        ["B-PER", "I-PER", "O"],
        ["O", "O"],
        ["O", "B-LOC"],
        ["O"] * 6,
        ["O", "O", "O", "O", "O", "B-PER"],
        ["O", "O", "O"],
    ]


@pytest.fixture
def X(y):
    return sequences_like(y)


# -- how many sequences go ---------------------------------------------------------------------


@pytest.mark.parametrize(("ratio", "n_left"), [("auto", 3), (1.0, 3), (1.5, 2), (3, 1), (4.0, 0)])
def test_ratio_is_of_other_sequences_to_sequences_of_background(X, y, ratio, n_left):
    for seed in range(5):
        sampler = TagUnderSampler(ratio, random_state=seed)
        _, y_resampled = sampler.fit_resample(X, y)
        assert sum(background_only(y_resampled)) == n_left
        assert [row for row in y_resampled if set(row) != {"O"}] == [y[1], y[3], y[5]]


@given(y=tagged, seed=st.integers(0, 100), criterion=st.sampled_from(["background", *CRITERIA]))
def test_auto_leaves_no_more_background_than_others_and_loses_nothing_else(y, seed, criterion):
    sampler = TagUnderSampler(criterion=criterion, majority="O", random_state=seed)
    if steps_of("O", y) == 0:
        sampler.set_params(majority=None)
    X_resampled, y_resampled = sampler.fit_resample(sequences_like(y), y)
    indices = sampler.sample_indices_
    assert (np.diff(indices) > 0).all()
    assert X_resampled == sequences_like(y)[indices]
    assert y_resampled == [y[i] for i in indices]
    is_background = background_only(y, sampler.majority_)
    others = [i for i, only in enumerate(is_background) if not only]
    assert set(others) <= set(indices.tolist())
    n_background = sum(background_only(y_resampled, sampler.majority_))
    limit = max(len(others), 1) if n_background else len(others)
    assert n_background == min(sum(is_background), limit)


def test_every_sequence_of_background_goes_as_often_as_another(X, y):
    dropped = np.zeros(len(y))
    for seed in range(400):
        kept = TagUnderSampler(1.5, random_state=seed).fit(X, y).sample_indices_
        dropped[np.setdiff1d(np.arange(len(y)), kept)] += 1
    np.testing.assert_allclose(dropped[[0, 2, 4, 6]] / 400, 0.5, atol=0.1)
    assert not dropped[[1, 3, 5]].any()


def test_the_same_seed_drops_the_same_sequences(X, y):
    first, again = (TagUnderSampler(random_state=7).fit(X, y).sample_indices_ for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_a_criterion_drops_what_says_least_first(X, y):
    # Of equal sequences of background, a longer one says less.
    sampler = TagUnderSampler(1.5, criterion="nsCRD").fit(X, y)
    np.testing.assert_array_equal(sampler.sample_indices_, [1, 2, 3, 5, 6])


# -- how many steps go -------------------------------------------------------------------------


def leave_by_hand(targets, y, scores, allowed, order):
    """The rule for steps, one sequence at a time."""
    order = sorted(order, key=lambda i: scores[i])
    tags = {tag for row in y for tag in row}
    guarded = {[i for i in order if tag in y[i]][-1] for tag in tags}
    kept = set(range(len(y)))
    for tag in sorted(targets, key=lambda tag: -steps_of(tag, y)):
        for i in order:
            left = sum(y[j].count(tag) for j in kept)
            if left > targets[tag] and tag in y[i] and i in kept and i in allowed - guarded:
                kept.remove(i)
    return sorted(kept)


@settings(max_examples=150)
@given(
    y=tagged,
    data=st.data(),
    criterion=st.sampled_from(["background", *CRITERIA]),
    seed=st.integers(0, 5),
)
def test_dropping_by_steps_follows_the_greedy_rule(y, data, criterion, seed):
    X, lengths = sequences_like(y), np.array([len(row) for row in y])
    # Equal counts would leave the order of the tags to chance.
    majority = TagOverSampler().fit(X, y).majority_
    others = sorted({tag for row in y for tag in row} - {majority})
    if criterion == "background":
        scores = [not only for only in background_only(y, majority)]
        allowed = {i for i, score in enumerate(scores) if not score}
        chosen = [majority]
    else:
        flat = [(i, others.index(t)) for i, row in enumerate(y) for t in row if t != majority]
        scores = score_sequences(criterion, *np.array(flat).T, lengths)
        allowed = set(range(len(y)))
        names = [*others, majority]
        chosen = data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
        if len({steps_of(tag, y) for tag in chosen}) < len(chosen):
            chosen = chosen[:1]
    targets = {tag: data.draw(st.integers(0, steps_of(tag, y))) for tag in chosen}
    sampler = TagUnderSampler(targets, criterion=criterion, random_state=seed).fit(X, y)
    order = np.random.RandomState(seed).permutation(len(y))
    expected = leave_by_hand(targets, y, scores, allowed, order)
    np.testing.assert_array_equal(sampler.sample_indices_, expected)
    left = {tag for i in sampler.sample_indices_ for tag in y[i]}
    assert left == {tag for row in y for tag in row}


def test_steps_of_background_are_brought_below_the_target(X, y):
    _, tags = TagUnderSampler({"O": 9}, criterion="nsCRD", random_state=0).fit_resample(X, y)
    assert steps_of("O", tags) <= 9
    assert {tag for row in tags for tag in row} == {"O", "B-PER", "I-PER", "B-LOC"}


def test_types_of_spans_may_be_targets():
    y = [["B-PER"], ["I-PER", "O"], ["B-PER", "O", "O"], ["O", "O", "O", "O", "O"]]
    sampler = TagUnderSampler({"PER": 2}, criterion="nsCRD").fit(sequences_like(y), y)
    np.testing.assert_array_equal(sampler.entity_types_, ["PER"])
    np.testing.assert_array_equal(sampler.sample_indices_, [0, 1, 3])


def test_targets_may_come_from_a_function_of_the_tags(X, y):
    def half_of_the_background(tags):
        return {"O": int(np.sum(tags == "O")) // 2}

    _, tags = TagUnderSampler(half_of_the_background, random_state=0).fit_resample(X, y)
    assert steps_of("O", tags) <= steps_of("O", y) / 2


# -- what a sequence takes along ---------------------------------------------------------------


def test_origin_and_weights_follow(X, y):
    weighted = X.replace(weight=1 + np.arange(X.n_steps) / 1000, origin=100 + np.arange(len(X)))
    sampler = TagUnderSampler(random_state=0)
    X_resampled, _ = sampler.fit_resample(weighted, y)
    np.testing.assert_array_equal(X_resampled.origin.values, 100 + sampler.sample_indices_)
    np.testing.assert_array_equal(X_resampled.weight, weighted[sampler.sample_indices_].weight)
    plain, _ = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(plain.origin.values, sampler.sample_indices_)


def test_weights_that_balance_the_tags_already_are_counted_twice():
    y = [["O"] * 9, ["O", "N"], ["O"] * 8]
    weighted = ClassWeightTransformer().fit_transform(sequences_like(y), y)
    with pytest.warns(DoubleCountingWarning, match="TagUnderSampler leaves .* the weights"):
        TagUnderSampler(random_state=0).fit_resample(weighted, y)


def test_it_may_follow_over_sampling(X, y):
    X, y = TagOverSampler().fit_resample(X, y)
    X_resampled, y_resampled = TagUnderSampler(8.0, random_state=0).fit_resample(X, y)
    assert len(X_resampled) == len(y_resampled) < len(X)
    assert set(X_resampled.origin.values.tolist()) <= set(range(7))


def test_texts_and_tables_come_back_in_kind():
    texts, y = ["ab", "d7", "e", "fg"], [["O", "O"], ["O", "N"], ["O"], ["O", "O"]]
    X_resampled, y_resampled = TagUnderSampler(random_state=0).fit_resample(texts, y)
    assert len(X_resampled) == 2
    assert "d7" in X_resampled
    assert [len(text) for text in X_resampled] == [len(row) for row in y_resampled]
    frame = pd.DataFrame(np.arange(6).reshape(3, 2), columns=["a", "b"])
    tags = Sequences.from_padded([[0, 0], [0, 1], [0, 0]])
    sampler = TagUnderSampler(random_state=0)
    X_resampled, _ = sampler.fit_resample(frame, tags)
    expected = frame.iloc[sampler.sample_indices_].reset_index(drop=True)
    pd.testing.assert_frame_equal(X_resampled, expected)


# -- in a pipeline, and what is refused --------------------------------------------------------


class TagCounter(BaseEstimator):
    """Remembers how many sequences it was fitted on."""

    def fit(self, X, y):
        self.n_fitted_ = len(y)
        return self

    def score(self, X, y):
        return float(self.n_fitted_)


def test_it_is_tuned_from_a_grid(X, y):
    X, y = X[[0, 1, 2, 3, 4, 5, 6] * 2], y * 2
    pipe = Pipeline([("sample", TagUnderSampler(random_state=0)), ("model", TagCounter())])
    grid = {
        "sample__sampling_strategy": ["auto", lambda tags: {"O": int((tags == "O").sum()) // 2}],
        "sample__criterion": ["background", "nsCRD"],
    }
    search = GridSearchCV(pipe, grid, cv=KFold(2), error_score="raise").fit(X, y)
    assert (search.cv_results_["mean_test_score"] < 7).all()


def test_parameters_are_kept_as_given():
    sampler = TagUnderSampler({"O": 3}, criterion="sC", majority="O", merge_spans=False)
    assert clone(sampler).get_params() == sampler.get_params()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sampling_strategy": "majority"}, "sampling_strategy.*Got 'majority'"),
        ({"sampling_strategy": 0.0}, "sampling_strategy.*Got 0.0"),
        ({"sampling_strategy": 0.5}, "wants 6 sequences of background only, but y has 4"),
        ({"sampling_strategy": {"O": 99}}, "wants 99 steps of 'O', but y has 22.* only takes away"),
        ({"sampling_strategy": {"N": 9}}, r"names 'N', but can name \['LOC', 'PER', 'O'\]"),
        (
            {"sampling_strategy": {"PER": 1}},
            "names 'PER', but criterion='background' drops sequences of 'O' only",
        ),
        ({"criterion": "nsCDR"}, "criterion.*Did you mean 'nsCRD'"),
        ({"majority": "B-PRE"}, "majority='B-PRE' is not a tag of y.* Did you mean 'B-PER'"),
    ],
)
def test_wrong_parameters_are_explained(X, y, change, message):
    with pytest.raises(ValueError, match=message):
        TagUnderSampler(**change).fit_resample(X, y)


def test_choosing_and_dropping_never_loop_over_sequences(X, y, monkeypatch):
    y = Sequences.from_list(y)
    monkeypatch.setattr(Sequences, "__iter__", None)
    monkeypatch.setattr(Sequences, "_sequence", None)
    for criterion in ("background", "nsCRD"):
        sampler = TagUnderSampler({"O": 9}, criterion=criterion, random_state=0)
        assert len(sampler.fit_resample(X, y)[0]) < len(X)
