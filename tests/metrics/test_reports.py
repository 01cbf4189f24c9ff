"""Reports and matrices are scikit-learn's, of the flat steps and of the spans."""

import numpy as np
import pytest
from sklearn.metrics import classification_report, confusion_matrix

from skseq import Sequences
from skseq.metrics import (
    span_classification_report,
    span_f1_score,
    span_precision_score,
    tag_classification_report,
    tag_confusion_matrix,
    tag_f1_score,
)


@pytest.fixture
def guesses(tags):
    """Predictions of ``tags``, most of them right."""
    rng = np.random.default_rng(0)
    wrong = rng.random(tags.n_steps) < 0.3
    return tags.replace(values=np.where(wrong, rng.choice(["O", "X"], tags.n_steps), tags.values))


@pytest.fixture
def mentions():
    """True and predicted IOB2 tags of two types."""
    rng = np.random.default_rng(0)
    names = np.array(["O", "B-A", "I-A", "B-B", "I-B"])
    draws = [
        Sequences.from_lengths(rng.choice(names, 200, p=[0.4, 0.2, 0.2, 0.1, 0.1]), [20] * 10)
        for _ in range(2)
    ]
    return draws[0], draws[0].replace(
        values=np.where(rng.random(200) < 0.2, draws[1].values, draws[0].values)
    )


@pytest.mark.parametrize("convert", [lambda tags: tags, Sequences.tolist, np.array])
def test_the_report_of_tags_is_the_one_of_their_flat_steps(tags, guesses, convert):
    y_true, y_pred = convert(tags), convert(guesses)
    expected = classification_report(tags.values, guesses.values, digits=3)
    assert tag_classification_report(y_true, y_pred, digits=3) == expected
    as_dict = tag_classification_report(y_true, y_pred, output_dict=True, exclude="O")
    assert as_dict == classification_report(
        tags.values, guesses.values, labels=["X"], output_dict=True
    )
    assert as_dict["X"]["f1-score"] == tag_f1_score(tags, guesses, exclude="O")


def test_weights_marks_and_names_reach_the_report(tags, guesses):
    weight = np.random.default_rng(1).random(len(tags))
    marked = tags.values.astype(object)
    marked[::5] = None
    kept = np.flatnonzero([label is not None for label in marked])
    got = tag_classification_report(
        tags.replace(values=marked),
        guesses,
        ignore=[None],
        sample_weight=weight,
        target_names=["outside", "found"],
        output_dict=True,
    )
    expected = classification_report(
        tags.values[kept],
        guesses.values[kept],
        sample_weight=np.repeat(weight, tags.lengths)[kept],
        target_names=["outside", "found"],
        output_dict=True,
    )
    for name, row in expected.items():
        assert got[name] == pytest.approx(row)


@pytest.mark.parametrize("normalize", [None, "true", "pred", "all"])
@pytest.mark.parametrize("labels", [None, ["X", "O"], ["X", "Z"]])
def test_the_confusion_matrix_is_the_one_of_flat_steps(tags, guesses, normalize, labels):
    got = tag_confusion_matrix(tags, guesses, labels=labels, normalize=normalize)
    expected = confusion_matrix(tags.values, guesses.values, labels=labels, normalize=normalize)
    np.testing.assert_allclose(got, expected)
    assert got.dtype == expected.dtype


def test_the_report_of_spans_has_the_scores_of_the_metrics(mentions):
    report = span_classification_report(*mentions, output_dict=True)
    by_type = span_f1_score(*mentions, average=None)
    assert [report[name]["f1-score"] for name in "AB"] == pytest.approx(by_type)
    for average in ("micro", "macro", "weighted"):
        row = report[f"{average} avg"]
        assert row["f1-score"] == pytest.approx(span_f1_score(*mentions, average=average))
        assert row["precision"] == pytest.approx(span_precision_score(*mentions, average=average))
    weighted = span_classification_report(*mentions, sample_weight=[2.0] * 10, output_dict=True)
    assert weighted["A"]["support"] == 2 * report["A"]["support"]
    assert weighted["A"]["recall"] == pytest.approx(report["A"]["recall"])


def test_the_report_of_spans_is_the_one_of_seqeval(mentions):
    seqeval = pytest.importorskip("seqeval.metrics")
    lists = [tags.tolist() for tags in mentions]
    assert span_classification_report(*lists) == seqeval.classification_report(
        *lists, zero_division=0
    )


def test_plain_tags_are_reported_by_their_runs():
    y = [["A", "A", "O", "B"]]
    report = span_classification_report(y, [["A", "A", "A", "B"]], scheme="plain", output_dict=True)
    assert (report["A"]["recall"], report["B"]["recall"]) == (0, 1)


def test_nothing_to_report_is_an_error():
    with pytest.raises(ValueError, match="no span in y_true or y_pred"):
        span_classification_report([["O"]], [["O"]])
    assert "PER" in span_classification_report([["O"]], [["O"]], labels=["PER"])
    with pytest.raises(ValueError, match="no tag is left to show"):
        tag_classification_report([["O"]], [["O"]], exclude="O")
