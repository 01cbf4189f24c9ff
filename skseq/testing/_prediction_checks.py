"""What predicts: classes, scores that agree, and weights that count."""

from numbers import Integral, Real

import numpy as np
from sklearn.model_selection import KFold, cross_validate
from sklearn.utils.validation import has_fit_parameter

from skseq.data import Sequences
from skseq.testing._compare import (
    assert_same,
    assert_same_outputs,
    fitted,
    flatten,
    is_same,
    learn,
    must,
    must_raise,
    outputs_of,
    seeded,
)
from skseq.testing._examples import NUMERIC, PER_STEP, as_lists, make_example

# Other names for the same three classes, in sorted order so that nothing else changes.
_LABELS = {
    "strings": np.array(["a", "b", "c"]),
    "objects": np.array(["a", "b", "c"], dtype=object),
    "integers": np.array([-1, 3, 7]),
    "small integers": np.array([0, 1, 2], dtype=np.int8),
}


def prediction_checks(estimator, kind):
    """Yield the checks of this file that fit an estimator."""
    yield check_predictions_align
    if kind in NUMERIC:
        yield check_predictions_are_numbers
        yield check_types_of_numbers
    else:
        yield check_classes
        yield check_boolean_labels
        yield check_one_class
        yield check_continuous_target
        yield check_scores_agree
    if hasattr(estimator, "predict_intensity"):
        yield check_intensity
    yield check_score
    yield check_cross_validation
    if kind in PER_STEP:
        yield check_tags_of_a_list_are_lists
    if "max_epochs" in estimator.get_params() or "max_iter" in estimator.get_params():
        yield check_n_iter
    if "class_weight" in estimator.get_params():
        yield check_class_weight
    if has_fit_parameter(estimator, "sample_weight"):
        yield check_weights_in_X_count
        if kind in PER_STEP:
            yield check_weights_of_steps
    if hasattr(estimator, "partial_fit"):
        yield check_partial_fit_of_numbers if kind in NUMERIC else check_partial_fit
    if "warm_start" in estimator.get_params():
        yield check_warm_start


def check_predictions_align(estimator, example):
    """There is one prediction for each sequence, for each step of a tagger."""
    for method, output in outputs_of(fitted(estimator, example), example).items():
        flat, lengths = flatten(output)
        if example.per_step:
            must(
                lengths is not None and np.array_equal(lengths, example.X.lengths),
                f"{method} must give one output for each step, aligned with X",
            )
        else:
            must(
                lengths is None and len(flat) == len(example.X),
                f"{method} must give one output for each of the {len(example.X)} sequences, got "
                f"shape {flat.shape}",
            )


def check_predictions_are_numbers(estimator, example):
    """Predictions are finite floats."""
    predicted, _ = flatten(fitted(estimator, example).predict(example.X))
    must(
        predicted.dtype.kind == "f" and np.isfinite(predicted).all(),
        f"predict must give finite floats, got {predicted.dtype}: {predicted[:5]}",
    )


def check_types_of_numbers(estimator, example):
    """Whole numbers are learnt the same as integers and as floats."""
    whole = np.rint(flatten(example.y)[0])
    typed = [whole, whole.astype(np.int64), whole.astype(np.float32)]
    if example.per_step:
        typed = [example.y.replace(values=values) for values in typed]
    expected, *others = [
        outputs_of(fitted(estimator, example.replace(y=y)), example) for y in typed
    ]
    for got in others:
        assert_same_outputs(got, expected, "must be the same for y as integers and as floats")


def check_classes(estimator, example):
    """Labels of any type are learnt the same, and predictions are labels of that type."""
    expected = outputs_of(fitted(estimator, example.relabelled(_LABELS["strings"])), example)
    for name, labels in _LABELS.items():
        labels = labels[: example.n_classes]
        model = fitted(estimator, example.relabelled(labels))
        must(
            np.array_equal(model.classes_, labels),
            f"classes_ must be the sorted {name} {labels}, got {model.classes_}",
        )
        got = outputs_of(model, example)
        predicted, _ = flatten(got.pop("predict"))
        must(
            set(predicted.tolist()) <= set(labels.tolist()),
            f"predict must give labels of y, {name} {labels}, got {np.unique(predicted)}",
        )
        assert_same_outputs(got, expected, f"must be the same for labels that are {name}")


