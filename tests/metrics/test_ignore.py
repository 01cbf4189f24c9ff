"""Marks in place of a label: every metric of steps and spans scores what is left without them."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.data import cut_steps
from skseq.metrics import confidence_interval, get_scorer, tag_f1_score
from skseq.metrics._scorers import METRICS

NAMES = [name for name in METRICS if name.startswith(("tag_", "span_"))]
TAGS = {"span": ["B-A", "I-A", "B-B", "O"], "text": ["a", "b", "c", "O"], "numbers": [0, 1, 2, 3]}


def draw(tags, rng):
    """True tags, tags or probabilities, and which steps keep their label."""
    lengths = rng.integers(1, 7, 12)
    n_steps = lengths.sum()
    y_true = Sequences.from_lengths(np.array(tags)[rng.integers(0, 4, n_steps)], lengths)
    y_pred = y_true.replace(values=np.array(tags)[rng.integers(0, 4, n_steps)])
    proba = y_true.replace(values=rng.dirichlet(np.ones(4), n_steps))
    return y_true, y_pred, proba, rng.random(n_steps) < 0.7


def marked(y_true, known, mark):
    values = y_true.values.astype(object)
    values[~known] = mark
    return Sequences(values, y_true.offsets).tolist()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("mark", [-100, None, float("nan"), "-"])
@pytest.mark.parametrize("name", NAMES)
def test_a_metric_leaves_out_steps_with_a_mark(name, mark, weighted):
    rng = np.random.default_rng(0)
    metric = METRICS[name]
    kind = "span" if name.startswith("span_") else "numbers" if mark != "-" else "text"
    if kind == "text" and ("kappa" in name or "absolute" in name):
        pytest.skip("these take numbers")
    tags = TAGS[kind]
    if isinstance(mark, int) and kind == "span":
        pytest.skip("tags are all text or all numbers")
    y_true, y_pred, proba, known = draw(tags, rng)
    outputs = proba if metric.needs == "predict_proba" else y_pred
    weight = rng.uniform(0.5, 2, len(y_true)) if weighted else None
    arguments = dict(metric.arguments)
    if metric.needs == "predict_proba":
        arguments["classes"] = sorted(tags)
    kept = cut_steps(y_true, known), cut_steps(outputs, known)
    if weighted and not name.startswith("span_"):
        arguments["sample_weight"] = np.repeat(weight, kept[0].lengths)
    elif weighted:
        arguments["sample_weight"] = weight
    expected = metric.function(*kept, **arguments)
    if weighted:
        arguments["sample_weight"] = weight
    with_marks = marked(y_true, known, mark)
    ignore = [None] if mark is None else mark
    ours = metric.function(with_marks, outputs, ignore=ignore, **arguments)
    assert ours == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_refuses_marks_with_the_cure(name):
    y_true = [[-100, 0], [1]]
    outputs = [[[0.5, 0.5]] * 2, [[0.5, 0.5]]] if "proba" in METRICS[name].needs else [[0, 0], [1]]
    with pytest.raises(ValueError, match=r"y_true contains -100.*y_true\[0\].*ignore=-100"):
        METRICS[name].function(y_true, outputs, **METRICS[name].arguments)


def test_scorers_and_intervals_take_marks():
    y_true, y_pred = [[-100, 0, 1], [1, 0]] * 4, [[1, 0, 1], [1, 0]] * 4
    interval = confidence_interval(tag_f1_score, y_true, y_pred, ignore=-100, n_resamples=20)
    assert interval.estimate == interval.low == 1
    assert "ignore=-100" in repr(get_scorer("tag_f1_macro", ignore=-100))
