"""`Sequences` against its model: a plain list with one entry (steps, weight, origin) a sequence."""

import copy
import pickle

import joblib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skseq import Sequences

# -- the model ------------------------------------------------------------------------------------

ids = st.integers(-5, 5)


@st.composite
def models(draw, min_size=0, equal_lengths=None):
    """A list of sequences, each a dict of its steps, the weights of its steps, its origin ids."""
    n_sequences = draw(st.integers(min_size, 7))
    if equal_lengths is None:
        equal_lengths = draw(st.booleans())
    if equal_lengths:
        lengths = [draw(st.integers(0, 4))] * n_sequences
    else:
        lengths = draw(st.lists(st.integers(0, 4), min_size=n_sequences, max_size=n_sequences))
    numbers = iter(range(1, 1000))  # each number stands once: a mix-up cannot go unseen
    return [
        {
            "steps": [next(numbers) for _ in range(length)],
            "weight": [next(numbers) / 8 for _ in range(length)],
            "origin": draw(st.lists(ids, max_size=2)),
        }
        for length in lengths
    ]


def flat(lists):
    return [entry for one in lists for entry in one]


def build(model, n_features=None):
    values = np.array(flat(row["steps"] for row in model), dtype=np.int64)
    if n_features is not None:
        values = values[:, None] * 10 ** np.arange(n_features)
    X = Sequences.from_lengths(values, [len(row["steps"]) for row in model], n_tokens=1000)
    # Said outright, since [0, 2] steps and 2 weights may be either.
    X.weight, X.has_step_weight = np.array(flat(row["weight"] for row in model)), True
    X.origin = Sequences.from_list([row["origin"] for row in model], dtype=np.int64)
    return X


def assert_matches(X, model):
    """Every part of X is that of the model."""
    n_features = None if X.values.ndim == 1 else X.n_features
    expected = build(model, n_features)
    assert isinstance(X, Sequences)
    assert len(X) == len(model)
    assert X.offsets.dtype == np.int64
    np.testing.assert_array_equal(X.offsets, expected.offsets)
    np.testing.assert_array_equal(X.values, expected.values)
    assert X.has_step_weight
    np.testing.assert_array_equal(X.weight, expected.weight)
    assert X.origin == expected.origin
    assert X.n_tokens == 1000


@st.composite
def models_and_positions(draw):
    model = draw(models(min_size=1))
    n = len(model)
    return model, draw(st.lists(st.integers(-n, n - 1), max_size=2 * n))


# -- indexing -------------------------------------------------------------------------------------


@given(models_and_positions(), st.sampled_from([None, 1, 3]))
def test_an_index_array_picks_like_a_list_comprehension(case, n_features):
    model, positions = case
    expected = [model[i] for i in positions]
    X = build(model, n_features)
    index = np.array(positions, dtype=np.int64)
    assert_matches(X[positions], expected)
    assert_matches(X[index], expected)
    assert_matches(X[index, ...], expected)
    assert_matches(X[index.astype(np.int8)], expected)
    assert_matches(X.take(index), expected)


@given(models(), st.tuples(*[st.none() | st.integers(-9, 9)] * 3), st.sampled_from([None, 2]))
def test_a_slice_picks_like_a_slice_of_a_list(model, bounds, n_features):
    key = slice(*bounds[:2], bounds[2] or None)
    assert_matches(build(model, n_features)[key], model[key])
    assert_matches(build(model, n_features)[key, ...], model[key])


@given(models(), st.data())
def test_a_mask_picks_where_it_is_true(model, data):
    mask = data.draw(st.lists(st.booleans(), min_size=len(model), max_size=len(model)))
    expected = [row for row, keep in zip(model, mask, strict=True) if keep]
    assert_matches(build(model)[np.array(mask, dtype=bool)], expected)
    if mask:
        assert_matches(build(model)[mask], expected)


@given(models(min_size=1), st.data())
def test_an_integer_gives_the_steps_of_one_sequence(model, data):
    index = data.draw(st.integers(-len(model), len(model) - 1))
    steps = build(model)[index]
    assert type(steps) is np.ndarray
    assert steps.tolist() == model[index]["steps"]
    assert build(model)[np.int32(index)].tolist() == model[index]["steps"]
    assert build(model)[index, ...].tolist() == model[index]["steps"]


