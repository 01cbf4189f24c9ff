"""Sequences from and to pandas frames and Arrow lists."""

import datetime
import sys
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skseq import Sequences
from skseq.data import as_sequences

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")


def address(array):
    """Where the data of a numpy array lie in memory."""
    return array.__array_interface__["data"][0]


# -- frames ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-9, 9)), max_size=12))
def test_interleaved_groups_keep_first_appearance_and_row_order(rows):
    model = {}
    for key, value in rows:
        model.setdefault(key, []).append(value)
    frame = pd.DataFrame(rows, columns=["id", "x"])
    assert Sequences.from_frame(frame, by="id", columns="x").tolist() == list(model.values())


def test_several_columns_make_features_and_several_keys_make_groups():
    frame = pd.DataFrame(
        {
            "file": [1, 1, 2, 1],
            "part": ["x", "y", "x", "x"],
            "a": [1.0, 2, 3, 4],
            "b": [5.0, 6, 7, 8],
        }
    )
    X = Sequences.from_frame(frame, by=["file", "part"], columns=["a", "b"], weight=[1, 2, 3])
    assert X.tolist() == [[[1, 5], [4, 8]], [[2, 6]], [[3, 7]]]
    assert X.weight.tolist() == [1, 2, 3]
    assert Sequences.from_frame(frame, by="file", columns=["a"]).values.shape == (4, 1)


@pytest.mark.parametrize("by", ["id", ["id", "x"]])
def test_rows_without_a_key_are_refused_for_they_belong_to_no_sequence(by):
    frame = pd.DataFrame({"id": ["a", None, "b", None], "x": [1, 2, 3, 4]})
    with pytest.raises(ValueError, match=r"by=.* missing in 2 of 4 rows, .* row 1; .*ffill"):
        Sequences.from_frame(frame, by=by, columns="x")
    assert Sequences.from_frame(frame.ffill(), by="id", columns="x").tolist() == [[1, 2], [3, 4]]


def test_a_frame_of_polars_gives_the_same_sequences():
    frame = pd.DataFrame({"id": ["b", "a", "b"], "tag": ["O", "B", "I"]})
    ours = Sequences.from_frame(pl.from_pandas(frame), by="id", columns="tag")
    assert ours == Sequences.from_frame(frame, by="id", columns="tag")


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_text_columns_become_numpy_text(kind):
    frame = pd.DataFrame({"id": [0, 0, 1], "tag": pd.Series(["O", "B", "O"], dtype=kind)})
    tags = Sequences.from_frame(frame, by="id", columns="tag")
    assert tags.dtype.kind == "U"
    assert tags == Sequences.from_list([["O", "B"], ["O"]])


def test_missing_text_is_kept_missing():
    frame = pd.DataFrame({"id": [0, 0], "tag": pd.Series(["O", None], dtype=object)})
    assert Sequences.from_frame(frame, by="id", columns="tag").tolist() == [["O", None]]


def test_a_missing_column_is_named_with_those_there_are():
    frame = pd.DataFrame({"id": [0], "x": [1]})
    with pytest.raises(ValueError, match=r"no column 'idd'; its columns are \['id', 'x'\]"):
        Sequences.from_frame(frame, by="idd", columns="x")
    with pytest.raises(ValueError, match=r"no column 'z'"):
        Sequences.from_frame(frame, by="id", columns=["x", "z"])


def test_an_object_series_holds_a_sequence_an_entry():
    series = pd.Series([[1, 2], [3]], index=[7, 9])
    assert Sequences.from_list(series) == Sequences.from_list([[1, 2], [3]])
    assert as_sequences(series) == Sequences.from_list([[1, 2], [3]])


def test_a_pandas_mask_and_index_pick_by_position():
    X = Sequences.from_list([[1, 2], [3], [4]])
    mask = pd.Series([True, False, True], index=[2, 1, 0])
    assert X[mask].tolist() == [[1, 2], [4]]
    assert X[pd.Index([2, 0])].tolist() == [[4], [1, 2]]


# -- Arrow ----------------------------------------------------------------------------------------

ARROW_TYPES = [pa.int8(), pa.int64(), pa.uint16(), pa.float32(), pa.float64()]


@pytest.mark.parametrize("list_type", [pa.list_, pa.large_list])
@pytest.mark.parametrize("step_type", ARROW_TYPES, ids=str)
def test_arrow_lists_come_in_without_a_copy(list_type, step_type):
    array = pa.array([[1, 2], [], [3]], type=list_type(step_type))
    X = Sequences.from_arrow(array)
    assert X.tolist() == [[1, 2], [], [3]]
    assert X.dtype == step_type.to_pandas_dtype()
    assert address(X.values) == array.values.buffers()[1].address


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.float32, np.float64])
def test_sequences_go_to_arrow_without_a_copy(dtype):
    X = Sequences(np.arange(5, dtype=dtype), [0, 2, 2, 5])
    array = X.to_arrow()
    assert array.to_pylist() == X.tolist()
    assert array.values.buffers()[1].address == address(X.values)
    assert array.buffers()[1].address == address(X.offsets)
    assert address(Sequences.from_arrow(array).values) == address(X.values)
    assert address(Sequences.from_arrow(array).offsets) == address(X.offsets)


