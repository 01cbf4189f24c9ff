"""Intervals cover the truth as often as they say, and what is drawn is the sequence."""

import inspect

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, r2_score

from skseq import Sequences, metrics
from skseq.metrics import confidence_interval


def test_the_interval_is_that_of_draws_made_by_hand():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.integers(0, 2, 40), rng.integers(0, 2, 40)
    ours = confidence_interval(accuracy_score, y_true, y_pred, n_resamples=200, random_state=3)
    rng = np.random.RandomState(3)
    scores = []
    for _ in range(200):
        rows = rng.randint(40, size=40)
        scores.append(np.mean(y_true[rows] == y_pred[rows]))
    np.testing.assert_allclose(ours[1:], np.quantile(scores, [0.025, 0.975]))
    assert ours.estimate == np.mean(y_true == y_pred)


def test_steps_of_one_sequence_are_drawn_together():
    rng = np.random.default_rng(1)
    right = rng.random(50) < 0.7
    length = 20
    y_true = Sequences(np.ones(50 * length, dtype=int), np.arange(51) * length)
    y_pred = y_true.replace(values=np.repeat(right, length).astype(int))
    options = {"n_resamples": 100, "random_state": 0}
    ours = confidence_interval(metrics.tag_accuracy_score, y_true, y_pred, **options)
    by_sequence = confidence_interval(accuracy_score, np.ones(50), right.astype(float), **options)
    np.testing.assert_allclose(ours, by_sequence)
    by_step = confidence_interval(accuracy_score, y_true.values, y_pred.values, **options)
    assert ours.high - ours.low > 3 * (by_step.high - by_step.low)


def test_weights_and_copies_draw_the_same():
    rng = np.random.default_rng(2)
    tags = Sequences(rng.choice(["O", "A"], 90, p=[0.8, 0.2]), np.arange(31) * 3)
    noisy = tags.replace(values=np.where(rng.random(90) < 0.7, tags.values, "O"))

    def without_weight(y_true, y_pred):
        return metrics.tag_f1_score(y_true, y_pred)

    options = {"n_resamples": 50, "random_state": 0}
    weighted = confidence_interval(metrics.tag_f1_score, tags, noisy, **options)
    copied = confidence_interval(without_weight, tags, noisy, **options)
    np.testing.assert_allclose(weighted, copied)
    lists = confidence_interval(without_weight, tags.tolist(), noisy.tolist(), **options)
    np.testing.assert_allclose(lists, copied)


OF_STEPS = [
    name
    for name in metrics.__all__
    if name.startswith("tag_")
    and name.endswith(("_score", "_error", "_corrcoef"))
    and "y_pred" in inspect.signature(getattr(metrics, name)).parameters
]
OF_SPANS = ["span_f1_score", "span_fbeta_score", "span_precision_score", "span_recall_score"]


def tags_to_draw(seed=6, n=60):
    """Tags of -1, 0, 1, 2 and marks of -100, the commonest of all."""
    rng = np.random.default_rng(seed)
    offsets = np.append(0, np.cumsum(rng.integers(1, 9, n)))
    tags = Sequences(
        rng.choice([-100, -1, 0, 1, 2], offsets[-1], p=[0.4, 0.1, 0.3, 0.15, 0.05]), offsets
    )
    known = np.where(tags.values == -100, 0, tags.values)
    return tags, tags.replace(values=np.where(rng.random(offsets[-1]) < 0.7, known, 1))