def test_an_integer_and_a_slice_are_views():
    X = Sequences.from_list([[1, 2], [3], [4, 5]])
    assert np.shares_memory(X[1], X.values)
    assert np.shares_memory(X[1:].values, X.values)
    assert np.shares_memory(X[::1].values, X.values)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.uint64])
def test_narrow_index_types_do_not_overflow(dtype):
    X = Sequences(np.arange(600), np.arange(0, 601, 2))
    assert X[np.array([127, 0], dtype=dtype)].tolist() == [[254, 255], [0, 1]]
    if np.dtype(dtype).kind == "i":
        assert X[np.array([-1], dtype=dtype)].tolist() == [[598, 599]]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (3, r"index 3 is out of bounds for 3 sequences"),
        (-4, r"index -4 is out of bounds for 3 sequences"),
        ([0, 3], r"index 3 is out of bounds for 3 sequences"),
        ([0, -4], r"index -4 is out of bounds for 3 sequences"),
        ([True, False], r"a mask needs one entry for each of the 3 sequences, got 2"),
        ([0.0, 1.0], r"indexed by integers or a mask, got float64"),
        ([[0], [1]], r"must be 1-dimensional, got shape \(2, 1\)"),
        (True, r"must be 1-dimensional, got shape \(\)"),
        (None, r"must be 1-dimensional"),
        ((0, 1), r"one axis; index the steps of one sequence as X\[i\]\[steps\]"),
        ((0, ..., 0), r"one axis"),
    ],
)
def test_a_wrong_index_says_what_is_right(key, message):
    X = Sequences.from_list([[1, 2], [3], [4, 5]])
    with pytest.raises(IndexError, match=message):
        X[key]


# -- weight and origin ----------------------------------------------------------------------------


def test_weight_per_sequence_follows_every_index():
    X = Sequences.from_list([[1, 2], [3], [4, 5]], weight=[0.5, 1, 2])
    assert not X.has_step_weight
    assert X[[2, 0]].weight.tolist() == [2, 0.5]
    assert X[1:].weight.tolist() == [1, 2]
    assert X[np.array([True, False, True])].weight.tolist() == [0.5, 2]
    assert X.step_weight().tolist() == [0.5, 0.5, 1, 2, 2]


def test_weight_per_step_stays_per_step_when_counts_happen_to_agree():
    X = Sequences.from_list([[], [1, 2], [3]], weight=[1, 2, 3.0])  # 3 sequences and 3 steps
    assert not X.has_step_weight
    X = Sequences.from_list([[], [1, 2], [3], [4]], weight=[1, 2, 3, 4.0])
    X = Sequences.concatenate([X, Sequences.from_list([[5, 6]], weight=[5, 6.0])])
    assert X.has_step_weight
    picked = X[[0, 4]]  # 2 sequences, 2 steps
    assert picked.step_weight().tolist() == [5, 6]
    assert picked[::-1].step_weight().tolist() == [5, 6]
    assert picked[1:].step_weight().tolist() == [5, 6]
    assert pickle.loads(pickle.dumps(picked)).has_step_weight
    assert picked.replace(values=np.array([8, 9])).has_step_weight
    assert not picked.replace(weight=[1, 2]).has_step_weight
    assert not picked.replace(weight=None).has_step_weight


def test_step_weight_is_one_where_none_was_given():
    assert Sequences.from_list([[1, 2], [3]]).step_weight().tolist() == [1, 1, 1]


def test_origin_of_one_id_a_sequence_becomes_sequences_of_ids():
    X = Sequences.from_list([[1], [2], [3]], origin=[7, 8, 9])
    assert X.origin.tolist() == [[7], [8], [9]]
    assert X[[2, 2]].origin.tolist() == [[9], [9]]


# -- joining --------------------------------------------------------------------------------------