def test_steps_with_features_are_fixed_size_lists_without_a_copy():
    X = Sequences(np.arange(10.0).reshape(5, 2), [0, 2, 5])
    array = X.to_arrow()
    assert array.type == pa.large_list(pa.list_(pa.float64(), 2))
    assert array.to_pylist() == X.tolist()
    assert array.values.values.buffers()[1].address == address(X.values)
    again = Sequences.from_arrow(array)
    assert again == X
    assert address(again.values) == address(X.values)


@pytest.mark.parametrize("n_features", [None, 2])
@pytest.mark.parametrize("key", [slice(1, 3), slice(0, 2), slice(2, 2), slice(3, 4)])
def test_a_sliced_arrow_array_gives_its_own_sequences_only(n_features, key):
    X = Sequences(np.arange(9), [0, 2, 2, 5, 9])
    if n_features:
        X = Sequences(np.arange(18).reshape(9, 2), X.offsets)
    assert Sequences.from_arrow(X.to_arrow()[key]) == X[key]


def test_a_memory_map_goes_to_arrow_without_being_read(tmp_path):
    values = np.memmap(tmp_path / "values", dtype=np.float64, mode="w+", shape=(6,))
    array = Sequences(values, [0, 4, 6]).to_arrow()
    assert array.values.buffers()[1].address == address(values)


def test_chunked_arrays_are_taken_chunk_by_chunk():
    lists = [[1, 2], [3], [4]]
    one = pa.chunked_array([pa.array(lists)])
    two = pa.chunked_array([pa.array(lists[:1]), pa.array(lists[1:])])
    none = pa.chunked_array([], type=pa.list_(pa.int64()))
    assert Sequences.from_arrow(one).tolist() == lists
    assert address(Sequences.from_arrow(one).values) == one.chunk(0).values.buffers()[1].address
    assert Sequences.from_arrow(two).tolist() == lists
    assert Sequences.from_arrow(none).tolist() == []


def test_text_and_flags_pass_through_arrow():
    tags = Sequences.from_list([["O", "B-x"], ["O"]])
    assert Sequences.from_arrow(tags.to_arrow()) == tags
    flags = Sequences.from_list([[True, False], [True]])
    assert Sequences.from_arrow(flags.to_arrow()) == flags


def test_nan_is_a_value_in_arrow_too():
    X = Sequences.from_list([[np.nan, 1.0], [2.0]])
    assert Sequences.from_arrow(X.to_arrow()) == X


def test_more_parts_may_be_given_with_arrow():
    X = Sequences.from_arrow(pa.array([[1, 2], [3]]), weight=[1, 2], origin=[5, 6], n_tokens=4)
    assert (X.weight.tolist(), X.origin.tolist(), X.n_tokens) == ([1, 2], [[5], [6]], 4)


@pytest.mark.parametrize(
    ("array", "error", "message"),
    [
        (pa.array([1, 2]), TypeError, "must be an Arrow list array, got int64"),
        ([[1, 2]], TypeError, "must be an Arrow list array, got <class 'list'>"),
        (pa.array([[1], None]), ValueError, r"missing lists; .*drop_null"),
        (pa.array([[1, None]]), ValueError, "missing values inside its lists"),
    ],
)
def test_what_arrow_cannot_give_is_named(array, error, message):
    with pytest.raises(error, match=message):
        Sequences.from_arrow(array)


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ([[{"x": 1}]], r"steps of type struct<x: int64>.*struct_field"),
        ([[b"a"]], r"steps of type binary.*cast"),
        ([[datetime.date(2020, 1, 1)]], r"steps of type date32\[day\].*seconds since the first"),
        ([[datetime.datetime(2020, 1, 1)]], r"steps of type timestamp.*seconds since the first"),
        ([[datetime.timedelta(1)]], r"steps of type duration.*seconds since the first"),
        ([[datetime.time(1)]], r"steps of type time64.*seconds since the first"),
    ],
)
def test_arrow_types_that_are_neither_numbers_nor_text_are_refused(lists, message):
    with pytest.raises(TypeError, match=message):
        Sequences.from_arrow(pa.array(lists))


def test_decimals_of_arrow_become_floats():
    X = Sequences.from_arrow(pa.array([[Decimal("1.5"), Decimal("0.25")], [Decimal("2.0")]]))
    assert X.dtype == np.float64
    assert X.tolist() == [[1.5, 0.25], [2.0]]


def test_lists_of_lists_of_one_size_are_features():
    X = Sequences.from_arrow(pa.array([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]]))
    assert X.tolist() == [[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0]]]
    assert Sequences.from_arrow(pa.array([[[1, 2]], [[3, 4]], [[5, 6]]])[1:]).tolist() == [
        [[3, 4]],
        [[5, 6]],
    ]
    with pytest.raises(ValueError, match=r"step 2 of array's values has 1 features.*first .* 2"):
        Sequences.from_arrow(pa.array([[[1, 2]], [[3, 4], [5]]]))


def test_without_pyarrow_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match="pip install pyarrow"):
        Sequences.from_list([[1]]).to_arrow()
