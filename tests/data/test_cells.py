"""Whatever holds one sequence an entry means what the list of its cells means."""

from collections import UserList, deque
from collections.abc import Sequence

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch

from skseq.data import as_sequences, is_table

RAGGED = [[0.5, 1.0], [2.0], [3.5, 4.0, 5.0]]
EVEN = [[1.0, 2.0], [3.0, 4.0]]


class LazyColumn(Sequence):
    """A column whose items are made when they are asked for, as those of Hugging Face are."""

    def __init__(self, cells):
        self.cells = cells

    def __len__(self):
        return len(self.cells)

    def __getitem__(self, index):
        return self.cells[index]


class BareColumn:
    """No more than ``len`` and items, of which there is no end."""

    def __init__(self, cells):
        self.cells = cells

    def __len__(self):
        return len(self.cells)

    def __getitem__(self, index):
        return self.cells[index % len(self.cells)]


class DataSet:
    """A data set with named columns, as Hugging Face has them."""

    def __init__(self, **columns):
        self.columns = columns
        self.column_names = list(columns)

    def __len__(self):
        return len(next(iter(self.columns.values())))

    def __getitem__(self, key):
        return LazyColumn(self.columns[key])


COLUMNS = {
    "Series": pd.Series,
    "Series with an index": lambda cells: pd.Series(cells, index=range(5, 5 + len(cells))),
    "Series of arrays": lambda cells: pd.Series([np.array(cell) for cell in cells]),
    "extension array": lambda cells: pd.Series(cells).array,
    "Series of Arrow": lambda cells: pd.Series(cells, dtype=pd.ArrowDtype(pa.list_(pa.float64()))),
    "frame": lambda cells: pd.DataFrame({"steps": cells}),
    "polars Series": pl.Series,
    "polars frame": lambda cells: pl.DataFrame({"steps": cells}),
    "Arrow": pa.array,
    "Arrow in chunks": lambda cells: pa.chunked_array([cells[:1], cells[1:]]),
    "Arrow table": lambda cells: pa.table({"steps": cells}),
    "data set": lambda cells: DataSet(steps=cells),
    "lazy column": LazyColumn,
    "bare column": BareColumn,
    "deque": deque,
    "UserList": UserList,
    "values of a dict": lambda cells: dict(enumerate(cells)).values(),
    "tensors": lambda cells: [torch.tensor(cell, dtype=torch.float64) for cell in cells],
    "tensors with gradients": lambda cells: [
        torch.tensor(cell, dtype=torch.float64, requires_grad=True) for cell in cells
    ],
    "texts": lambda cells: list(map(str, cells)),
    "Series of texts": lambda cells: pd.Series(list(map(str, cells))),
    "frame of texts": lambda cells: pd.DataFrame({"steps": list(map(str, cells))}),
    "polars frame of texts": lambda cells: pl.DataFrame({"steps": list(map(str, cells))}),
    "Arrow of texts": lambda cells: pa.array(list(map(str, cells))),
}


@pytest.mark.parametrize("cells", [RAGGED, EVEN], ids=["ragged", "of one length"])
@pytest.mark.parametrize("make", COLUMNS.values(), ids=COLUMNS)
def test_a_column_means_what_the_list_of_its_cells_means(make, cells):
    column = make(cells)
    assert as_sequences(column) == as_sequences(cells)
    assert not is_table(column)


def test_integers_of_a_column_are_integers():
    for make in (pd.Series, pl.Series, pa.array, deque, LazyColumn, DataSet):
        column = make(ids=[[1, 2], [3]]) if make is DataSet else make([[1, 2], [3]])
        assert as_sequences(column).dtype.kind == "i"


def test_a_polars_column_of_arrays_of_one_length_is_sequences_and_no_table():
    column = pl.Series(EVEN, dtype=pl.Array(pl.Float64, 2))
    assert as_sequences(column).tolist() == EVEN
    assert not is_table(column)
    assert not is_table(pl.DataFrame({"steps": column}))


