"""Every metric equals its peer in scikit-learn or imbalanced-learn on random cases.

`ROWS` has a line for each metric: the functions for labels and for tags, the peer on the steps laid
end to end, and how a case is drawn. Every run takes some cases of each row, ``make test-slow`` a
thousand. The peer of spans is seqeval, see test_spans.py.
"""

import warnings
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import imblearn.metrics
import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.utils.class_weight import compute_sample_weight

from skseq import Sequences, metrics

# None of them is sorted: a metric that goes by position instead of by name shows.
NUMBERS = [3, 0, 12, 1]
NAMES = [NUMBERS, ["O", "NUMBER", "A", "X"]]


class Case(NamedTuple):
    """What a metric is asked; the steps of all sequences lie end to end."""

    y_true: np.ndarray  # (n_steps,)
    output: np.ndarray  # predictions (n_steps,), or scores (n_steps, n_classes)
    lengths: list  # steps of each sequence, some of them 0
    times: np.ndarray | None  # (n_steps,) how often each step counts: whole numbers, some of them 0
    options: dict  # the other arguments

    @property
    def weight(self):
        """Weight of each step, on a scale that no metric may depend on."""
        return None if self.times is None else 0.3 * self.times

    def repeated(self, output=None):
        """Labels and outputs with each step as often as it counts, for peers without weights."""
        output = self.output if output is None else output
        times = 1 if self.times is None else self.times
        return np.repeat(self.y_true, times), np.repeat(output, times, axis=0)


# -- how cases are drawn ------------------------------------------------------------------------


def options(required=None, **optional):
    """Draw the required arguments and some of the others, which have a default."""
    return st.fixed_dictionaries(required or {}, optional=optional)


def no_options(names):
    return options()


def excluding(**others):
    """Options of metrics that can leave classes out, and ``others``."""

    def draw_from(names):
        some = st.lists(st.sampled_from(names), unique=True)
        return options(exclude=st.just("majority") | some, **others)

    return draw_from


def averaging(**others):
    """Options of metrics that average over classes that can be named, and ``others``."""

    def draw_from(names):
        some = st.lists(st.sampled_from(names), min_size=1, unique=True)
        return excluding(labels=some, **others)(names)

    return draw_from


def in_order(names):
    """Options of metrics of ordered labels: numbers need no order, text does."""
    order = options({"labels": st.permutations(names)})
    return options() | order if names == NUMBERS else order


@st.composite
def whole_numbers(draw, shape, below):
    """Draw an array; bytes are drawn faster than a list of numbers."""
    size = int(np.prod(shape))
    drawn = np.frombuffer(draw(st.binary(min_size=size, max_size=size)), np.uint8)
    return drawn.reshape(shape).astype(int) % below


@st.composite
def codes(draw, n_steps):
    """Draw classes by number: mostly of all four, sometimes of one alone."""
    return draw(whole_numbers(n_steps, draw(st.sampled_from([4, 4, 4, 3, 2, 1]))))


@st.composite
def shapes(draw):
    """Draw the lengths of sequences, and how often each step counts."""
    lengths = draw(st.lists(st.integers(0, 6), min_size=1, max_size=4).filter(any))
    times = draw(st.none() | whole_numbers(sum(lengths), 4))
    return lengths, None if times is None or not times.any() else times


@st.composite
def predictions(draw, of_names=no_options):
    """Draw labels and what is predicted."""
    names = draw(st.sampled_from(NAMES))
    lengths, times = draw(shapes())
    y_true, y_pred = (np.array(names)[draw(codes(sum(lengths)))] for _ in range(2))
    return Case(y_true, y_pred, lengths, times, draw(of_names(names)))


@st.composite
def columns(draw, as_scores, of_names=no_options):
    """Draw labels and coarse, so often tied, scores of two to four classes, in any order."""
    names = draw(st.sampled_from(NAMES))
    lengths, times = draw(shapes())
    y_true = np.array(names)[draw(codes(sum(lengths)))]
    classes = draw(st.permutations(names))[: draw(st.integers(2, 4))]
    scores = as_scores(draw(whole_numbers((len(y_true), len(classes)), 6)))
    given = {"classes": classes, "unseen": "zero", **draw(of_names(names))}
    return Case(y_true, scores, lengths, times, given)


