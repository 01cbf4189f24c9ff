"""A fitted estimator as a model of ONNX: inputs, scaling, nets, and what their scores mean."""

import json
from dataclasses import asdict

import numpy as np

from skseq import __version__
from skseq.data import number_columns
from skseq.estimators._classes import BaseClassEstimator
from skseq.serving._graph import Graph
from skseq.serving._layers import network_scores
from skseq.serving._probabilities import log_probabilities, mean, posterior_outputs
from skseq.serving._scaling import scaled_values


def model_of(estimator):
    """Model of ONNX; `to_onnx` says what goes in and what comes out."""
    graph = Graph()
    inputs, values, summary = _read_inputs(estimator, graph)
    scores = [
        graph.cast(network_scores(net.module_, graph, values, "lengths", summary), "float64")
        for net in estimator.nets_
    ]
    batch = ["batch", "time"] if estimator._per_step else ["batch"]
    write = _write_classes if isinstance(estimator, BaseClassEstimator) else _write_numbers
    return graph.as_model(inputs, write(estimator, graph, scores, batch), _metadata(estimator))


def _read_inputs(estimator, graph):
    """Inputs of the model; values that nets read; summaries of sequences or None."""
    lengths = {"lengths": ("int64", ["batch"])}
    if estimator.input_kind_ == "tokens":
        is_real = graph.step_mask("lengths", "tokens")
        ids = graph("Where", is_real, "tokens", 0)
        return {"tokens": ("int64", ["batch", "time"])} | lengths, ids, None
    dtype = "int64" if estimator._reads_ids else "float64"
    if estimator.channels_ is None:
        values, summary = scaled_values(estimator.scaler_, graph, "values", "lengths")
    else:
        values, summary = _read_channels(estimator, graph, dtype)
    shape = ["batch", "time", estimator.n_step_features_]
    return {"values": (dtype, shape)} | lengths, values, summary


def _read_channels(estimator, graph, dtype):
    if estimator._feature_encoder is not None:
        raise ValueError(
            "an estimator that was fitted on dicts of features cannot be exported, as it would "
            "leave out how it encodes them; fit it behind a FeatureEncoder, in a pipeline"
        )
    is_real = graph("Unsqueeze", graph.step_mask("lengths", "values"), graph.axes(2))
    values = graph("Where", is_real, "values", np.zeros((), dtype))
    if estimator._reads_ids:
        return values, None
    is_number = number_columns(estimator.channels_)
    ids, numbers = np.flatnonzero(~is_number), np.flatnonzero(is_number)
    scaled, summary = scaled_values(
        estimator.scaler_, graph, graph("Gather", values, numbers, axis=2), "lengths"
    )
    as_they_are = graph.cast(graph("Gather", values, ids, axis=2), "float32")
    parts = graph("Concat", as_they_are, scaled, axis=2)
    return graph("Gather", parts, np.argsort(np.concatenate([ids, numbers])), axis=2), summary


def _write_classes(estimator, graph, scores, batch):
    if isinstance(estimator.target_prior, str) and estimator.target_prior == "em":
        raise ValueError(
            'target_prior="em" looks at all sequences at once, so it cannot be exported; set it to '
            '"data", or to the shares that you expect'
        )
    heads = [net.criterion_.head for net in estimator.nets_]
    log_proba = log_probabilities(heads, graph, scores)
    probabilities, decided = posterior_outputs(estimator._posterior(), graph, log_proba, "lengths")
    graph.name_output(graph.cast(probabilities, "float32"), "probabilities")
    graph.name_output(decided, "predicted")
    return {
        "probabilities": ("float32", [*batch, len(estimator.classes_)]),
        "predicted": ("int64", batch),
    }


def _write_numbers(estimator, graph, scores, batch):
    scaled = graph("Squeeze", mean(graph, scores), graph.axes(-1))
    numbers = graph("Mul", scaled, float(estimator.target_scale_))
    graph.name_output(graph("Add", numbers, float(estimator.target_mean_)), "numbers")
    return {"numbers": ("float64", batch)}


def _metadata(estimator):
    about = {"estimator": type(estimator).__name__, "skseq": __version__}
    if hasattr(estimator, "classes_"):
        about["classes"] = json.dumps(estimator.classes_.tolist(), default=str)
    if estimator.channels_ is not None:
        about["channels"] = json.dumps([asdict(channel) for channel in estimator.channels_])
    if estimator._vocabulary is not None:
        about["vocabulary"] = json.dumps(list(estimator._vocabulary))
    return about
