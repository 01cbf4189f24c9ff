"""What an audit says is what was planted in the data."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skseq import Sequences
from skseq.datasets import make_imbalanced_tags
from skseq.model_selection import check_leakage
from skseq.preprocessing import TokenEncoder, make_windows
from skseq.report import ImbalanceReport, _audit_advice, imbalance_report


def rules_of(report):
    return [advice.rule for advice in report.advice]


def shuffled(counts, seed=0):
    labels = np.repeat([*counts], [*counts.values()])
    return np.random.default_rng(seed).permutation(labels)


def noise(n, length=6, seed=0):
    return np.random.default_rng(seed).normal(size=(n, length))


def test_classes_lengths_and_naive_scores_are_those_of_pandas_and_of_arithmetic():
    y = shuffled({"a": 40, "b": 8, "c": 2})
    lengths = np.random.default_rng(1).integers(2, 20, size=50)
    X = Sequences(np.random.default_rng(2).normal(size=lengths.sum()), np.r_[0, lengths.cumsum()])
    report = imbalance_report(X, y)
    frame = pd.DataFrame(report.classes)
    counts = pd.Series(y).value_counts()
    assert frame["label"].tolist() == counts.index.tolist()
    assert frame["count"].tolist() == counts.tolist()
    by_class = pd.Series(lengths).groupby(y).describe()
    found = pd.DataFrame(report.lengths).set_index("label")
    for ours, theirs in {"min": "min", "q25": "25%", "median": "50%", "max": "max"}.items():
        assert found.loc[["a", "b", "c"], ours].tolist() == by_class[theirs].tolist()
    assert found.iloc[-1].tolist() == np.quantile(lengths, [0, 0.25, 0.5, 0.75, 1]).tolist()
    assert report.imbalance["ratio"] == 20
    assert report.imbalance["naive_accuracy"] == 0.8
    assert report.imbalance["naive_f1_macro"] == pytest.approx(2 * 0.8 / 1.8 / 3)
    assert {"score", "remedy", "small classes"} <= set(rules_of(report))


def test_equal_classes_get_no_advice_on_imbalance():
    report = imbalance_report(noise(90), shuffled({"a": 30, "b": 30, "c": 30}))
    assert rules_of(report) == ["model"]
    assert "3 classes of equal size, 30 sequences." in str(report)


def test_equal_texts_are_counted_and_those_with_different_labels_shown():
    X = ["yes", "no", "yes", "no", "no", "maybe", "yes!"]
    y = ["a", "b", "a", "b", "c", "c", "a"]
    found = imbalance_report(X, y).duplicates
    assert found == {
        "n_repeats": 3,
        "n_repeated": 2,
        "n_disputed": 1,
        "n_rows_disputed": 3,
        "examples": [[1, 4]],
    }


def test_equal_sequences_with_other_tags_are_disputed():
    X = [["a", "b"], ["a", "b"], ["c"], ["c"]]
    report = imbalance_report(X, [["O", "X"], ["O", "O"], ["X"], ["X"]])
    assert report.duplicates["n_disputed"] == 1
    assert report.duplicates["examples"] == [[0, 1]]
    assert "disputed" in rules_of(report)


def test_leaks_of_groups_are_those_that_check_leakage_finds():
    X, y, groups = noise(40), shuffled({0: 20, 1: 20}), np.arange(40) // 4
    report = imbalance_report(X, y, groups=groups)
    assert report.n_groups == 10
    assert report.leaks["kind"] == ["shared group"]
    test, train = report.leaks["test_row"][0], report.leaks["train_row"][0]
    assert check_leakage(X, [([train], [test])], groups=groups)
    assert rules_of(report)[0] == "groups"


def test_a_class_in_one_group_is_named():
    y = np.array(["a"] * 10 + ["b"] * 10)
    groups = np.r_[np.arange(10) % 3, np.full(10, 3)]
    report = imbalance_report(noise(20), y, groups=groups)
    assert report.labels_in_one_group == ["b"]
    assert "one group" in rules_of(report)


@pytest.mark.parametrize("form", ["values", "tokens"])
def test_windows_are_recognised_without_their_index(form):
    rng = np.random.default_rng(0)
    series = rng.normal(size=400) if form == "values" else rng.integers(0, 50, size=400)
    labels = np.repeat(rng.integers(0, 2, size=40), 10)
    X, y, _, index = make_windows(series, labels, length=20, stride=5)
    alone = imbalance_report(X, y)
    assert alone.overlap == 15
    assert rules_of(alone)[0] == "windows"
    known = imbalance_report(X, y, groups=index)
    assert known.overlap == 0
    assert "overlapping windows" in known.leaks["kind"]
    assert imbalance_report(X[::4], y[::4]).overlap == 0


def test_constant_rows_are_no_windows():
    X = np.ones((30, 10))
    assert imbalance_report(X, shuffled({0: 15, 1: 15})).overlap == 0


def test_sorted_rows_and_rows_in_the_order_of_time_are_told_apart():
    X = noise(120)
    in_time = np.repeat(np.random.default_rng(0).integers(0, 2, size=30), 4)
    assert "sorted" in rules_of(imbalance_report(X, np.sort(in_time)))
    assert "row order" in rules_of(imbalance_report(X, in_time))
    mixed = imbalance_report(X, np.random.default_rng(1).permutation(in_time))
    assert not {"sorted", "row order"} & set(rules_of(mixed))


def test_tags_are_counted_by_step_and_by_sequence_and_their_spans_by_type():
    X = [["a", "b", "c", "d"], ["e", "f", "g"], ["h"]]
    y = [["B-PER", "I-PER", "O", "B-PER"], ["O", "O", "B-LOC"], ["O"]]
    report = imbalance_report(X, y)
    assert report.kind == "tags"
    assert report.background == "O"
    rows = zip(*report.classes.values(), strict=True)
    assert {label: (count, n) for label, count, _, n in rows} == {
        "O": (4, 3),
        "B-PER": (2, 1),
        "I-PER": (1, 1),
        "B-LOC": (1, 1),
    }
    assert report.spans["type"] == ["PER", "LOC"]
    assert report.spans["count"] == [2, 1]
    assert report.spans["max"] == [2, 1]
    assert report.imbalance["naive_f1_macro"] == 0
    assert 'head="crf"' in next(a.action for a in report.advice if a.rule == "model")


def test_marks_in_place_of_tags_are_left_out():
    X, y = [[0.5, 1.5, 2.5], [1.0, 3.0]], [[0, 1, -100], [0, -100]]
    report = imbalance_report(X, y, ignore=-100)
    assert report.classes["label"] == [0, 1]
    assert report.classes["count"] == [2, 1]
    with pytest.raises(ValueError, match="-100"):
        imbalance_report(X, y)


def test_characters_of_texts_may_have_tags():
    report = imbalance_report(["ab1", "c22"], [["O", "O", "N"], ["O", "N", "N"]])
    assert report.unit == "character"
    assert report.spans["max"] == [2]


def test_the_background_is_named_guessed_or_none():
    X, y = make_imbalanced_tags(20, weights=0.9, n_classes=3, random_state=0)
    assert imbalance_report(X, y).background == 0
    assert imbalance_report(X, y, background=None).background is None
    assert imbalance_report(X, y, background=2).background == 2
    with pytest.raises(ValueError, match="background='x' is no tag of y"):
        imbalance_report(X, y, background="x")


def test_ordered_labels_stay_in_their_order():
    y = shuffled({"mild": 10, "none": 30, "severe": 5})
    X = noise(45)
    report = imbalance_report(X, y, ordered=["none", "mild", "severe"])
    assert report.classes["label"] == ["none", "mild", "severe"]
    assert report.classes["count"] == [30, 10, 5]
    assert "ordered" in rules_of(report)
    assert imbalance_report(X, y, ordered=True).classes["label"] == ["mild", "none", "severe"]
    with pytest.raises(ValueError, match="ordered must name each label once"):
        imbalance_report(X, y, ordered=["none", "mild"])


def test_series_that_end_in_a_rare_tag_ask_for_a_causal_net():
    X = noise(12, 30)
    y = [["runs"] * 27 + ["fails"] * 3] * 12
    report = imbalance_report(X, y)
    assert report.common_end == ("fails", 1.0)
    assert "ends" in rules_of(report)


def test_odd_features_are_named():
    values = np.random.default_rng(0).normal(size=(20, 8, 4))
    values[..., 1] = 3
    values[0, 0, 2] = np.nan
    values[1, 1, 3] = 1e6
    report = imbalance_report(values, shuffled({0: 10, 1: 10}))
    assert report.features["is_constant"] == [False, True, False, False]
    assert report.features["n_not_finite"] == [0, 0, 1, 0]
    assert report.features["n_extreme"] == [0, 0, 0, 1]
    advice = next(advice for advice in report.advice if advice.rule == "features")
    assert advice.action == "Drop feature(s) 1. Fill or drop what is not finite in 2."


def test_series_of_very_different_size_are_noticed():
    X = noise(40, 12) * np.repeat([0.01, 10.0], 20)[:, None]
    report = imbalance_report(X, shuffled({0: 20, 1: 20}))
    sizes = np.quantile(X.std(axis=1), [0.1, 0.9])
    assert report.features["spread_of_series"] == [pytest.approx(sizes[1] / sizes[0])]
    assert "scale" in rules_of(report)


@pytest.mark.parametrize(
    "X",
    [
        ["a b", "a", "b c d", "c"] * 5,
        [["a", "b"], ["a"], ["b", "c"], ["c"]] * 5,
        [[1, 2], [1], [2, 3, 4], [3]] * 5,
        pd.Series(["a b", "a", "b c d", "c"] * 5),
        pd.DataFrame({"data": ["[0.1, 0.2]", "[0.3]", "[0.5, 0.1]", "[0.7]"] * 5}),
        np.random.default_rng(0).normal(size=(20, 3, 2)),
        TokenEncoder("word+char").fit_transform(["a b", "a", "b c d", "c"] * 5),
    ],
    ids=["texts", "tokens", "ids", "column", "cells", "3-D", "channels"],
)
def test_any_form_of_data_prints_within_80_columns_and_becomes_json(X):
    y = ["a", "b", "a", "a"] * 5
    report = imbalance_report(X, y)
    assert isinstance(report, ImbalanceReport)
    assert max(map(len, str(report).splitlines())) < 80
    assert str(report).isascii()
    assert json.loads(json.dumps(report.to_dict()))["n_sequences"] == 20


def test_html_escapes_what_labels_hold():
    y = shuffled({"<script>alert(1)</script>": 20, "b&c": 5})
    html = imbalance_report(noise(25), y)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "b&amp;c" in html


def test_many_classes_are_cut_to_a_page():
    y = np.repeat(np.arange(60), np.arange(2, 62))
    text = str(imbalance_report(noise(len(y)), y))
    assert "40 classes between them are not shown" in text


def test_every_rule_is_written_down():
    source = Path(_audit_advice.__file__).read_text(encoding="utf-8")
    rules = set(re.findall(r'Advice\(\s*"([^"]+)"', source))
    assert len(rules) > 10
    assert all(f'"{rule}"' in imbalance_report.__doc__ for rule in rules)


def test_figures_in_advice_are_those_of_the_pages_of_results():
    source = Path(_audit_advice.__file__).read_text(encoding="utf-8")
    pages = Path(__file__).parents[2] / "docs"
    results = "".join(page.read_text(encoding="utf-8") for page in pages.glob("results*.md"))
    figures = re.findall(r" (\.\d{3})\b", source)
    gains = re.findall(r"\+\d\.\d ± \d\.\d", source)
    assert len(figures) > 5
    assert gains
    assert [figure for figure in figures if f"0{figure}" not in results] == []
    assert [gain for gain in gains if gain not in results] == []


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "needs y"),
        ([0.5, 1.5, 2.5], "continuous"),
        ([0, 1], "inconsistent numbers of samples"),
        ([[0], [1, 1], [0]], "labels but X"),
    ],
)
def test_labels_that_cannot_be_counted_are_refused(y, message):
    with pytest.raises(ValueError, match=message):
        imbalance_report(noise(3), y)


def test_it_needs_no_torch():
    code = (
        "import sys; from skseq.report import imbalance_report;"
        "imbalance_report(['a', 'b'], [0, 1]); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