@given(st.lists(models(), min_size=1, max_size=3), st.sampled_from([None, 2]))
def test_concatenation_joins_like_lists(parts, n_features):
    joined = Sequences.concatenate([build(part, n_features) for part in parts])
    assert_matches(joined, flat(parts))


@given(st.lists(models(), min_size=1, max_size=3))
def test_numpy_concatenates_sequences_to_sequences(parts):
    assert_matches(np.concatenate([build(part) for part in parts]), flat(parts))


def test_numpy_joins_sequences_and_object_arrays_to_an_object_array():
    X = Sequences.from_list([[1, 2], [3]])
    joined = np.concatenate([X, np.asarray(X)])
    assert joined.dtype == object
    assert [steps.tolist() for steps in joined] == [[1, 2], [3], [1, 2], [3]]


def test_weights_of_different_forms_are_joined_step_by_step():
    steps = [[1, 2], [3]]
    bare = Sequences.from_list(steps)
    by_sequence = Sequences.from_list(steps, weight=[2, 3])
    by_step = Sequences.from_list(steps, weight=[4, 5, 6])
    assert Sequences.concatenate([bare, bare]).weight is None
    assert Sequences.concatenate([bare, by_sequence]).weight.tolist() == [1, 1, 2, 3]
    joined = Sequences.concatenate([bare, by_sequence, by_step])
    assert joined.weight.tolist() == [1, 1, 1, 2, 2, 3, 4, 5, 6]
    assert joined.has_step_weight


def test_a_joined_vocabulary_is_the_larger_or_unknown():
    small, large = (Sequences.from_list([[1]], n_tokens=n) for n in (2, 5))
    assert Sequences.concatenate([small, large]).n_tokens == 5
    assert Sequences.concatenate([small, small.replace(n_tokens=None)]).n_tokens is None


def test_joining_needs_common_features_and_origins():
    X = Sequences.from_list([[1], [2]])
    with pytest.raises(ValueError, match=r"at least one Sequences, got none"):
        Sequences.concatenate([])
    with pytest.raises(ValueError, match=r"parts\[1\] has steps of shape \(1,\) but parts\[0\]"):
        Sequences.concatenate([X, Sequences.from_list([[[1.0]]])])
    with pytest.raises(ValueError, match=r"parts\[1\] has no origin while others have one"):
        Sequences.concatenate([X.replace(origin=[0, 1]), X])


# -- comparing ------------------------------------------------------------------------------------


@given(models(), models())
def test_equal_means_equal_lists(one, other):
    lists = [[row["steps"] for row in model] for model in (one, other)]
    assert (build(one) == build(other)) == (lists[0] == lists[1])
    assert build(one) == build(one)


def test_the_same_steps_cut_elsewhere_differ():
    assert Sequences.from_list([[1, 2], [3]]) != Sequences.from_list([[1], [2, 3]])
    assert Sequences.from_list([[1, 2], [3]]) != Sequences.from_list([[1, 2], [4]])
    assert Sequences.from_list([["a"]]) != Sequences.from_list([[1]])


def test_nan_steps_equal_nan_steps():
    assert Sequences.from_list([[np.nan, 1.0]]) == Sequences.from_list([[np.nan, 1.0]])


def test_comparison_with_something_else_is_false_and_not_element_by_element():
    X = Sequences.from_list([[1, 2], [3]])
    assert (X == [[1, 2], [3]]) is False
    assert (np.asarray(X) == X) is False
    assert X.__eq__(np.asarray(X)) is NotImplemented
    assert (X != None) is True  # noqa: E711


def test_sequences_are_not_hashable():
    with pytest.raises(TypeError, match="unhashable"):
        hash(Sequences.from_list([[1]]))


def test_alignment_looks_at_lengths_only():
    X = Sequences.from_list([[1, 2], [3]])
    assert X.aligns_with(Sequences.from_list([["a", "b"], ["c"]]))
    assert not X.aligns_with(Sequences.from_list([["a"], ["b", "c"]]))


# -- copying and storing --------------------------------------------------------------------------


