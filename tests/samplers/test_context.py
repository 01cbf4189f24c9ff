"""Cutting background away around the rare tags."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV, KFold

from skseq import ClassWeightTransformer, Sequences
from skseq.data import split_originals
from skseq.exceptions import DoubleCountingWarning
from skseq.samplers import ContextUnderSampler, TagOverSampler

tagged = st.lists(
    st.lists(st.sampled_from("OOOOOOON"), min_size=1, max_size=25), min_size=1, max_size=6
).filter(lambda y: {tag for row in y for tag in row} == {"O", "N"})


def sequences_like(y):
    """Each step holds its flat position, and 1000 times its sequence."""
    lengths = [len(row) for row in y]
    flat = np.arange(sum(lengths)) + 1000 * np.repeat(np.arange(len(y)), lengths)
    return Sequences.from_lengths(flat, lengths)


def kept_by_hand(row, ratio, min_context, majority="O"):
    """Grow outwards from the minority steps of one sequence, a round of neighbours at a time."""
    stays = [tag != majority for tag in row]
    wanted, reach = ratio * sum(stays), 0
    while any(stays) and (reach < min_context or sum(stays) < wanted) and not all(stays):
        neighbours = [
            any(stays[j] for j in (i - 1, i + 1) if 0 <= j < len(row)) for i in range(len(row))
        ]
        stays = [a or b for a, b in zip(stays, neighbours, strict=True)]
        reach += 1
    return stays


def pieces_by_hand(y, ratio, min_context=0, keep_background=False, majority="O"):
    """Runs of (sequence, first step, last step + 1) that stay."""
    pieces = []
    for i, row in enumerate(y):
        stays = kept_by_hand(row, ratio, min_context, majority)
        if keep_background and not any(stays):
            stays = [True] * len(row)
        edges = np.flatnonzero(np.diff([0, *map(int, stays), 0])).tolist()
        pieces += [(i, *edge) for edge in zip(edges[::2], edges[1::2], strict=True)]
    return pieces


@pytest.fixture
def y():
    return [
        ["O", "O", "O", "O", "N", "O", "O", "O", "O", "O", "O", "O", "M", "O"],
        ["O", "O", "O"],
        ["N", "O", "O", "O"],
    ]


@pytest.fixture
def X(y):
    return sequences_like(y)


# -- which steps stay --------------------------------------------------------------------------


@settings(max_examples=200)
@given(
    y=tagged,
    ratio=st.sampled_from([1, 1.5, 2, 3, 3.0, 10]),
    min_context=st.integers(0, 4),
    keep_background=st.booleans(),
)
def test_pieces_are_those_of_growing_a_round_at_a_time(y, ratio, min_context, keep_background):
    X = sequences_like(y)
    sampler = ContextUnderSampler(
        ratio, min_context=min_context, majority="O", keep_background=keep_background
    )
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    pieces = pieces_by_hand(y, ratio, min_context, keep_background)
    assert X_resampled.tolist() == [X[i][start:stop].tolist() for i, start, stop in pieces]
    assert y_resampled == [y[i][start:stop] for i, start, stop in pieces]
    np.testing.assert_array_equal(sampler.sample_indices_, [i for i, _, _ in pieces])
    np.testing.assert_array_equal(X_resampled.origin.values, sampler.sample_indices_)
    np.testing.assert_array_equal(X.values[sampler.step_indices_], X_resampled.values)


@given(y=tagged, ratio=st.floats(1, 8))
def test_no_minority_step_is_lost_and_the_ratio_is_reached(y, ratio):
    sampler = ContextUnderSampler(ratio, majority="O")
    _, y_resampled = sampler.fit_resample(sequences_like(y), y)
    assert sum(row.count("N") for row in y_resampled) == sum(row.count("N") for row in y)
    for i, row in enumerate(y):
        kept = [r for r, j in zip(y_resampled, sampler.sample_indices_, strict=True) if i == j]
        n_kept, n_minority = sum(map(len, kept)), row.count("N")
        assert n_kept == 0 if not n_minority else n_kept >= min(ratio * n_minority, len(row))
        # A sum of floats would round where the bound is just above a whole number.
        assert n_kept < Fraction(ratio) * n_minority + 2 * n_minority or not n_minority


@given(y=tagged)
def test_a_large_ratio_keeps_all_that_is_not_background_only(y):
    X_resampled, _ = ContextUnderSampler(1000, majority="O").fit_resample(sequences_like(y), y)
    assert X_resampled == sequences_like(y)[[i for i, row in enumerate(y) if "N" in row]]


@given(y=tagged)
def test_ratio_one_leaves_nothing_but_minority_steps(y):
    _, y_resampled = ContextUnderSampler(1, majority="O").fit_resample(sequences_like(y), y)
    assert {tag for row in y_resampled for tag in row} == {"N"}


def test_the_default_keeps_three_steps_for_each_that_is_not_background(X, y):
    X_resampled, y_resampled = ContextUnderSampler().fit_resample(X, y)
    assert y_resampled == [["O", "N", "O"], ["O", "M", "O"], ["N", "O", "O"]]
    assert X_resampled.tolist() == [[3, 4, 5], [11, 12, 13], [2017, 2018, 2019]]


def test_background_is_kept_on_request(X, y):
    X_resampled, y_resampled = ContextUnderSampler(keep_background=True).fit_resample(X, y)
    assert y_resampled[2] == ["O", "O", "O"]
    assert X_resampled[2].tolist() == X[1].tolist()


def test_more_context_than_steps_does_not_keep_sequences_of_background(X, y):
    X_resampled, _ = ContextUnderSampler(min_context=10**9).fit_resample(X, y)
    assert X_resampled == X[[0, 2]]


# -- what a piece takes along ------------------------------------------------------------------


def test_weights_of_steps_and_of_sequences_follow(X, y):
    by_step = X.replace(weight=1 + X.values / 10_000)
    X_resampled, _ = ContextUnderSampler().fit_resample(by_step, y)
    np.testing.assert_array_equal(X_resampled.weight, 1 + X_resampled.values / 10_000)
    by_sequence = X.replace(weight=[1.0, 2.0, 3.0])
    X_resampled, _ = ContextUnderSampler().fit_resample(by_sequence, y)
    np.testing.assert_array_equal(X_resampled.weight, [1, 1, 3])


def test_an_earlier_origin_and_the_vocabulary_are_kept(X, y):
    X = X.replace(origin=Sequences.from_list([[7], [8], [8, 9]]), n_tokens=3000)
    X_resampled, _ = ContextUnderSampler().fit_resample(X, y)
    assert X_resampled.origin.tolist() == [[7], [7], [8, 9]]
    assert X_resampled.n_tokens == 3000


def test_pieces_of_one_sequence_never_lie_on_both_sides_of_a_split():
    y = [["O", "N", "O", "O", "O", "O", "O", "N", "O"]] * 10
    X_resampled, _ = ContextUnderSampler(2).fit_resample(sequences_like(y), y)
    assert len(X_resampled) == 20
    train, valid = split_originals(X_resampled, None, 0.3, np.random.RandomState(0))
    ids = X_resampled.origin.values
    assert not set(ids[train].tolist()) & set(ids[valid].tolist())


def test_weights_that_balance_the_tags_already_are_counted_twice():
    y = [["O"] * 9 + ["N"] * 2, ["O"] * 8]
    weighted = ClassWeightTransformer().fit_transform(sequences_like(y), y)
    with pytest.warns(DoubleCountingWarning, match="ContextUnderSampler leaves .* the weights"):
        ContextUnderSampler(1.5).fit_resample(weighted, y)


# -- forms of X and y --------------------------------------------------------------------------


def test_tags_come_out_in_the_form_they_came_in(X, y):
    assert isinstance(ContextUnderSampler().fit_resample(X, y)[1], list)
    _, tags = ContextUnderSampler().fit_resample(X, Sequences.from_list(y))
    assert tags.tolist() == ContextUnderSampler().fit_resample(X, y)[1]


def test_tables_come_out_as_ragged_values_never_as_token_ids():
    table = np.arange(12).reshape(2, 6)
    y = [[0, 0, 0, 1, 0, 0], [1, 0, 0, 0, 0, 0]]
    for form in (table, pd.DataFrame(table, columns=list("abcdef"))):
        X_resampled, y_resampled = ContextUnderSampler(2).fit_resample(form, y)
        assert X_resampled.tolist() == [[2.0, 3.0, 4.0], [6.0, 7.0]]
        assert X_resampled.dtype == np.float64
        assert y_resampled == [[0, 1, 0], [1, 0]]


def test_several_features_a_step_stay_together():
    values = np.arange(10.0).reshape(5, 2)
    X_resampled, _ = ContextUnderSampler(1).fit_resample([values], [["O", "O", "N", "N", "O"]])
    np.testing.assert_array_equal(X_resampled.values, values[2:4])


# -- in a pipeline, and what is refused --------------------------------------------------------


class StepCounter(BaseEstimator):
    """Remembers how many steps it was fitted on."""

    def fit(self, X, y):
        self.n_steps_ = X.n_steps
        return self

    def score(self, X, y):
        return float(self.n_steps_)


def test_the_ratio_is_tuned_from_a_grid_after_another_sampler(X, y):
    X, y = X[[0, 2, 0, 2]], [y[0], y[2]] * 2
    pipe = Pipeline(
        [
            ("over", TagOverSampler(max_copies=2)),
            ("sample", ContextUnderSampler()),
            ("model", StepCounter()),
        ]
    )
    grid = {"sample__ratio": [1, 2, 3], "sample__min_context": [0, 1]}
    search = GridSearchCV(pipe, grid, cv=KFold(2), error_score="raise").fit(X, y)
    assert (np.diff(search.cv_results_["mean_test_score"][::2]) > 0).any()


def test_parameters_are_kept_as_given():
    sampler = ContextUnderSampler(2, min_context=3, majority="O", keep_background=True)
    assert clone(sampler).get_params() == sampler.get_params()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ratio": 0.5}, "ratio.*Got 0.5"),
        ({"min_context": -1}, "min_context.*Got -1"),
        ({"min_context": 1.5}, "min_context.*Got 1.5"),
        ({"keep_background": "no"}, "keep_background.*Got 'no'"),
        ({"majority": "X"}, "majority='X' is not a tag of y"),
    ],
)
def test_wrong_parameters_are_explained(X, y, change, message):
    with pytest.raises(ValueError, match=message):
        ContextUnderSampler(**change).fit_resample(X, y)


@pytest.mark.parametrize(
    ("tags", "error", "message"),
    [
        (None, ValueError, "requires y to be passed"),
        ([["O"], ["N"], ["O"]], ValueError, r"y\[0\] has 1 labels but X\[0\] has 14 steps"),
        ([0, 1, 0], TypeError, "y must hold one label for each step"),
        ([["O"] * 14, ["O"] * 3, ["O"] * 4], ValueError, "y has a single class, the tag 'O'"),
    ],
)
def test_wrong_tags_are_explained(X, tags, error, message):
    with pytest.raises(error, match=message):
        ContextUnderSampler().fit_resample(X, tags)


def test_texts_have_to_be_encoded_before():
    with pytest.raises(TypeError, match="TokenEncoder turns text into token ids"):
        ContextUnderSampler().fit_resample([["a", "b"], ["c"]], [["O", "N"], ["O"]])


def test_cutting_never_loops_over_sequences(X, y, monkeypatch):
    y = Sequences.from_list(y)
    monkeypatch.setattr(Sequences, "__iter__", None)
    monkeypatch.setattr(Sequences, "_sequence", None)
    assert len(ContextUnderSampler().fit_resample(X, y)[0]) == 3
