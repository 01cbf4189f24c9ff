"""Span metrics equal seqeval's where that is right, and counts of sets of spans everywhere."""

import pickle
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.model_selection import cross_val_score

from skseq import Sequences, metrics
from skseq.data import SPAN_SCHEMES, find_spans
from skseq.metrics._scorers import METRICS

SCORES = {
    "precision": metrics.span_precision_score,
    "recall": metrics.span_recall_score,
    "f1": metrics.span_f1_score,
}
every_score = pytest.mark.parametrize("score", SCORES.values(), ids=SCORES.keys())
modes = pytest.mark.parametrize("scheme", [None, *SPAN_SCHEMES])


@st.composite
def tagged_pairs(draw, scheme=None):
    """Draw (y_true, y_pred) in the letters of a scheme; relaxed, in those of IOBES."""
    letters = SPAN_SCHEMES.get(scheme, "BIES")
    tags = st.sampled_from(["O", *(f"{letter}-{kind}" for letter in letters for kind in "XY")])
    lengths = draw(st.lists(st.integers(1, 8), min_size=1, max_size=4))
    y_true = [draw(st.lists(tags, min_size=n, max_size=n)) for n in lengths]
    # Mostly right, so that some spans are found.
    y_pred = [[draw(tags) if draw(st.integers(0, 2)) == 0 else t for t in row] for row in y_true]
    return y_true, y_pred


def span_sets(y, scheme):
    tags = Sequences.from_list(y)
    classes, codes = np.unique(tags.values, return_inverse=True)
    spans = find_spans(codes, tags.offsets, classes, scheme)
    return set(zip(*(part.tolist() for part in spans), strict=True))


def of_type(spans, kind):
    return {span for span in spans if kind is None or span[2] == kind}


def by_hand(name, true, predicted):
    n_hits = len(true & predicted)
    total = {"precision": len(predicted), "recall": len(true), "f1": len(true) + len(predicted)}
    return (2 if name == "f1" else 1) * n_hits / total[name] if total[name] else 0.0


@modes
@pytest.mark.parametrize("name", SCORES)
@settings(max_examples=15)
@given(data=st.data())
def test_scores_equal_counts_of_sets_of_spans(name, scheme, data):
    y_true, y_pred = data.draw(tagged_pairs(scheme))
    true, predicted = span_sets(y_true, scheme), span_sets(y_pred, scheme)
    kinds = sorted({span[2] for span in true | predicted})
    each = [by_hand(name, of_type(true, k), of_type(predicted, k)) for k in kinds]
    support = [len(of_type(true, kind)) for kind in kinds]
    score = SCORES[name]
    np.testing.assert_allclose(score(y_true, y_pred, scheme=scheme, average=None), each)
    micro = by_hand(name, true, predicted)
    assert score(y_true, y_pred, scheme=scheme) == pytest.approx(micro)
    macro = np.mean(each) if each else 0.0
    assert score(y_true, y_pred, scheme=scheme, average="macro") == pytest.approx(macro)
    weighted = np.average(each, weights=support) if any(support) else 0.0
    assert score(y_true, y_pred, scheme=scheme, average="weighted") == pytest.approx(weighted)


def is_legal(rows, scheme):
    """Whether IOB1's B (IOE1's E) stands only where it parts two spans of one type."""
    letter, step = {"IOB1": ("B", -1), "IOE1": ("E", 1)}.get(scheme, (None, 0))
    for row in rows:
        for i, tag in enumerate(row):
            near = row[i + step] if 0 <= i + step < len(row) else "O"
            if tag[0] == letter and near[1:] != tag[1:]:
                return False
    return True


def assert_equal_to_seqeval(y_true, y_pred, scheme, times, beta):
    """Compare scores where each sequence counts so many times, which seqeval has to be shown."""
    if scheme is None:
        module = pytest.importorskip("seqeval.metrics.sequence_labeling")
        arguments = {}
    else:
        module = pytest.importorskip("seqeval.metrics.v1")
        arguments = {"scheme": getattr(pytest.importorskip("seqeval.scheme"), scheme)}
    f_score = metrics.span_f1_score if beta == 1 else partial(metrics.span_fbeta_score, beta=beta)
    scores = (metrics.span_precision_score, metrics.span_recall_score, f_score)
    shown = [
        [row for row, n in zip(rows, times, strict=True) for _ in range(n)]
        for rows in (y_true, y_pred)
    ]
    found = set().union(*(span_sets(rows, scheme) for rows in shown))
    for average in ("micro", "macro", "weighted", None):
        if average in ("macro", "weighted") and not found:
            continue  # seqeval takes the mean of nothing
        for zero_division in (0, 1):
            both = {"average": average, "zero_division": zero_division}
            theirs = module.precision_recall_fscore_support(*shown, beta=beta, **both, **arguments)
            both = {"scheme": scheme, "sample_weight": times, **both}
            ours = [score(y_true, y_pred, **both) for score in scores]
            for our_score, their_score in zip(ours, theirs[:3], strict=True):
                np.testing.assert_allclose(our_score, their_score, atol=1e-12)