def check_boolean_labels(estimator, example):
    """Two classes may be False and True."""
    binary = make_example(example.kind, example.form, n_classes=2)
    model = fitted(estimator, binary.relabelled([False, True]))
    predicted, _ = flatten(model.predict(binary.X))
    must(predicted.dtype == bool, f"predict must give bool for bool labels, got {predicted.dtype}")


def check_one_class(estimator, example):
    """With one class only, fit either says so or every prediction is that class."""
    y = example.relabelled(["only", "only", "only"]).y
    try:
        model = learn(seeded(estimator), example.X, y)
    except ValueError as error:
        must("class" in str(error), f"fit of one class must say 'class', got: {error}")
        return
    predicted, _ = flatten(model.predict(example.X))
    must(set(predicted.tolist()) == {"only"}, "with one class, predict must give that class")


def check_continuous_target(estimator, example):
    """Numbers that are not classes are refused."""
    rng = np.random.default_rng(0)
    if example.per_step:
        y = example.y.replace(values=rng.normal(size=example.y.n_steps))
    else:
        y = rng.normal(size=len(example.X))
    with must_raise(ValueError, "unknown label type|continuous", "fit of a continuous y"):
        learn(seeded(estimator), example.X, y)


def check_scores_agree(estimator, example):
    """Probabilities sum to 1, and the largest score is the predicted class."""
    for n_classes in range(2, example.n_classes + 1):
        sample = make_example(example.kind, example.form, n_classes=n_classes)
        model = fitted(estimator, sample)
        got = {method: flatten(output)[0] for method, output in outputs_of(model, sample).items()}
        if "predict_proba" in got:
            _check_probabilities(got, n_classes)
        if "decision_function" in got:
            _check_decisions(got, model.classes_)


def _check_probabilities(got, n_classes):
    proba = got["predict_proba"]
    must(
        proba.shape == (len(got["predict"]), n_classes),
        f"predict_proba must have one column for each of {n_classes} classes, got {proba.shape}",
    )
    must((proba >= 0).all(), "predict_proba must not be negative")
    must(np.allclose(proba.sum(axis=1), 1, atol=1e-5), "rows of predict_proba must sum to 1")
    if "predict_log_proba" in got:
        assert_same(
            np.exp(got["predict_log_proba"]), proba, "predict_log_proba must be its logarithm"
        )


def _check_decisions(got, classes):
    scores = got["decision_function"]
    if scores.ndim == 1 or scores.shape[1] == 1:
        codes = (scores.ravel() > 0).astype(int)
    else:
        codes = scores.argmax(axis=1)
    must(
        np.array_equal(classes[codes], got["predict"]),
        "the largest score of decision_function must be the class that predict gives",
    )


def check_intensity(estimator, example):
    """The intensity of ordered classes rises with the order, whatever the order of labels."""
    codes = np.searchsorted(["common", "rare", "seldom"], flatten(example.y)[0])
    intensities = []
    for order in ([0, 1, 2], [2, 1, 0]):
        labels = np.array(order)[codes]
        model = learn(seeded(estimator, classes=order), example.X, labels)
        intensity = model.predict_intensity(example.X)
        must(
            intensity.shape == (len(example.X),) and np.isfinite(intensity).all(),
            f"predict_intensity must give one finite number per sequence, got {intensity.shape}",
        )
        must(
            np.array_equal(model.classes_, [0, 1, 2]),
            f"classes_ must be sorted, got {model.classes_} for the order {order}",
        )
        intensities.append(intensity)
    assert_same(*intensities, "predict_intensity must follow the order, not the names of classes")


def check_score(estimator, example):
    """Score takes X and y and gives one finite number."""
    value = fitted(estimator, example).score(example.X, example.y)
    must(isinstance(value, Real) and np.isfinite(value), f"score must be a number, got {value!r}")


def check_cross_validation(estimator, example):
    """scikit-learn splits X and y, fits clones, and scores them."""
    folds = KFold(2, shuffle=True, random_state=0)
    result = cross_validate(seeded(estimator), example.X, example.y, cv=folds, error_score="raise")
    must(np.isfinite(result["test_score"]).all(), "cross_validate must give finite scores")