@given(models())
def test_pickling_and_copying_keep_every_part(model):
    X = build(model)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert_matches(pickle.loads(pickle.dumps(X, protocol=protocol)), model)
    assert_matches(copy.copy(X), model)
    assert_matches(copy.deepcopy(X), model)


def test_a_deep_copy_shares_nothing_and_a_replaced_one_shares_the_rest():
    X = Sequences.from_list([[1, 2], [3]], weight=[1, 2], origin=[0, 1])
    deep = copy.deepcopy(X)
    assert not np.shares_memory(deep.values, X.values)
    assert not np.shares_memory(deep.weight, X.weight)
    changed = X.replace(weight=None)
    assert changed.weight is None
    assert changed.values is X.values
    assert changed.origin is X.origin
    assert X.weight is not None
    with pytest.raises(TypeError, match=r"replace\(\) takes .* got \['wieght'\]"):
        X.replace(wieght=None)


def test_absent_parts_are_not_pickled():
    state = Sequences.from_list([[1]]).__getstate__()
    assert not {"weight", "origin", "n_tokens"} & state.keys()
    again = pickle.loads(pickle.dumps(Sequences.from_list([[1]])))
    assert (again.weight, again.origin, again.n_tokens) == (None, None, None)


def test_joblib_maps_what_it_stored(tmp_path):
    X = Sequences.from_list(
        [[1, 2], [3], [4, 5, 6]], weight=[1, 2, 3], origin=[0, 1, 2], n_tokens=9
    )
    joblib.dump(X, tmp_path / "X.joblib")
    mapped = joblib.load(tmp_path / "X.joblib", mmap_mode="r")
    assert isinstance(mapped.values, np.memmap)
    assert isinstance(mapped.offsets, np.memmap)
    assert mapped == X
    assert mapped[[2, 0]] == X[[2, 0]]
    assert mapped[1:].weight.tolist() == [2, 3]
    assert mapped[1:].origin == X[1:].origin


@pytest.fixture
def mapped(tmp_path):
    """6 sequences of 2 steps with 3 features, in a file."""
    values = np.memmap(tmp_path / "values", dtype=np.float32, mode="w+", shape=(12, 3))
    values[:] = np.arange(36).reshape(12, 3)
    values.flush()
    read = np.memmap(tmp_path / "values", dtype=np.float32, mode="r", shape=(12, 3))
    return Sequences(read, np.arange(0, 13, 2))


def test_a_memory_map_stays_one_in_slices_and_becomes_memory_in_picks(mapped):
    assert isinstance(mapped.values, np.memmap)
    assert isinstance(mapped[1:3].values, np.memmap)
    assert isinstance(mapped[1], np.memmap)
    assert np.shares_memory(mapped[2:].values, mapped.values)
    picked = mapped[[5, 0, 1]]
    assert type(picked.values) is np.ndarray
    assert not np.shares_memory(picked.values, mapped.values)
    assert picked == Sequences(np.array(mapped.values), mapped.offsets)[[5, 0, 1]]


# -- building -------------------------------------------------------------------------------------


@given(models())
def test_lists_go_in_and_come_back(model):
    lists = [row["steps"] for row in model]
    X = Sequences.from_list(lists, dtype=np.int64)
    assert X.tolist() == lists
    assert [steps.tolist() for steps in X] == lists
    assert [steps.tolist() for steps in np.asarray(X)] == lists
    assert X.lengths.tolist() == [len(steps) for steps in lists]
    assert X.shape == (len(lists),)
    assert X.n_steps == len(flat(lists))
    assert X.sequence_index().tolist() == flat([[i] * len(s) for i, s in enumerate(lists)])


def test_lists_of_steps_with_features_keep_them():
    X = Sequences.from_list([[[1, 2], [3, 4]], [[5, 6]]])
    assert X.values.tolist() == [[1, 2], [3, 4], [5, 6]]
    assert X.n_features == 2
    assert X.ndim == 1
    assert X.tolist() == [[[1, 2], [3, 4]], [[5, 6]]]
    assert X[[1]].tolist() == [[[5, 6]]]