@pytest.mark.parametrize("make", [pd.Series, pl.Series, pa.array, LazyColumn])
def test_a_cell_may_hold_steps_of_several_features(make):
    cells = [[[1.0, 2.0]], [[3.0, 4.0], [5.0, 6.0]]]
    assert as_sequences(make(cells)).tolist() == cells


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 2)])
@pytest.mark.parametrize("kind", [torch.float32, torch.bfloat16, torch.float64])
def test_a_tensor_is_taken_as_the_array_that_it_holds(shape, kind):
    tensor = torch.arange(np.prod(shape), dtype=kind).reshape(shape).requires_grad_()
    array = np.arange(np.prod(shape)).reshape(shape)
    assert as_sequences(tensor).tolist() == array.tolist()
    assert is_table(tensor) == (len(shape) == 2)


def test_a_nested_tensor_is_the_list_of_its_parts():
    parts = [torch.ones(2), torch.zeros(3)]
    nested = torch.nested.nested_tensor(parts, layout=torch.jagged)
    assert as_sequences(nested).tolist() == [[1.0, 1.0], [0.0, 0.0, 0.0]]


@pytest.mark.parametrize("column", [torch.ones(3), pd.Series([1.0, 2.0]), pl.Series([1, 2])])
def test_one_number_a_row_is_no_sequence(column):
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array instead"):
        as_sequences(column)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_a_frame_of_numbers_stays_a_table(frame):
    assert is_table(frame({"a": [1.0, 2.0]}))
    assert is_table(frame({"a": [1.0, 2.0], "b": [1, 2]}))


# -- cells that are missing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "place", "what"),
    [
        ([None, *RAGGED], 0, "None"),
        ((*RAGGED, None), 3, "None"),
        ([*RAGGED, np.nan], 3, "nan"),
        ([RAGGED[0], pd.NaT], 1, "NaT"),
        (pd.Series([None, *RAGGED]), 0, "None"),
        (pd.Series(["[1]", None], dtype="string"), 1, "<NA>"),
        (pd.DataFrame({"a": [None, *RAGGED]}), 0, "None"),
        (pl.Series([RAGGED[0], None]), 1, "None"),
        (pl.DataFrame({"a": [RAGGED[0], None]}), 1, "None"),
        (pa.array([RAGGED[0], None]), 1, "None"),
        (deque([RAGGED[0], None]), 1, "None"),
    ],
)
def test_a_missing_cell_is_named_by_its_place(column, place, what):
    with pytest.raises(
        ValueError, match=rf"X\[{place}\] is missing \({what}\), 1 of \d cells.*drop"
    ):
        as_sequences(column)


def test_missing_cells_are_counted():
    with pytest.raises(ValueError, match=r"X\[0\] is missing \(None\), 2 of 3 cells in all"):
        as_sequences([None, [1.0], None])


# -- lists of numbers that became text -----------------------------------------------------------


def test_cells_of_a_csv_file_are_read_back(tmp_path):
    values = [[0.00098, -7.4e-243], [1e300, 0.1 + 0.2], [3.0, 1 / 3]]
    pd.DataFrame({"data": values}).to_csv(tmp_path / "cells.csv", index=False)
    frame = pd.read_csv(tmp_path / "cells.csv")
    assert as_sequences(frame).tolist() == values
    assert as_sequences(frame["data"]).tolist() == values


def test_a_cell_that_cannot_be_read_is_named_with_the_way_to_read_the_others():
    with pytest.raises(ValueError, match=r"X\[1\] is not a list.*json\.loads\(cell\) for cell"):
        as_sequences(["[1, 2]", "[1 2]"])
    with pytest.raises(ValueError, match=r"X\[0\] is not a list of numbers.*array\.tolist\(\)"):
        as_sequences([str(np.array([0.5, 1.5]))] * 2)
    with pytest.raises(ValueError, match=r"X\[1\] is not a list of numbers"):
        as_sequences(["[1, 2]", "[1], [2]"])
    with pytest.raises(ValueError, match=r"X\[1\] is not a list of numbers"):
        as_sequences(["[1, 2]", "some text"])


