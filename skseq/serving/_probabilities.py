"""From the scores of nets to probabilities and decisions, as nodes of ONNX in double precision."""

import numpy as np

from skseq.decisions import log_prior_ratio
from skseq.losses._ordinal import (
    SMALLEST_GAP,
    CoralLoss,
    CornLoss,
    CumulativeLoss,
    IntensityLoss,
)
from skseq.nn import OrdinalHead

# A logit as good as infinite.
_SURE = 1e3


def log_probabilities(heads, graph, scores):
    """Log probabilities that nets give on average: (..., n_classes)."""
    each = [_log_proba(head, graph, one) for head, one in zip(heads, scores, strict=True)]
    return each[0] if len(each) == 1 else _log_softmax(graph, mean(graph, each))


def mean(graph, tensors):
    """Mean of some tensors."""
    total, *others = tensors
    for other in others:
        total = graph("Add", total, other)
    return total if not others else graph("Div", total, np.float64(len(tensors)))


def posterior_outputs(posterior, graph, log_proba, lengths):
    """Probabilities under the target prior, and the class that is decided for, by its place."""
    target, rule = posterior.of_any_data()
    if posterior.calibration is not None:
        factor, shift = posterior.calibration
        log_proba = graph("Add", graph("Mul", log_proba, factor), shift)
        log_proba = _log_softmax(graph, log_proba)
    if not np.array_equal(posterior.train_prior, target):
        shift = log_prior_ratio(posterior.train_prior, target)
        log_proba = _log_softmax(graph, graph("Add", log_proba, shift))
    chain = posterior.chain
    if chain is not None:
        marginals = _log_softmax(graph, _through(chain, graph, log_proba, lengths, _log_sum_exp))
    else:
        marginals = log_proba
    if rule.cost is not None:
        costs = graph("MatMul", graph("Exp", marginals), rule.cost)
        decided = graph("ArgMin", costs, axis=-1, keepdims=0)
    else:
        scores = log_proba if rule.offsets is None else graph("Add", log_proba, rule.offsets)
        if chain is not None:
            scores = _through(chain, graph, scores, lengths, _largest)
        decided = graph("ArgMax", scores, axis=-1, keepdims=0)
    return graph("Exp", marginals), decided


def _log_softmax(graph, scores):
    return graph("LogSoftmax", scores, axis=-1)


# -- heads --------------------------------------------------------------------------------------


def _log_proba(head, graph, scores):
    if not isinstance(head, OrdinalHead):
        return _log_softmax(graph, scores)
    loss = head.loss
    match loss:
        case CornLoss():
            of_ranks = _corn(graph, scores)
        case CoralLoss():
            n_logits = np.array([len(loss.rank) - 1])
            logits, _ = graph("TopK", scores, n_logits, axis=-1, n_outputs=2)  # in order
            of_ranks = _cumulative(graph, logits)
        case CumulativeLoss():
            of_ranks = _cumulative(graph, scores)
        case IntensityLoss():
            intensity = graph("Add", graph("Mul", scores, loss.scale_), loss.mean_)
            distance = graph("Sub", intensity, loss.thresholds_)
            of_ranks = _cumulative(graph, graph("Mul", distance, loss.slope_))
        case _:
            raise ValueError(f"the head of {type(loss).__name__} cannot be exported")
    return graph("Gather", of_ranks, np.asarray(loss.rank, dtype=np.int64), axis=-1)


def _corn(graph, logits):
    up, stay = _log_sigmoid(graph, logits), _log_sigmoid(graph, graph("Neg", logits))
    nothing = graph("Mul", graph.slice(logits, 0, 1, 1), 0.0)
    reached = graph("Concat", nothing, graph("CumSum", up, np.int64(1)), axis=1)
    return graph("Add", reached, graph("Concat", stay, nothing, axis=1))


def _cumulative(graph, logits):
    nothing = graph("Mul", graph.slice(logits, 0, 1, 1), 0.0)
    upper = graph("Concat", graph("Add", nothing, _SURE), logits, axis=1)
    lower = graph("Concat", logits, graph("Sub", nothing, _SURE), axis=1)
    gap = graph("Max", graph("Sub", upper, lower), SMALLEST_GAP)
    apart = graph("Log", graph("Sub", 1.0, graph("Exp", graph("Neg", gap))))
    ends = graph("Add", _log_sigmoid(graph, upper), _log_sigmoid(graph, graph("Neg", lower)))
    return _log_softmax(graph, graph("Add", ends, apart))


def _log_sigmoid(graph, x):
    beyond = graph("Log", graph("Add", 1.0, graph("Exp", graph("Neg", graph("Abs", x)))))
    return graph("Sub", graph("Min", x, 0.0), beyond)


# -- chains -------------------------------------------------------------------------------------


def _through(chain, graph, scores, lengths, join):
    """Weight of all ways through each tag of each step, in logarithms; or of the best of them.

    ``join`` says which: it joins ways (batch, n_tags, n_tags) that end in the same tag.
    """
    steps = graph.step_mask(lengths, scores)
    later_steps = graph.step_mask(graph("Sub", lengths, np.int64(1)), scores)
    is_last = graph("Unsqueeze", graph("Xor", steps, later_steps), graph.axes(2))
    scores = graph("Add", scores, graph("Where", is_last, chain.last, 0.0))
    first = graph("Add", graph.slice(scores, 0, 1, 1), chain.first)
    rest = graph.slice(scores, 1, np.iinfo(np.int64).max, 1)
    scores = graph("Concat", first, rest, axis=1)
    mask = graph("Unsqueeze", steps, graph.axes(2))
    earlier = _scan(graph, scores, mask, chain.transitions, join, reverse=False)
    later = _scan(graph, scores, mask, chain.transitions.T, join, reverse=True)
    return graph("Add", graph("Add", scores, earlier), later)


def _scan(graph, scores, mask, transitions, join, *, reverse):
    """What comes from the steps before each step, or, in ``reverse``, from those after."""
    body = graph.body()
    before, step, is_real = (body.new_name() for _ in range(3))
    ways = body("Unsqueeze", body("Add", before, step), body.axes(2))
    joined = join(body, body("Add", ways, transitions))
    after, given = body("Where", is_real, joined, 0.0), body("Identity", before)
    by_time = [graph("Transpose", each, perm=[1, 0, 2]) for each in (scores, mask)]
    start = graph("Mul", graph("Gather", scores, np.int64(0), axis=1), 0.0)
    direction = int(reverse)
    _, given = graph(
        "Scan",
        start,
        *by_time,
        n_outputs=2,
        num_scan_inputs=2,
        scan_input_directions=[direction, direction],
        scan_output_directions=[direction],
        body=body.as_body([before, step, is_real], [after, given]),
    )
    return graph("Transpose", given, perm=[1, 0, 2])


def _log_sum_exp(graph, ways):
    return graph("ReduceLogSumExp", ways, graph.axes(1), keepdims=0)


def _largest(graph, ways):
    return graph("ReduceMax", ways, graph.axes(1), keepdims=0)