SEQEVAL_MODES = [None, "IOB1", "IOB2", "IOE2", "IOBES", "BILOU"]


def pairs_for_seqeval(scheme):
    """Pairs that seqeval reads rightly: of IOB1, those without a misplaced B."""
    pairs = tagged_pairs(scheme)
    if scheme == "IOB1":
        return pairs.map(lambda pair: tuple(mended(rows) for rows in pair))
    return pairs


def mended(rows):
    """Write I for each B of IOB1 that parts nothing."""
    return [
        [
            "I" + tag[1:] if tag[0] == "B" and (not i or row[i - 1][1:] != tag[1:]) else tag
            for i, tag in enumerate(row)
        ]
        for row in rows
    ]


@st.composite
def seqeval_cases(draw, scheme):
    """Draw (y_true, y_pred, scheme, times, beta)."""
    y_true, y_pred = draw(pairs_for_seqeval(scheme))
    some = st.lists(st.integers(0, 2), min_size=len(y_true), max_size=len(y_true)).filter(any)
    times = draw(st.just([1] * len(y_true)) | some)
    return y_true, y_pred, scheme, times, draw(st.sampled_from([1, 2, 0.5]))


@pytest.mark.parametrize("scheme", SEQEVAL_MODES)
@settings(max_examples=15)
@given(data=st.data())
def test_scores_equal_seqeval(scheme, data):
    assert_equal_to_seqeval(*data.draw(seqeval_cases(scheme)))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SEQEVAL_MODES)
@settings(max_examples=1000, derandomize=True)
@given(data=st.data())
def test_scores_equal_seqeval_on_a_thousand_cases(scheme, data):
    y_true, y_pred, *how = data.draw(seqeval_cases(scheme))
    assert is_legal(y_true + y_pred, scheme)
    assert_equal_to_seqeval(y_true, y_pred, *how)


@pytest.mark.parametrize(
    ("row", "scheme", "right"),
    [
        # A misplaced B: seqeval takes what follows it for a whole mention.
        (["O", "B-A", "I-A"], "IOB1", []),
        # A misplaced B of another type makes seqeval lose the mention before it.
        (["I-A", "B-A", "B-C"], "IOB1", [("A", 0, 1), ("A", 1, 2)]),
        # IOE1, which seqeval calls unfinished: it loses the first of two mentions that touch.
        (["E-A", "I-A"], "IOE1", [("A", 0, 1), ("A", 1, 2)]),
    ],
)
def test_seqeval_is_wrong_on_borders_of_iob1_and_ioe1(row, scheme, right):
    ours = sorted((kind, start, stop) for start, stop, kind in span_sets([row], scheme))
    assert ours == right
    module = pytest.importorskip("seqeval.scheme")
    theirs = module.Tokens(row, getattr(module, scheme)).entities
    assert [(span.tag, span.start, span.end) for span in theirs] != right


@pytest.mark.filterwarnings("ignore:.*seems not to be NE tag:UserWarning")  # seqeval's
def test_seqeval_is_wrong_on_single_steps_of_bilou_in_its_default_mode():
    row = ["U-A", "U-A"]
    assert span_sets([row], None) == {(0, 1, "A"), (1, 2, "A")}
    module = pytest.importorskip("seqeval.metrics.sequence_labeling")
    assert module.get_entities(row) == [("A", 0, 1)]  # one mention of two steps


@every_score
def test_every_form_of_tags_gives_the_same_score(score):
    y_true, y_pred = [["B-A", "I-A"], ["O"]], [["B-A", "O"], ["S-A"]]
    expected = score(y_true, y_pred)
    forms = [Sequences.from_list(y_true), np.asarray(Sequences.from_list(y_true))]
    forms.append(Sequences.from_list([np.array(row, dtype=object) for row in y_true]))
    assert [score(form, y_pred) for form in forms] == [expected] * 3


@every_score
def test_a_weight_of_two_is_a_sequence_that_is_there_twice(score):
    y_true, y_pred = [["B-A", "B-C"], ["B-A", "I-A"]], [["B-A", "O"], ["B-A", "B-C"]]
    for average in ("micro", "macro", "weighted"):
        twice = score([*y_true, y_true[1]], [*y_pred, y_pred[1]], average=average)
        weighted = score(y_true, y_pred, average=average, sample_weight=[1, 2])
        assert weighted == pytest.approx(twice)