def as_ranks(levels):
    return levels / 5


def as_proba(levels):
    """Make each row sum to 1; rows of zeros become even."""
    levels = np.where(levels.any(axis=1, keepdims=True), levels, 1)
    return levels / levels.sum(axis=1, keepdims=True)


def without_false_classes(case):
    """Predict the truth in place of each class that no counted step has."""
    occurs = np.isin(case.output, case.repeated()[0])
    return case._replace(output=np.where(occurs, case.output, case.y_true))


# -- what peers are asked -----------------------------------------------------------------------


def left_out(case, exclude):
    """The labels that ``exclude`` names; what is commonest does not depend on weights."""
    if exclude == "majority":
        labels, counts = np.unique(case.y_true, return_counts=True)
        return [labels[counts.argmax()]]
    return exclude or []


def kept(case, labels, exclude):
    """The classes to average over: those named, else those that counted steps have."""
    labels = np.unique(case.repeated()[0]) if labels is None else np.asarray(labels)
    return labels[~np.isin(labels, left_out(case, exclude))]


def weighted(function):
    """Ask a peer that takes the same arguments."""

    def theirs(case, **arguments):
        return function(case.y_true, case.output, sample_weight=case.weight, **arguments)

    return theirs


def averaged(function, exclude=None):
    """Ask a peer that is told the classes to average over."""

    def theirs(case, average="macro", labels=None, exclude=exclude, **arguments):
        if average == "micro" and labels is None:  # a class that is only predicted counts too
            labels = np.union1d(case.y_true, case.output)
        labels = kept(case, labels, exclude)
        if not len(labels):
            return [] if average is None else np.nan
        return weighted(function)(case, labels=labels, average=average, **arguments)

    return theirs


def geometric_mean(case, labels=None, exclude=None, **arguments):
    labels = kept(case, labels, exclude)
    if not len(labels):
        return np.nan
    return weighted(imblearn.metrics.geometric_mean_score)(case, labels=labels, **arguments)


def index_balanced_accuracy(case, alpha=0.1, squared=True, labels=None, exclude=None):
    labels = kept(case, labels, exclude)
    if not len(labels):
        return np.nan
    corrected = imblearn.metrics.make_index_balanced_accuracy(alpha=alpha, squared=squared)
    score = corrected(imblearn.metrics.geometric_mean_score)
    # imbalanced-learn takes the number of rows for their weight when it counts true negatives.
    return score(*case.repeated(), labels=labels, average=None).mean()


def on_scale(function):
    """Ask a peer about places in ``labels``, or numbers as they are."""

    def theirs(case, labels=None):
        y_true, y_pred = case.repeated()
        if labels is not None:
            y_true, y_pred = ([labels.index(name) for name in y] for y in (y_true, y_pred))
        return function(y_true, y_pred)

    return theirs


def error_of_even_classes(y_true, y_pred):
    weight = compute_sample_weight("balanced", y_true)
    return sklearn.metrics.mean_absolute_error(y_true, y_pred, sample_weight=weight)


def completed(case, classes):
    """Give all classes and a column for each: zeros for those that the model never met."""
    unseen = np.setdiff1d(case.y_true, classes)
    zeros = np.zeros((len(case.y_true), len(unseen)))
    return [*classes, *unseen.tolist()], np.hstack([case.output, zeros])


def one_vs_rest(function):
    """Ask a peer about each class for which it is defined."""

    def theirs(case, classes, unseen, average="macro", exclude=None):
        classes, output = completed(case, classes)
        y_true, output = case.repeated(output)
        scores = [
            function(y_true == name, column) if 0 < np.mean(y_true == name) < 1 else np.nan
            for name, column in zip(classes, output.T, strict=True)
            if name not in left_out(case, exclude)
        ]
        return scores if average is None else mean_of_known(scores)

    return theirs