def test_an_empty_sequence_does_not_change_the_type_of_the_others():
    X = Sequences.from_list([[], [1, 2], []])
    assert X.dtype.kind == "i"
    assert X.tolist() == [[], [1, 2], []]
    assert Sequences.from_list([[], [[1.0, 2.0]]]).n_features == 2
    assert len(Sequences.from_list([])) == 0


def test_the_narrowest_type_that_holds_all_steps_is_taken():
    assert Sequences.from_list([[1, 2], [0.5]]).dtype == np.float64
    assert Sequences.from_list([["a"], ["long"]]).tolist() == [["a"], ["long"]]
    assert Sequences.from_list([np.float32([1]), np.float32([2])]).dtype == np.float32
    assert Sequences.from_list([[1]], dtype=np.int16).dtype == np.int16


@given(models(), st.sampled_from([None, 2]), st.integers(0, 3))
def test_padding_and_back_is_nothing_lost(model, n_features, spare):
    X = build(model, n_features)
    longest = int(X.lengths.max(initial=0))
    padded, lengths = X.to_padded(max_length=longest + spare, fill_value=-1)
    assert padded.shape == (len(X), longest + spare, *X.values.shape[1:])
    assert padded.dtype == X.dtype
    np.testing.assert_array_equal(lengths, X.lengths)
    for row, steps in zip(padded, X, strict=True):
        np.testing.assert_array_equal(row[: len(steps)], steps)
        assert (row[len(steps) :] == -1).all()
    assert Sequences.from_padded(padded, lengths) == X


def test_a_text_filler_is_not_cut_to_the_width_of_the_tags():
    tags = Sequences.from_list([["O", "B"], ["O"]])
    padded, _ = tags.to_padded(fill_value="<pad>")
    assert padded.tolist() == [["O", "B"], ["O", "<pad>"]]
    assert tags.to_padded()[0].tolist() == [["O", "B"], ["O", "0"]]


def test_padded_arrays_without_lengths_are_taken_whole_and_not_copied():
    series = np.arange(6.0).reshape(2, 3)
    X = Sequences.from_padded(series)
    assert X.tolist() == series.tolist()
    assert np.shares_memory(X.values, series)
    volume = np.arange(24.0).reshape(2, 3, 4)
    X = Sequences.from_padded(volume)
    assert X.n_features == 4
    np.testing.assert_array_equal(X[1], volume[1])
    assert np.shares_memory(X.values, volume)


def test_arrays_are_kept_and_not_copied():
    values, offsets = np.arange(5.0), np.array([0, 2, 5])
    X = Sequences(values, offsets)
    assert X.values is values
    assert X.offsets is offsets


# -- what it looks like ---------------------------------------------------------------------------


def test_repr_tells_counts_type_and_extras():
    X = Sequences.from_list(
        [[1, 2, 3], [4]], weight=[1, 1], origin=[0, 1], n_tokens=5, dtype=np.int32
    )
    assert repr(X) == (
        "Sequences: 2 sequences, 4 steps (1 to 3 each), int32 token ids below 5, "
        "weight per sequence, origin\n  [0] 1 2 3\n  [1] 4"
    )


def test_repr_is_short_for_much_data():
    X = Sequences(np.arange(10_000.0).reshape(-1, 2), np.arange(0, 5001, 50))
    assert len(repr(X)) < 500
    assert "100 sequences, 5000 steps (50 to 50 each), float64, 2 features" in repr(X)
    assert repr(X).endswith("...")
    assert repr(Sequences.from_list([])) == "Sequences: 0 sequences, 0 steps, float64"


def test_an_array_of_numbers_is_refused_with_two_cures():
    X = Sequences.from_list([[1, 2], [3]])
    with pytest.raises(TypeError, match=r"to_padded\(\).*SequenceSummarizer"):
        np.asarray(X, dtype=float)
    assert np.asarray(X, dtype=object).shape == (2,)
    # Equal lengths give an array of arrays too, never a matrix.
    assert np.asarray(Sequences.from_list([[1, 2], [3, 4]])).shape == (2,)