# Before, the text of a number of numpy was that of any number.
since_numpy_2 = pytest.mark.skipif(np.__version__ < "2", reason="prints numbers as Python does")


@pytest.mark.parametrize(
    "cell",
    [
        [np.nan, 0.5],
        pytest.param([np.float64(0.5)], marks=since_numpy_2),
        np.array([0.5, 1.5]),
        [None, 1.0],
    ],
)
@pytest.mark.parametrize("as_text", [str, repr])
def test_what_str_makes_of_arrays_and_of_numbers_of_numpy_has_its_cure_named(cell, as_text):
    with pytest.raises(ValueError, match=r"X\[0\] is not a list of numbers.*array\.tolist\(\)"):
        as_sequences([as_text(cell)] * 2)


@pytest.mark.parametrize("text", ["0.5 -1e-3", "0.5, -1e-3", "(0.5, -1e-3)", "(0.5 , -1E-3,)"])
@pytest.mark.parametrize("make", [list, pd.Series])
def test_numbers_as_other_text_are_refused_with_a_cure_that_works(text, make):
    def cells():
        return make([text, text])

    with pytest.raises(TypeError, match=r"X holds numbers as text.*float\(step\)") as caught:
        as_sequences(cells())
    X = cells()
    cure = str(caught.value).split("make lists of these: ")[1].split(" for cell in X]")[0]
    assert eval(cure + " for cell in X]", {"X": X}) == [[0.5, -1e-3]] * 2


@pytest.mark.parametrize(
    "column", [pd.Series(["a b"]), pl.Series(["a b"]), ["[a]"], ['["a"]'], ["[info] x"]]
)
def test_other_text_is_for_the_encoder(column):
    with pytest.raises(TypeError, match="TokenEncoder turns text"):
        as_sequences(column)


# -- what holds no sequences ---------------------------------------------------------------------

SECRET = "never printed"


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ({"text": [SECRET], "label": [0]}, r"X is a dict.*\['text', 'label'\].*X\['text'\]"),
        ({"mask": [[1]], "input_ids": [[2]]}, r"such as X\['input_ids'\]"),
        ({1: [2.0], 7: [3.0]}, r"pass its values: list\(X\.values\(\)\)"),
        ({SECRET, "b"}, "X is a set, whose entries have no order that y could follow"),
        ({1: 2}.keys(), "X is a dict_keys, whose entries have no order"),
        ((cell for cell in RAGGED), r"X is a generator.*pass a list: list\(X\)"),
        (map(list, RAGGED), r"X is a map, which can be read only once"),
        (zip(RAGGED, RAGGED, strict=True), r"X is a zip"),
        (DataSet(label=[0], text=[SECRET]), r"X is a frame of 2 columns.*such as X\['text'\]"),
        (pd.DataFrame({"n": [1], "text": [SECRET]}), r"'text' holds texts.*; pass X\['text'\]"),
        (pl.DataFrame({"n": [1], "ids": [[1, 2]]}), r"'ids' holds texts.*; pass X\['ids'\]"),
        (pa.table({"n": [1], "ids": [[1, 2]]}), r"'ids' holds texts.*; pass X\['ids'\]"),
        (pl.LazyFrame({"ids": [[1]]}), r"X is a LazyFrame, which holds no data yet; .*collect\(\)"),
        (pd.DataFrame({"i": [0], "x": [1.0]}).groupby("i")["x"], r"Sequences\.from_frame\(frame"),
        ([{"text": SECRET, "label": 0}], r"X\[0\] is a dict.*\[row\['text'\] for row in X\]"),
        ([{SECRET}], r"X\[0\] is a set, not a sequence of steps"),
    ],
)
def test_what_is_no_column_is_refused_at_once_with_the_cure_and_without_the_data(X, message):
    with pytest.raises(TypeError, match=message) as caught:
        as_sequences(X)
    assert SECRET not in str(caught.value)


def test_a_dict_of_many_keys_is_not_printed_whole():
    with pytest.raises(TypeError) as caught:
        as_sequences({f"recording {n}": [1.0] for n in range(1000)})
    assert len(str(caught.value)) < 200