def mean_of_known(scores):
    known = [score for score in scores if not np.isnan(score)]
    return np.mean(known) if known else np.nan


def brier(case, classes, unseen, class_prior=None):
    classes, proba = completed(case, classes)
    y_true, proba = case.repeated(proba)
    return sklearn.metrics.brier_score_loss(
        y_true,
        proba[:, np.argsort(classes)],
        labels=sorted(classes),
        sample_weight=compute_sample_weight("balanced" if class_prior else None, y_true),
    )


def calibration_error(case, classes, unseen, average="top", n_bins=15, exclude=None):
    classes, proba = completed(case, classes)
    y_true, proba = case.repeated(proba)
    if average == "top":
        named = np.array(classes)[proba.argmax(axis=1)]
        return gap_of_curve(named == y_true, proba.max(axis=1), n_bins)
    gaps = [
        gap_of_curve(y_true == name, column, n_bins)
        for name, column in zip(classes, proba.T, strict=True)
        if name not in left_out(case, exclude)
    ]
    return gaps if average is None else mean_of_known(gaps)


def gap_of_curve(came_true, proba, n_bins):
    """How far scikit-learn's calibration curve is from the diagonal, by how many are in a bin."""
    share, mean = calibration_curve(came_true, proba, n_bins=n_bins, pos_label=True)
    bins = np.searchsorted(np.linspace(0, 1, n_bins + 1)[1:-1], proba)
    return np.average(np.abs(share - mean), weights=np.unique(bins, return_counts=True)[1])


# -- the table ----------------------------------------------------------------------------------


class Row(NamedTuple):
    """A metric, its peer, and the cases that both are asked."""

    ours: list[Callable]  # of labels, of tags
    theirs: Callable  # of a Case and its options
    cases: st.SearchStrategy