def test_numpy_asks_for_the_shape_without_building_an_array():
    X = Sequences.from_list([[1, 2], [3]])
    assert (np.shape(X), np.ndim(X), np.size(X, 0)) == ((2,), 1, 2)


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1, 2], [0, 1]), ValueError, r"end at the number of steps, 2; .* end at 1"),
        (([1, 2], [1, 2]), ValueError, r"start at 0 .* start at 1"),
        (([1, 2], [0, 2, 1, 2]), ValueError, r"offsets\[2\]=1 follows offsets\[1\]=2"),
        (([1, 2], [0, 0.5, 2]), TypeError, r"offsets must be integers, got float64"),
        (([1, 2], []), ValueError, r"shape \(n_sequences \+ 1,\), at least \[0\]"),
        (([1, 2], [[0, 2]]), ValueError, r"got shape \(1, 2\)"),
        ((5, [0, 1]), ValueError, r"values must have shape .* got \(\)"),
        ((np.zeros((2, 1, 1)), [0, 2]), ValueError, r"values must have shape .* got \(2, 1, 1\)"),
    ],
)
def test_a_wrong_layout_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        Sequences(*arguments)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"weight": [1]}, r"one entry per sequence \(2\) or one per step \(3\), got shape \(1,\)"),
        ({"weight": [1, -1]}, r"weight must be finite and not negative"),
        ({"weight": [1, np.nan]}, r"weight must be finite and not negative"),
        ({"origin": [1]}, r"origin has 1 rows but there are 2 sequences"),
        ({"origin": [0.5, 1]}, r"origin must hold integer ids, got float64"),
        ({"origin": [[0], [1]]}, r"origin must be one id per sequence.*got shape \(2, 1\)"),
    ],
)
def test_a_part_that_does_not_fit_is_named(parts, message):
    with pytest.raises(ValueError, match=message):
        Sequences.from_list([[1, 2], [3]], **parts)


@pytest.mark.parametrize(
    ("entries", "error", "message"),
    [
        (["some words"], TypeError, r"sequence 0 is text \('some words'\).*TokenEncoder"),
        ([[1], 2], ValueError, r"sequence 1 has shape \(\)"),
        ([np.zeros((1, 1, 1))], ValueError, r"sequence 0 has shape \(1, 1, 1\)"),
        ([[1], [[1], [2, 3]]], ValueError, r"sequence 1 has steps of different sizes.*X, y = zip"),
        ([[[1, 2]], [[1]]], ValueError, r"X\[1\] has 1 features but X\[0\] has 2"),
        ([[], [1], [[1]]], ValueError, r"X\[2\] has 1 features but X\[1\] has no axis of"),
    ],
)
def test_a_wrong_entry_of_a_list_is_named(entries, error, message):
    with pytest.raises(error, match=message):
        Sequences.from_list(entries)


def test_wrong_padding_is_named():
    with pytest.raises(ValueError, match=r"lengths\[1\] is 4, but padded has only 3 steps"):
        Sequences.from_padded(np.zeros((2, 3)), [3, 4])
    with pytest.raises(ValueError, match=r"one entry for each of the 2 rows .* shape \(3,\)"):
        Sequences.from_padded(np.zeros((2, 3)), [1, 1, 1])
    with pytest.raises(ValueError, match=r"lengths\[0\] is -1; a length cannot be negative"):
        Sequences.from_padded(np.zeros((2, 3)), [-1, 1])
    with pytest.raises(ValueError, match=r"padded must have shape .* got \(2,\)"):
        Sequences.from_padded([1, 2])
    with pytest.raises(ValueError, match=r"max_length=1 is shorter than .* 2 steps"):
        Sequences.from_list([[1, 2]]).to_padded(max_length=1)


# -- label counts ---------------------------------------------------------------------------------


