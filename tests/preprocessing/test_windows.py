"""Cutting long series into windows, and gluing predictions back onto their rows."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from skseq import Sequences
from skseq._class_counts import earlier_corrections
from skseq.preprocessing import make_windows, merge_windows

RULES = ["last", "majority", "any-minority", "step"]
PADDINGS = ["short", "short-start", "drop"]

options = {
    "length": st.integers(1, 6),
    "stride": st.one_of(st.none(), st.integers(1, 8)),
    "gap": st.integers(0, 3),
    "padding": st.sampled_from(PADDINGS),
}


@st.composite
def series(draw):
    """Labels and recordings of up to 25 rows; recordings may be interleaved."""
    n_rows = draw(st.integers(1, 25))
    labels = draw(st.lists(st.sampled_from("aaab"), min_size=n_rows, max_size=n_rows))
    by = draw(st.lists(st.sampled_from([7, 3, 5]), min_size=n_rows, max_size=n_rows))
    if draw(st.booleans()):
        by = sorted(by)
    return np.array(labels), np.array(by)


def windows_by_hand(by, time, *, length, stride, gap, padding):
    """(recording, rows read, rows labelled) of each window, one at a time."""
    stride = stride or length
    windows = []
    for recording in dict.fromkeys(by.tolist()):
        rows = [i for i in range(len(by)) if by[i] == recording]
        rows.sort(key=lambda i: time[i])
        n_steps = len(rows) - gap
        spans = []
        if padding == "short-start":
            for stop in range(n_steps, 0, -stride):
                spans.insert(0, (max(stop - length, 0), stop))
        else:
            for start in range(0, max(n_steps, 0), stride):
                spans.append((start, min(start + length, n_steps)))
                if start + length >= n_steps:
                    break
            if padding == "drop":
                spans = [(start, stop) for start, stop in spans if stop - start == length]
        windows += [(recording, rows[a:b], rows[a + gap : b + gap]) for a, b in spans]
    return windows


def label_by_hand(rows, labels, rule):
    held = [labels[i] for i in rows]
    rarity = sorted(set(labels.tolist()), key=lambda label: (list(labels).count(label), label))
    if rule == "last":
        return held[-1]
    if rule == "majority":
        return max(rarity, key=held.count)  # max takes the first of equals: the rarest
    return min(held, key=rarity.index)


# -- windows -----------------------------------------------------------------------------------


@settings(max_examples=300)
@given(series=series(), rule=st.sampled_from(RULES), seed=st.integers(0, 9), **options)
def test_windows_are_those_of_a_loop(series, rule, seed, **options):
    labels, by = series
    time = np.random.default_rng(seed).permutation(len(by))
    expected = windows_by_hand(by, time, **options)
    values = np.arange(len(by)) / 4
    if not expected:
        with pytest.raises(ValueError, match="series gives no window"):
            make_windows(values, labels, by=by, time=time, label_rule=rule, **options)
        return
    X, y, groups, index = make_windows(values, labels, by=by, time=time, label_rule=rule, **options)
    assert X.tolist() == [[i / 4 for i in read] for _, read, _ in expected]
    assert index.tolist() == [labelled for _, _, labelled in expected]
    assert groups.tolist() == [recording for recording, _, _ in expected]
    assert X.aligns_with(index)
    if rule == "step":
        assert y.tolist() == [[labels[i] for i in rows] for _, _, rows in expected]
    else:
        assert y.tolist() == [label_by_hand(rows, labels, rule) for _, _, rows in expected]


@given(series=series(), length=st.integers(1, 6), stride=st.integers(1, 6))
def test_no_row_is_left_out_unless_rows_are_dropped_or_skipped(series, length, stride):
    _, by = series
    for padding in ("short", "short-start"):
        index = make_windows(
            by, length=length, stride=min(stride, length), by=by, padding=padding
        ).index
        np.testing.assert_array_equal(np.unique(index.values), np.arange(len(by)))


@given(series=series(), length=st.integers(1, 6))
def test_without_overlap_each_row_stands_in_one_window(series, length):
    _, by = series
    for padding in ("short", "short-start"):
        index = make_windows(by, length=length, by=by, padding=padding).index
        np.testing.assert_array_equal(np.sort(index.values), np.arange(len(by)))


@given(series=series(), **options)
def test_no_window_reaches_over_a_border(series, **options):
    _, by = series
    if not windows_by_hand(by, range(len(by)), **options):
        return
    X, _, groups, index = make_windows(by.astype(float), by=by, **options)
    np.testing.assert_array_equal(X.values, np.repeat(groups, X.lengths))
    np.testing.assert_array_equal(by[index.values], np.repeat(groups, X.lengths))


def test_steps_may_hold_several_features():
    values = np.random.default_rng(0).normal(size=(10, 3))
    X, y, groups, index = make_windows(values, length=4)
    assert X.lengths.tolist() == [4, 4, 2]
    np.testing.assert_array_equal(X.values, values[index.values])
    assert y is None
    assert groups.tolist() == [0, 0, 0]


def test_integers_stay_token_ids():
    assert make_windows([5, 6, 7], length=2).X.dtype.kind == "i"


def test_windows_do_not_pass_for_resampled():
    X = make_windows(np.arange(9.0), length=3, stride=1).X
    assert X.origin is None
    assert earlier_corrections(X) == ""


def test_windows_are_never_built_in_a_loop(monkeypatch):
    monkeypatch.setattr(Sequences, "__iter__", None)
    monkeypatch.setattr(Sequences, "_sequence", None)
    labels = np.arange(20) % 3
    for rule in RULES:
        _, y, _, index = make_windows(np.arange(20.0), labels, length=4, stride=2, label_rule=rule)
        assert len(merge_windows(y, index, 20)) == 20


# -- frames ------------------------------------------------------------------------------------


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "talk": ["b", "b", "a", "b", "a"],
            "part": [1, 1, 1, 2, 1],
            "turn": [2, 1, 9, 3, 8],
            "x": [0.2, 0.1, 0.9, 0.3, 0.8],
            "z": [2.0, 1.0, 9.0, 3.0, 8.0],
            "act": ["q", "p", "s", "q", "p"],
        },
        index=[10, 11, 12, 13, 14],
    )


def test_a_frame_gives_its_columns_by_name(frame):
    X, y, groups, index = make_windows(
        frame, "act", length=2, by="talk", time="turn", columns=["x", "z"], label_rule="step"
    )
    assert X.tolist() == [[[0.1, 1.0], [0.2, 2.0]], [[0.3, 3.0]], [[0.8, 8.0], [0.9, 9.0]]]
    assert y.tolist() == [["p", "q"], ["q"], ["p", "s"]]
    assert groups.tolist() == ["b", "b", "a"]
    assert index.tolist() == [[1, 0], [3], [4, 2]]


def test_columns_that_are_not_named_otherwise_are_the_steps(frame):
    X = make_windows(frame, "act", length=2, by=["talk", "part"], time="turn").X
    np.testing.assert_array_equal(X.values[0], frame.loc[11, ["x", "z"]].to_numpy(float))


@pytest.mark.parametrize("library", [pd.DataFrame, pl.from_pandas])
@pytest.mark.parametrize(
    "give",
    [
        lambda frame, name: frame[name],
        lambda frame, name: frame[[name]],
        lambda frame, name: frame[name].to_numpy(),
        lambda frame, name: frame[name].to_list(),
    ],
    ids=["Series", "frame of one column", "array", "list"],
)
def test_labels_that_are_a_column_of_the_frame_are_never_steps(frame, library, give):
    frame = library(frame.assign(act=[0, 1, 2, 0, 1])[["x", "z", "act", "turn"]])
    by_name = make_windows(frame, "act", length=2, time="turn")
    as_it_is = make_windows(frame, give(frame, "act"), length=2, time=frame["turn"])
    assert as_it_is.X == by_name.X
    assert as_it_is.X.n_features == 2
    np.testing.assert_array_equal(as_it_is.y, by_name.y)


def test_labels_made_of_a_column_take_its_place(frame):
    X = make_windows(frame[["x", "act"]], frame["act"].map({"p": 1, "q": 0, "s": 0}), length=2).X
    assert X.n_features == 1


def test_one_column_gives_flat_values(frame):
    assert make_windows(frame, length=5, columns="x").X.tolist() == [[0.2, 0.1, 0.9, 0.3, 0.8]]


def test_several_columns_may_tell_recordings_apart(frame):
    windows = make_windows(frame, length=9, by=["talk", "part"], time="turn", columns="x")
    assert windows.index.tolist() == [[1, 0], [4, 2], [3]]
    assert windows.groups.tolist() == [0, 1, 2]


def test_arrays_may_stand_in_for_columns(frame):
    named = make_windows(frame, "act", length=2, by="talk", time="turn", columns="x")
    arrays = make_windows(
        frame["x"].to_numpy(),
        frame["act"],
        length=2,
        by=frame["talk"].to_numpy(),
        time=frame["turn"],
    )
    for ours, theirs in zip(named, arrays, strict=True):
        assert ours.tolist() == theirs.tolist()


def test_rows_may_be_sorted_by_date(frame):
    frame["turn"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(frame["turn"], unit="h")
    index = make_windows(frame, length=9, by="talk", time="turn", columns="x").index
    assert index.tolist() == [[1, 0, 3], [4, 2]]


@pytest.mark.parametrize("by", ["talk", ["talk"]])
def test_missing_keys_are_refused_for_they_belong_to_no_recording(frame, by):
    frame.loc[[11, 13], "talk"] = None
    for series in (frame, pl.from_pandas(frame)):
        with pytest.raises(ValueError, match=r"is missing in 2 row.s., .* row 1; fill it, .*ffill"):
            make_windows(series, length=9, by=by, columns="x")


# -- merging -----------------------------------------------------------------------------------


@given(series=series(), length=st.integers(1, 6), padding=st.sampled_from(["short", "short-start"]))
def test_step_labels_without_overlap_merge_back_to_the_original(series, length, padding):
    labels, by = series
    _, y, _, index = make_windows(
        np.arange(len(by)), labels, length=length, by=by, padding=padding, label_rule="step"
    )
    for how in ("auto", "vote", "first", "last"):
        for form in (y, y.tolist(), np.asarray(y)):
            np.testing.assert_array_equal(merge_windows(form, index, len(by), how=how), labels)


@given(series=series(), length=st.integers(1, 6), stride=st.integers(1, 6))
def test_step_labels_with_overlap_merge_back_too(series, length, stride):
    labels, by = series
    _, y, _, index = make_windows(
        by, labels, length=length, stride=min(stride, length), by=by, label_rule="step"
    )
    for how in ("auto", "vote", "first", "last"):
        np.testing.assert_array_equal(merge_windows(y, index, len(by), how=how), labels)


@given(series=series(), length=st.integers(1, 6), gap=st.integers(0, 3))
def test_a_window_for_each_row_undoes_labelling_by_the_last_step(series, length, gap):
    labels, by = series
    in_recording = pd.Series(by).groupby(by).cumcount().to_numpy()
    has_label_ahead = in_recording >= gap
    if not has_label_ahead.any():
        return
    _, y, _, index = make_windows(
        by, labels, length=length, stride=1, gap=gap, by=by, padding="short-start"
    )
    merged = merge_windows(y, index, len(by), how="first", fill_value="?")
    np.testing.assert_array_equal(merged, np.where(has_label_ahead, labels, "?"))


@settings(max_examples=200)
@given(
    series=series(),
    per_step=st.booleans(),
    how=st.sampled_from(["mean", "vote", "first", "last"]),
    n_columns=st.sampled_from([None, 1, 3]),
    seed=st.integers(0, 99),
    **options,
)
def test_merging_is_that_of_a_loop(series, per_step, how, n_columns, seed, **options):
    _, by = series
    n_rows = len(by)
    if not windows_by_hand(by, range(n_rows), **options) or (how == "vote" and n_columns):
        return
    index = make_windows(by, by=by, **options).index
    shape = (index.n_steps if per_step else len(index), *([n_columns] if n_columns else []))
    said = np.random.default_rng(seed).integers(0, 3, size=shape).astype(float)
    predictions = Sequences(said, index.offsets) if per_step else said
    flat = said if per_step else np.repeat(said, index.lengths, axis=0)
    merged = merge_windows(predictions, index, n_rows, how=how, fill_value=-1.0)
    assert merged.shape == (n_rows, *shape[1:])
    rarity = sorted(set(flat.ravel().tolist()), key=lambda label: ((flat == label).sum(), label))
    for row in range(n_rows):
        held = flat[index.values == row]
        expected = {
            "mean": lambda held=held: held.mean(axis=0),
            "vote": lambda held=held: max(rarity, key=held.tolist().count),
            "first": lambda held=held: held[0],
            "last": lambda held=held: held[-1],
        }[how]
        np.testing.assert_allclose(merged[row], expected() if len(held) else -1.0)


def test_probabilities_are_averaged_unless_told_otherwise():
    index = make_windows(np.arange(3.0), length=2, stride=1).index
    proba = np.array([[0.9, 0.1], [0.5, 0.5]])
    expected = [[0.9, 0.1], [0.7, 0.3], [0.5, 0.5]]
    np.testing.assert_allclose(merge_windows(proba, index, 3), expected)
    np.testing.assert_allclose(merge_windows(proba[:, 0], index, 3), [0.9, 0.7, 0.5])


def test_labels_vote_unless_told_otherwise():
    index = make_windows(np.arange(5.0), length=3, stride=1).index
    merged = merge_windows(np.array(["a", "b", "a"]), index, 5)
    assert merged.tolist() == ["a", "b", "a", "b", "a"]
    assert merge_windows([1, 2, 1], index, 5).dtype.kind == "i"


def test_rows_without_a_window_get_the_filler():
    index = make_windows(np.arange(5.0), length=2, padding="drop").index
    assert merge_windows(["a", "b"], index, 5, fill_value="none").tolist()[-1] == "none"
    filled = merge_windows([1, 2], index, 5, fill_value=np.nan)
    np.testing.assert_array_equal(filled, [1, 1, 2, 2, np.nan])
    with pytest.raises(ValueError, match="1 of 5 rows are in no window, the first of them row 4"):
        merge_windows([1, 2], index, 5)


def test_windows_of_a_split_merge_onto_their_rows():
    by = np.repeat([0, 1, 2], 4)
    X, y, groups, index = make_windows(
        np.arange(12.0), by, length=2, stride=1, by=by, label_rule="majority"
    )
    table = X.to_padded()[0]
    said = cross_val_predict(DecisionTreeClassifier(), table, y, groups=groups, cv=GroupKFold(3))
    assert merge_windows(said, index, 12).shape == (12,)
    test = np.flatnonzero(groups == 1)
    merged = merge_windows(y[test], index[test], 12, fill_value=-1)
    np.testing.assert_array_equal(merged, np.where(by == 1, 1, -1))


# -- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"length": 0}, "'length' parameter .* Got 0"),
        ({"stride": 0}, "'stride' parameter .* Got 0"),
        ({"gap": -1}, "'gap' parameter .* Got -1"),
        ({"padding": "zeros"}, "'padding' parameter .* Got 'zeros'"),
        ({"label_rule": "first"}, "'label_rule' parameter .* Got 'first'"),
        ({"labels": [0, 1]}, "inconsistent numbers of samples"),
        ({"labels": [[0, 1]] * 5}, r"labels must have one entry per row, got shape \(5, 2\)"),
        (
            {"labels": [0, 1, np.nan, 0, 1]},
            "labels is missing in 1 row.s., the first of them row 2",
        ),
        ({"labels": np.array(["a", None] * 2 + ["b"], dtype=object)}, "labels is missing in 2"),
        ({"labels": [0.1, 0.2, 0.3, 0.4, 0.5], "label_rule": "majority"}, "continuous"),
        ({"by": [0, 1]}, "inconsistent numbers of samples"),
        ({"by": "talk"}, "by='talk' names a column, but series is an array"),
        ({"time": [0, 1, 2, np.nan, 3]}, "time is missing in 1 row.s., the first of them row 3"),
        ({"columns": "x"}, "columns names columns of a frame, but series is an array"),
        ({"series": np.zeros((2, 2, 2))}, r"series must have shape .* got \(2, 2, 2\)"),
        ({"length": 6, "padding": "drop"}, "longest recording has 5 rows, length=6, gap=0; lower"),
        ({"gap": 5}, "series gives no window.* gap=5"),
        ({"series": []}, "series gives no window: the longest recording has 0 rows"),
    ],
)
def test_what_gives_no_windows_is_explained(change, message):
    arguments = {"series": np.arange(5.0), "length": 2} | change
    with pytest.raises(ValueError, match=message):
        make_windows(**arguments)


@pytest.mark.parametrize(
    "change",
    [{"labels": "akt"}, {"by": "akt"}, {"by": ["talk", "akt"]}, {"columns": ["x", "akt"]}],
)
def test_unknown_columns_are_explained(frame, change):
    with pytest.raises(ValueError, match="series has no column 'akt'; its columns are"):
        make_windows(frame, **({"length": 2} | change))


@pytest.mark.parametrize(
    ("predictions", "change", "message"),
    [
        ([1], {}, "inconsistent numbers of samples"),
        ([[1, 1], [1, 1, 1]], {}, r"predictions\[1\] has 3 steps but index\[1\] has 2"),
        (np.zeros((2, 2, 2)), {}, "predictions must have shape"),
        (["a", "b"], {"how": "mean"}, "how='mean' needs numbers, but predictions are of type <U1"),
        (np.zeros((2, 2)), {"how": "vote"}, "how='vote' needs labels"),
        ([1, 2], {"n_rows": 3}, "index reaches from row 0 to row 3, but n_rows=3"),
        ([1, 2], {"how": "median"}, "'how' parameter .* Got 'median'"),
        ([1, 2], {"index": [[0, 1], [2, 3]]}, "'index' parameter"),
        ([1, 2], {"index": Sequences.from_list([[0.5, 1], [2, 3]])}, "index must hold the row"),
    ],
)
def test_what_cannot_be_merged_is_explained(predictions, change, message):
    arguments = {"index": Sequences.from_list([[0, 1], [2, 3]]), "n_rows": 4} | change
    with pytest.raises(ValueError, match=message):
        merge_windows(predictions, **arguments)


# -- frames as they come from files ------------------------------------------------------------


def make_recordings():
    return {
        "talk": ["b", "b", "a", "b", "a"],
        "turn": [2, 1, 9, 3, 8],
        "data": [[0.00098, -7.4e-243], [0.1, 1.0], [0.9, 9.0], [0.3, 3.0], [0.8, 8.0]],
        "act": list("qpsqp"),
    }


FORMS = {
    "lists": lambda cells: cells,
    "tuples": lambda cells: list(map(tuple, cells)),
    "arrays": lambda cells: list(map(np.array, cells)),
    "texts": lambda cells: list(map(str, cells)),
}


@pytest.mark.parametrize("by", ["talk", ["talk"], ["talk", "act"]])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("library", [pd, pl])
def test_cells_that_hold_numbers_are_columns_of_numbers(library, form, by):
    columns = make_recordings()
    flat = pd.DataFrame(columns)
    flat[["x", "z"]] = columns["data"]
    expected = make_windows(
        flat, "act", length=2, by=by, time="turn", columns=["x", "z"], label_rule="step"
    )
    cells = library.DataFrame({**columns, "data": form(columns["data"])})
    for chosen in ({"columns": "data"}, {"columns": ["data"]}, {}):
        if chosen or by != ["talk", "act"]:
            ours = make_windows(
                cells, "act", length=2, by=by, time="turn", label_rule="step", **chosen
            )
            assert ours.X == expected.X
            assert ours.y.tolist() == expected.y.tolist()
            assert ours.index == expected.index
            assert ours.groups.tolist() == expected.groups.tolist()


def test_cells_stand_beside_columns_of_numbers():
    frame = pd.DataFrame({"a": [1.0, 2.0], "data": ["[3, 4]", "[5, 6]"], "b": [7, 8]})
    X = make_windows(frame, length=2).X
    assert X.values.tolist() == [[1.0, 3.0, 4.0, 7.0], [2.0, 5.0, 6.0, 8.0]]


def test_a_series_alone_may_hold_cells():
    for cells in (["[1.0, 2.0]", "[3.0, 4.0]"], [[1.0, 2.0], [3.0, 4.0]]):
        for make in (list, pd.Series, pl.Series):
            assert make_windows(make(cells), length=2).X.values.tolist() == [[1, 2], [3, 4]]


def test_words_of_a_column_stay_words():
    X = make_windows(pd.DataFrame({"word": ["to", "be", "[1]"]}), length=2, columns="word").X
    assert X.tolist() == [["to", "be"], ["[1]"]]


def test_dates_with_a_time_zone_sort_the_rows():
    time = pd.to_datetime(["2024-01-02", "2024-01-01"]).tz_localize("UTC")
    frame = pd.DataFrame({"time": time, "x": [2.0, 1.0]})
    for series in (frame, pl.from_pandas(frame)):
        assert make_windows(series, length=2, time="time").X.tolist() == [[[1.0], [2.0]]]


@pytest.mark.parametrize(
    ("frame", "options", "error", "message"),
    [
        ({"x": ["[1, 2]", "[3]"]}, {}, ValueError, "holds 1 numbers in row 1, but 2 in row 0"),
        ({"x": ["[1, 2]", None]}, {}, ValueError, r"series\['x'\]\[1\] is missing \((None|nan)\)"),
        ({"x": ["[1, 2]", "[3 4]"]}, {}, ValueError, r"series\['x'\]\[1\] is not a list of"),
        (
            {"x": [1.0, 2.0], "who": ["a", "b"]},
            {},
            ValueError,
            r"'who'\] holds no .*columns=\['x'",
        ),
        (
            {"x": [1.0, 2.0], "time": ["9:00", "10:00"]},
            {"time": "time"},
            TypeError,
            "time holds text, which would sort '10' before '9'.*to_datetime",
        ),
        ({"x": [1.0, 2.0]}, {"time": np.array(["9", "10"])}, TypeError, "time holds text"),
        ({"x": [1.0, 2.0]}, {"time": np.array([1, "10"], object)}, TypeError, "cannot be compared"),
    ],
)
@pytest.mark.parametrize("library", [pd, pl])
def test_rows_that_can_not_be_read_are_explained(library, frame, options, error, message):
    with pytest.raises(error, match=message):
        make_windows(library.DataFrame(frame), length=2, **options)


@pytest.mark.parametrize("named", [{}, {"columns": "x"}, {"by": "x"}, {"time": "x"}])
def test_two_columns_of_one_name_are_refused(named):
    frame = pd.DataFrame([[1.0, 2.0, 3.0]], columns=["x", "y", "x"])
    with pytest.raises(ValueError, match=r"series has 2 columns named 'x'.*rename them"):
        make_windows(frame, length=2, **named)
