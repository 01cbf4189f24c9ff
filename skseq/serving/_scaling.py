"""Values brought to a common scale, as nodes of ONNX: float64 in, float32 out."""

import numpy as np
from sklearn.preprocessing import StandardScaler

from skseq.training._scale import _LARGEST, StepScaler
from skseq.training._series_scale import SeriesScaler


def scaled_values(scaler, graph, values, lengths):
    """Values (batch, time, n_features) that a net reads, and summaries of sequences or None."""
    mask = graph("Unsqueeze", graph.step_mask(lengths, values), graph.axes(2))
    values, summary = _scale(scaler, graph, graph("Where", mask, values, 0.0), mask, lengths), None
    if isinstance(values, tuple):
        values, summary = values
        summary = graph.cast(summary, "float32")
    values = graph.cast(graph("Where", mask, values, 0.0), "float32")
    return values, summary


def _scale(scaler, graph, values, mask, lengths):
    if scaler is None:
        return values
    if isinstance(scaler, StepScaler):
        return _scaled_steps(scaler, graph, values)
    if isinstance(scaler, SeriesScaler):
        return _scaled_series(scaler, graph, values, mask, lengths)
    if isinstance(scaler, StandardScaler):
        n_features = scaler.n_features_in_
        mean = np.zeros(n_features) if scaler.mean_ is None else scaler.mean_
        scale = np.ones(n_features) if scaler.scale_ is None else scaler.scale_
        return graph("Div", graph("Sub", values, mean), scale)
    raise ValueError(
        f"scale={scaler!r} cannot be exported; use one of 'auto', 'set' and 'series', a "
        "StandardScaler, or None and values that are scaled beforehand"
    )


def _scaled_steps(scaler, graph, values):
    away = _clip(graph, graph("Sub", values, scaler.center_), _LARGEST)
    fine = _clip(graph, _divided(graph, away, scaler.fine_scale_), 1.0)
    fine = graph("Mul", fine, 1 - scaler.fine_scale_ / scaler.scale_)
    coarse = graph("Sub", _divided(graph, away, scaler.scale_), scaler.shift_)
    return _grow_slowly(graph, graph("Add", fine, coarse), scaler.limit)


def _scaled_series(scaler, graph, values, mask, lengths):
    count = graph.cast(graph("Unsqueeze", lengths, graph.axes(1, 2)), "float64")

    def mean_of(steps):
        total = graph("ReduceSum", graph("Where", mask, steps, 0.0), graph.axes(1))
        return graph("Div", total, count)

    size = graph("ReduceMax", graph("Abs", values), graph.axes(1))  # padding is 0
    is_zero = graph("Equal", size, 0.0)
    unit = _divided(graph, values, graph("Where", is_zero, 1.0, size))
    mean = mean_of(unit)
    away = graph("Sub", unit, mean)
    std = graph("Max", graph("Sqrt", mean_of(graph("Mul", away, away))), 1e-10)
    scaled = _grow_slowly(graph, graph("Div", away, std), scaler.limit)
    log_size = graph("Log", graph("Max", size, scaler.least_))
    numbers = [
        graph("Div", mean, std),
        graph("Add", log_size, graph("Log", std)),
        log_size,
        graph("Log", count),
    ]
    numbers = graph("Squeeze", graph("Concat", *numbers, axis=2), graph.axes(1))
    return scaled, _scaled_steps(scaler.summary_scaler_, graph, numbers)


def _divided(graph, values, by):
    return _clip(graph, graph("Div", values, by), _LARGEST)


def _clip(graph, values, limit):
    return graph("Clip", values, np.float64(-limit), np.float64(limit))


def _grow_slowly(graph, values, limit):
    size = graph("Abs", values)
    excess = graph("Max", graph("Sub", size, np.float64(limit)), np.float64(0))
    grown = graph("Mul", graph("Sign", values), graph("Log", graph("Add", excess, np.float64(1))))
    return graph("Add", _clip(graph, values, limit), grown)