def test_the_vocabulary_is_shared_by_all_that_comes_of_the_sequences():
    words = {"<pad>": 0, "<unk>": 1, "good": 2, "film": 3}
    X = Sequences.from_list([[2, 3], [3], [2]], n_tokens=4, vocabulary=words)
    derived = [
        X[1:],
        X[[2, 0]],
        X[X.lengths == 1],
        X.replace(weight=[1, 2, 3]),
        X.replace(values=[3, 2, 2, 3]),
        Sequences.concatenate([X, X[:1]]),
        np.concatenate([X, X]),
        copy.copy(X),
    ]
    assert all(each.vocabulary is words for each in derived)
    assert pickle.loads(pickle.dumps(X)).vocabulary == words
    again = pickle.loads(pickle.dumps(X[:1]))
    assert Sequences.concatenate([X, again]).vocabulary == words
    assert X.replace(vocabulary=None).vocabulary is None
    assert Sequences.concatenate([X, X.replace(vocabulary=None)]).vocabulary is None
    assert X.replace(values=["B", "I", "O", "O"]).vocabulary is None  # tags are not tokens


def test_ids_of_two_vocabularies_are_not_joined():
    one = Sequences.from_list([[2]], vocabulary={"good": 2})
    other = Sequences.from_list([[2]], vocabulary={"twist": 2})
    with pytest.raises(ValueError, match=r"parts\[1\] has another vocabulary than parts\[0\]"):
        Sequences.concatenate([one, other])
    with pytest.raises(TypeError, match=r"vocabulary must be a dict from tokens to ids.*got list"):
        Sequences.from_list([[2]], vocabulary=["good"])


def test_label_counts_follow_through_indexing_pickling_and_replace(ragged_values):
    counts = {"common": 24, "rare": 6}
    X = ragged_values.replace(label_counts=counts)
    for part in (X[3:9], X[[1, 1, 0]], pickle.loads(pickle.dumps(X)), X.replace(weight=None)):
        assert part.label_counts == counts
    assert ragged_values.label_counts is None
    assert pickle.loads(pickle.dumps(ragged_values)).label_counts is None


def test_label_counts_of_one_data_set_are_kept_and_of_several_added():
    first = Sequences.from_list([[1], [2]], label_counts={"a": 3, "b": 1})
    second = Sequences.from_list([[3]], label_counts={"b": 2, "c": 5})
    assert Sequences.concatenate([first[:1], first[1:]]).label_counts == {"a": 3, "b": 1}
    assert Sequences.concatenate([first, second]).label_counts == {"a": 3, "b": 3, "c": 5}
    assert Sequences.concatenate([first, first.replace(label_counts=None)]).label_counts is None


def test_label_counts_that_are_none_are_refused():
    with pytest.raises(TypeError, match=r"label_counts must be a dict"):
        Sequences.from_list([[1]], label_counts=[3, 1])
    with pytest.raises(ValueError, match=r"label_counts\['a'\] is -1"):
        Sequences.from_list([[1]], label_counts={"a": -1})


@pytest.mark.parametrize(
    ("n_tokens", "error", "message"),
    [
        (-1, ValueError, r"n_tokens must not be negative, got -1"),
        (1.5, TypeError, r"n_tokens must be an integer, got 1\.5"),
        (5.0, TypeError, r"n_tokens must be an integer, got 5\.0"),
        ("5", TypeError, r"n_tokens must be an integer, got '5'"),
        (True, TypeError, r"n_tokens must be an integer, got True"),
    ],
)
def test_a_size_of_the_vocabulary_that_is_none_is_refused(n_tokens, error, message):
    with pytest.raises(error, match=message):
        Sequences.from_list([[1, 2]], n_tokens=n_tokens)
    with pytest.raises(error, match=message):
        Sequences.from_list([[1, 2]]).replace(n_tokens=n_tokens)


def test_a_size_of_the_vocabulary_may_be_any_integer():
    assert type(Sequences.from_list([[1]], n_tokens=np.uint8(5)).n_tokens) is int


def test_integers_beyond_int64_are_not_rounded():
    assert Sequences.from_list([[1, 2**63]]).tolist() == [[1, 2**63]]
    assert Sequences.from_list([[2**70, -1], [3]]).tolist() == [[2**70, -1], [3]]
    parts = [np.array([2**63], dtype=np.uint64), np.array([1, 2])]
    assert Sequences.from_list(parts).tolist() == [[2**63], [1, 2]]