@pytest.mark.parametrize("name", OF_STEPS)
@pytest.mark.parametrize("is_weighted", [False, True])
def test_steps_that_are_alike_are_counted_once_with_the_same_result(name, is_weighted):
    metric = getattr(metrics, name)

    def step_by_step(y_true, y_pred, sample_weight=None, **arguments):
        assert y_true.n_steps == tags.n_steps
        return metric(y_true, y_pred, sample_weight=sample_weight, **arguments)

    tags, predicted = tags_to_draw()
    options = {"n_resamples": 30, "random_state": 0, "ignore": -100}
    if name == "tag_fbeta_score":
        options["beta"] = 2.0
    if is_weighted:
        options |= {"groups": np.arange(60) // 4, "sample_weight": np.arange(60) % 3}
    arguments = [{}]
    if "exclude" in inspect.signature(metric).parameters:
        arguments.append({"exclude": "majority"})
    for about in arguments:
        ours = confidence_interval(metric, tags, predicted, **options, **about)
        expected = confidence_interval(step_by_step, tags, predicted, **options, **about)
        np.testing.assert_allclose(ours, expected, rtol=1e-12)


@pytest.mark.parametrize("name", OF_SPANS)
@pytest.mark.parametrize(
    "about",
    [
        {},
        {"scheme": "IOB2", "average": "macro"},
        {"scheme": "plain", "average": "weighted"},
        {"labels": ["B", "_", "absent"], "average": "macro"},
        {"ignore": "?", "groups": np.arange(60) // 4, "sample_weight": np.arange(60) % 3},
    ],
)
def test_spans_that_are_alike_are_counted_once_with_the_same_result(name, about):
    metric = getattr(metrics, name)

    def span_by_span(y_true, y_pred, sample_weight=None, **arguments):
        return metric(y_true, y_pred, sample_weight=sample_weight, **arguments)

    numbers, guesses = tags_to_draw()
    names = np.array(["I-A-B", "O", "B-A-B", "I"])  # of -1 to 2; of the last, a bare prefix
    tags, predicted = (
        each.replace(values=names[np.clip(each.values, -1, 2) + 1]) for each in (numbers, guesses)
    )
    if "ignore" in about:
        tags = tags.replace(values=np.where(numbers.values == -100, "?", tags.values))
    options = {"n_resamples": 30, "random_state": 0} | about
    if name == "span_fbeta_score":
        options["beta"] = 2.0
    ours = confidence_interval(metric, tags, predicted, **options)
    expected = confidence_interval(span_by_span, tags, predicted, **options)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)
    assert ours.low < ours.high or "labels" in about


def test_draws_without_any_span_are_scored_as_ever():
    tags = [["O"]] * 3 + [["B-A"]]
    options = {"n_resamples": 20, "random_state": 0, "zero_division": 1.0}
    ours = confidence_interval(metrics.span_f1_score, tags, [["O"]] * 4, **options)
    assert ours == (0.0, 0.0, 1.0)


def test_a_step_is_looked_at_once_whatever_the_number_of_draws(monkeypatch):
    n_steps = []

    def count(y_true, y_pred, ignore=None, sample_weight=None):
        n_steps.append(y_true.n_steps)
        return 0.0

    monkeypatch.setattr("skseq.metrics._bootstrap._OF_STEPS", (count,))
    tags, predicted = tags_to_draw()
    confidence_interval(count, tags, predicted, n_resamples=3, ignore=-100)
    kinds = set(zip(tags.values.tolist(), predicted.values.tolist(), strict=True))
    n_kinds = sum(tag != -100 for tag, _ in kinds)
    assert n_steps == [2 * n_kinds] * 3 + [tags.n_steps]


def test_it_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    covered = 0

    def accuracy(y_true, y_pred):
        return np.mean(y_true == y_pred)

    for _ in range(150):
        right = rng.random(60) < 0.8
        low, high = confidence_interval(
            accuracy, np.ones(60), right.astype(float), n_resamples=120,
            confidence_level=0.9, random_state=rng.integers(2**31),
        )[1:]  # fmt: skip
        covered += low <= 0.8 <= high
    assert 0.82 < covered / 150 < 0.97


def test_groups_are_drawn_as_wholes():
    rng = np.random.default_rng(4)
    right = np.repeat(rng.random(12) < 0.6, 10).astype(float)
    groups = np.repeat(np.arange(12), 10)
    alone = confidence_interval(accuracy_score, np.ones(120), right, random_state=0)
    whole = confidence_interval(accuracy_score, np.ones(120), right, groups=groups, random_state=0)
    assert whole.high - whole.low > 2 * (alone.high - alone.low)


def test_probabilities_and_arguments_reach_the_metric():
    rng = np.random.default_rng(5)
    y, proba = rng.choice(["a", "b"], 30), rng.dirichlet([1, 1], 30)
    interval = confidence_interval(
        metrics.brier_score, y, proba, classes=["a", "b"], n_resamples=20, random_state=0
    )
    assert interval.low < interval.estimate < interval.high


def test_bad_input_is_refused_with_its_reason():
    with pytest.raises(ValueError, match="y_pred has 1 entries but y_true has 2"):
        confidence_interval(accuracy_score, [0, 1], [0])
    with pytest.raises(ValueError, match="at least 2 sequences or groups to draw, got 1"):
        confidence_interval(accuracy_score, [0, 1], [0, 1], groups=["a", "a"])
    with pytest.raises(ValueError, match="'confidence_level' parameter"):
        confidence_interval(r2_score, [0, 1], [0, 1], confidence_level=95)