@every_score
def test_sequences_of_weight_zero_are_not_there(score):
    y_true, y_pred = [["B-A"], ["B-C", "O"]], [["B-A"], ["B-C", "B-A"]]
    for average in ("micro", "macro", "weighted"):
        assert score(y_true, y_pred, average=average, sample_weight=[1, 0]) == 1
    assert score(y_true, y_pred, average=None, sample_weight=[1, 0]).tolist() == [1]


@every_score
def test_prefixes_alone_are_scored_as_by_seqeval(score):
    y_true, y_pred = [["B", "I", "O", "B"]], [["B", "I", "O", "O"]]
    theirs = pytest.importorskip("seqeval.metrics.sequence_labeling")
    their_score = getattr(theirs, score.__name__.removeprefix("span_"))
    assert score(y_true, y_pred) == pytest.approx(their_score(y_true, y_pred))


def test_f1_of_prefixes_alone():
    score = metrics.span_f1_score([["B", "I", "O", "B"]], [["B", "I", "O", "O"]])
    assert score == pytest.approx(2 / 3)


@every_score
def test_pieces_of_words_without_a_label_do_not_part_a_span(score):
    y_true = [np.array(["B-A", None, "I-A", "O"], dtype=object)]
    assert score(y_true, [["B-A", "O", "I-A", "O"]], ignore=[None]) == 1
    assert score(y_true, [["B-A", "O", "O", "O"]], ignore=[None]) == 0


def test_named_types_are_averaged_in_their_order_though_absent():
    y_true, y_pred = [["B-A", "B-C"]], [["B-A", "O"]]
    arguments = {"labels": ["Z", "C", "A"], "zero_division": 1.0}
    each = metrics.span_precision_score(y_true, y_pred, average=None, **arguments)
    assert each.tolist() == [1, 1, 1]
    each = metrics.span_recall_score(y_true, y_pred, average=None, **arguments)
    assert each.tolist() == [1, 0, 1]
    assert metrics.span_recall_score(y_true, y_pred, labels=["C"]) == 0


def test_without_spans_zero_division_decides():
    y = [["O", "O"]]
    for average in ("micro", "macro", "weighted"):
        assert metrics.span_f1_score(y, y, average=average) == 0
        assert metrics.span_f1_score(y, y, average=average, zero_division=1.0) == 1
    assert np.isnan(metrics.span_f1_score(y, y, zero_division=np.nan))
    assert metrics.span_f1_score(y, y, average=None).shape == (0,)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"y_pred\[0\] has 1 tags but y_true\[0\] has 2 steps"):
        metrics.span_f1_score([["O", "O"]], [["O"]])
    with pytest.raises(ValueError, match="tag 'PER' does not say where a span starts"):
        metrics.span_f1_score([["PER"]], [["O"]])
    with pytest.raises(ValueError, match="tag 3 does not say where a span starts"):
        metrics.span_f1_score([[3]], [[3]])
    with pytest.raises(ValueError, match=r"average must be one of .* got 'marco'"):
        metrics.span_f1_score([["O"]], [["O"]], average="marco")
    with pytest.raises(ValueError, match="labels has labels such as 3 but tags"):
        metrics.span_f1_score([["B-A"]], [["B-A"]], labels=[3])
    with pytest.raises(ValueError, match="y_true is empty"):
        metrics.span_f1_score([], [])


class Echo(BaseEstimator):
    """Predict the tag that each token id stands for."""

    def fit(self, X, y):
        return self

    def predict(self, X):
        return X.replace(values=np.array(["O", "B-A", "I-A"])[X.values])


@pytest.mark.parametrize("name", [name for name in METRICS if name.startswith("span_")])
def test_scorers_of_spans_work_in_cross_validation(name):
    X = Sequences.from_list([[0, 1, 2], [1, 0], [1, 2], [0, 1]])
    y = Echo().predict(Sequences.from_list([[0, 1, 2], [1, 2], [1, 0], [0, 1]]))
    scorer = pickle.loads(pickle.dumps(metrics.get_scorer(name)))
    metric = METRICS[name]
    expected = metric.function(y, Echo().predict(X), **metric.arguments)
    assert scorer(Echo(), X, y) == expected == pytest.approx(0.5)
    assert cross_val_score(Echo(), X, y, scoring=scorer, cv=2).tolist() == [0.5, 0.5]
    assert metrics.get_scorer(name, scheme="IOB2")(Echo(), X, y) == pytest.approx(0.5)