def check_tags_of_a_list_are_lists(estimator, example):
    """Predict gives a list of lists for a list, and Sequences for Sequences."""
    model = fitted(estimator, example)
    tags = model.predict(example.X)
    must(
        isinstance(tags, Sequences),
        f"predict must give Sequences for Sequences, got {type(tags).__name__}",
    )
    listed = model.predict(as_lists(example.X))
    must(
        isinstance(listed, list) and all(isinstance(row, list) for row in listed),
        f"predict must give a list of lists for a list, got {type(listed).__name__}",
    )
    assert_same(listed, tags, "predict must give a list the labels that it gives Sequences")


def check_n_iter(estimator, example):
    """n_iter_ counts the passes over the data."""
    n_iter = getattr(fitted(estimator, example), "n_iter_", None)
    must(
        isinstance(n_iter, Integral) and n_iter >= 1,
        f"n_iter_ must be an integer of at least 1, got {n_iter!r}",
    )


def check_class_weight(estimator, example):
    """A class that outweighs the others by far is predicted nearly always."""
    classes = np.unique(flatten(example.y)[0])
    weights = dict.fromkeys(classes.tolist(), 0.0001) | {classes[-1].item(): 1000.0}
    model = seeded(estimator, class_weight=weights)
    predicted, _ = flatten(learn(model, example.X, example.y).predict(example.X))
    share = np.mean(predicted == classes[-1])
    must(
        share > 0.87,
        f"with class_weight={weights} nearly all predictions must be {classes[-1].item()!r}, got "
        f"{share:.0%}",
    )


def check_weights_in_X_count(estimator, example):
    """Weights that the sequences carry count like sample_weight."""
    weight = np.random.default_rng(5).integers(1, 4, size=len(example.X)).astype(np.float64)
    expected = outputs_of(fitted(estimator, example, sample_weight=weight), example)
    carried = example.replace(X=example.X.replace(weight=weight))
    got = outputs_of(fitted(estimator, carried), example)
    assert_same_outputs(got, expected, "must be the same for weights in X as for sample_weight")


def check_weights_of_steps(estimator, example):
    """The weight of a sequence is that of each of its steps."""
    weight = np.random.default_rng(5).integers(1, 4, size=len(example.X)).astype(np.float64)
    expected = outputs_of(fitted(estimator, example, sample_weight=weight), example)
    steps = np.repeat(weight, example.X.lengths)
    carried = example.replace(X=example.X.replace(weight=steps))
    got = outputs_of(fitted(estimator, carried), example)
    assert_same_outputs(got, expected, "must be the same for weights of the steps in X")


def check_partial_fit(estimator, example):
    """partial_fit learns batch by batch, and knows classes that a batch misses."""
    classes = np.unique(flatten(example.y)[0])
    model, X = seeded(estimator), example.X
    if example.form == "tokens":  # the first batch may miss some
        X = X.replace(n_tokens=int(X.values.max()) + 1)
    returned = model.partial_fit(X[:3], example.y[:3], classes=classes)
    must(returned is model, "partial_fit must return self")
    model.partial_fit(X[3:], example.y[3:])
    must(
        np.array_equal(model.classes_, classes),
        f"classes_ must be those named at the first partial_fit, {classes}, got {model.classes_}",
    )
    predicted, _ = flatten(model.predict(example.X))
    must(set(predicted.tolist()) <= set(classes.tolist()), "predict must give known labels")


def check_partial_fit_of_numbers(estimator, example):
    """partial_fit learns batch by batch."""
    model, X = seeded(estimator), example.X
    if example.form == "tokens":  # the first batch may miss some
        X = X.replace(n_tokens=int(X.values.max()) + 1)
    returned = model.partial_fit(X[:12], example.y[:12])
    must(returned is model, "partial_fit must return self")
    first = outputs_of(model, example)
    second = outputs_of(model.partial_fit(X[12:], example.y[12:]), example)
    must(
        not is_same(first["predict"], second["predict"]),
        "a second partial_fit must go on learning",
    )


def check_warm_start(estimator, example):
    """With warm_start a second fit goes on from the first."""
    model = seeded(estimator, warm_start=True)
    learn(model, example.X, example.y)
    first = outputs_of(model, example)
    if "n_estimators" in model.get_params(deep=False):
        model.set_params(n_estimators=model.n_estimators + 2)  # an ensemble goes on with more
    second = outputs_of(learn(model, example.X, example.y), example)
    method = "predict" if example.is_numeric else "predict_proba"
    if method in first:
        same = np.allclose(flatten(first[method])[0], flatten(second[method])[0], atol=1e-7)
        must(not same, "with warm_start=True a second fit must go on from the first one")