AVERAGES = st.sampled_from(["macro", "micro", "weighted", None])
ONE_OR_EACH = st.sampled_from(["macro", None])
ROWS = {
    "accuracy": Row(
        [metrics.tag_accuracy_score],
        weighted(sklearn.metrics.accuracy_score),
        predictions(),
    ),
    "matthews": Row(
        [metrics.tag_matthews_corrcoef],
        # Weights that are not whole round to NaN in scikit-learn where one label is predicted.
        lambda case: sklearn.metrics.matthews_corrcoef(*case.repeated()),
        predictions(),
    ),
    "balanced_accuracy": Row(
        [metrics.balanced_accuracy_score, metrics.tag_balanced_accuracy_score],
        weighted(sklearn.metrics.balanced_accuracy_score),
        predictions(),
    ),
    "balanced_accuracy_of_some": Row(
        [metrics.balanced_accuracy_score, metrics.tag_balanced_accuracy_score],
        averaged(sklearn.metrics.recall_score),
        predictions(averaging()),
    ),
    "precision": Row(
        [metrics.tag_precision_score],
        averaged(sklearn.metrics.precision_score),
        predictions(averaging(average=AVERAGES)),
    ),
    "recall": Row(
        [metrics.tag_recall_score],
        averaged(sklearn.metrics.recall_score),
        predictions(averaging(average=AVERAGES)),
    ),
    "f1": Row(
        [metrics.tag_f1_score],
        averaged(sklearn.metrics.f1_score),
        predictions(averaging(average=AVERAGES)),
    ),
    "fbeta": Row(
        [metrics.tag_fbeta_score],
        averaged(sklearn.metrics.fbeta_score),
        predictions(averaging(required={"beta": st.floats(0.1, 4)}, average=AVERAGES)),
    ),
    "minority_recall": Row(
        [metrics.minority_recall_score, metrics.tag_minority_recall_score],
        averaged(sklearn.metrics.recall_score, exclude="majority"),
        predictions(),
    ),
    "minority_f1": Row(
        [metrics.minority_f1_score, metrics.tag_minority_f1_score],
        averaged(sklearn.metrics.f1_score, exclude="majority"),
        predictions(),
    ),
    "geometric_mean": Row(
        [metrics.geometric_mean_score, metrics.tag_geometric_mean_score],
        geometric_mean,
        predictions(averaging(correction=st.floats(0, 1))),
    ),
    "index_balanced_accuracy": Row(
        [metrics.index_balanced_accuracy_score, metrics.tag_index_balanced_accuracy_score],
        index_balanced_accuracy,
        predictions(averaging(alpha=st.floats(0, 1), squared=st.booleans())),
    ),
    "macro_mean_absolute_error": Row(
        [metrics.macro_mean_absolute_error, metrics.tag_macro_mean_absolute_error],
        on_scale(error_of_even_classes),
        predictions(in_order),
    ),
    "macro_mean_absolute_error_of_imbalanced_learn": Row(
        [metrics.macro_mean_absolute_error, metrics.tag_macro_mean_absolute_error],
        on_scale(imblearn.metrics.macro_averaged_mean_absolute_error),
        # It fails on a class that is only predicted.
        predictions(in_order).map(without_false_classes),
    ),
    "quadratic_weighted_kappa": Row(
        [metrics.quadratic_weighted_kappa_score, metrics.tag_quadratic_weighted_kappa_score],
        weighted(partial(sklearn.metrics.cohen_kappa_score, weights="quadratic")),
        predictions(in_order),
    ),
    "average_precision": Row(
        [metrics.macro_average_precision_score, metrics.tag_average_precision_score],
        one_vs_rest(sklearn.metrics.average_precision_score),
        columns(as_ranks, excluding(average=ONE_OR_EACH)),
    ),
    "roc_auc": Row(
        [metrics.macro_roc_auc_score, metrics.tag_roc_auc_score],
        one_vs_rest(sklearn.metrics.roc_auc_score),
        columns(as_ranks, excluding(average=ONE_OR_EACH)),
    ),
    "brier": Row(
        [metrics.brier_score, metrics.tag_brier_score],
        brier,
        columns(as_proba, lambda names: options(class_prior=st.just("uniform"))),
    ),
    "expected_calibration_error": Row(
        [metrics.expected_calibration_error, metrics.tag_expected_calibration_error],
        calibration_error,
        columns(as_proba, excluding(average=ONE_OR_EACH, n_bins=st.integers(1, 20))),
    ),
}
every_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
TOOLS = {
    "ConfidenceInterval",
    "SpanError",
    "confidence_interval",
    "get_scorer",
    "get_scorer_names",
    "get_scorers",
    "tag_classification_report",
    "tag_confusion_matrix",
}


def asked(metric, case):
    """What a metric gives for tags in sequences as they are cut."""
    parts = [case.y_true, case.output, case.weight]
    if metric.__name__.startswith("tag_"):
        parts = [
            part if part is None else Sequences.from_lengths(part, case.lengths) for part in parts
        ]
    y_true, output, weight = parts
    return metric(y_true, output, sample_weight=weight, **case.options)


def assert_equal_to_peer(row, case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peers warn of classes that are missing; ours must not
        expected = row.theirs(case, **case.options)
    for metric in row.ours:
        score = asked(metric, case)
        assert np.shape(score) == np.shape(expected)
        np.testing.assert_allclose(score, expected, atol=1e-12)


@every_row
@settings(max_examples=25)
@given(data=st.data())
def test_metrics_equal_their_peer(row, data):
    assert_equal_to_peer(row, data.draw(row.cases))


@pytest.mark.slow
@every_row
@settings(max_examples=1000, derandomize=True)
@given(data=st.data())
def test_metrics_equal_their_peer_on_a_thousand_cases(row, data):
    assert_equal_to_peer(row, data.draw(row.cases))


def test_every_metric_has_a_row():
    names = {metric.__name__ for row in ROWS.values() for metric in row.ours}
    spans = {name for name in metrics.__all__ if name.startswith("span_")}
    assert names | spans | TOOLS == set(metrics.__all__)
