"""An exported model gives what `predict_proba` gives, whatever the size and padding of a batch."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from torch import nn

import skseq
from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)
from skseq.nn import BagEncoder
from skseq.preprocessing import (
    CharacterChannel,
    FeatureEncoder,
    IdChannel,
    NumberChannel,
    TokenEncoder,
)

onnxruntime = pytest.importorskip("onnxruntime")

# Two epochs teach nothing; what is compared is the net before and after.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 6, "max_epochs": 2, "random_state": 0}


def open_session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options)


@pytest.fixture
def export(tmp_path):
    def export(model):
        return open_session(skseq.to_onnx(model, tmp_path / "model.onnx"))

    return export


def padded(rows, n_more=2):
    """Inputs of a batch, with rubbish in the padding."""
    lengths = np.array([len(row) for row in rows])
    is_token = rows[0].dtype.kind in "iu"
    shape = (len(rows), lengths.max() + n_more, *rows[0].shape[1:])
    batch = np.full(shape, 3) if is_token else np.full(shape, np.nan)
    for place, row in enumerate(rows):
        batch[place, : len(row)] = row
    return {"tokens" if is_token else "values": batch, "lengths": lengths}


def padded_channels(X, n_more):
    """As `padded`, of sequences with several channels."""
    batch, lengths = X.to_padded()
    batch = np.pad(batch, [(0, 0), (0, n_more), (0, 0)])
    batch[np.arange(batch.shape[1]) >= lengths[:, None]] = -1 if X.dtype.kind == "i" else np.nan
    return {"values": batch.astype(np.int64 if X.dtype.kind == "i" else float), "lengths": lengths}


def check_same(session, model, X):
    """The same probabilities and predictions, for batches of several sizes."""
    for chosen in (range(len(X)), [3], [5, 1], [7, 7, 2]):
        rows = X[list(chosen)]
        n_more = len(rows) % 3
        if X.channels is None:
            inputs = padded([np.asarray(row) for row in rows], n_more)
        else:
            inputs = padded_channels(rows, n_more)
        given = session.run(None, inputs)
        is_real = np.arange(inputs["lengths"].max() + n_more) < inputs["lengths"][:, None]
        proba, predicted = [each[is_real] if model._per_step else each for each in given]
        expected = model.predict_proba(rows)
        np.testing.assert_allclose(proba, getattr(expected, "values", expected), atol=1e-5)
        labels = model.predict(rows)
        np.testing.assert_array_equal(model.classes_[predicted], getattr(labels, "values", labels))


ENCODERS = ["bilstm", "lstm", "bigru", "cnn", "tcn", "resnet", "bag", "bilstm+bag", "tcn+cnn"]


@pytest.mark.parametrize("encoder", ENCODERS)
def test_encoders_of_values(encoder, export, ragged_values, labels):
    # An offset that single precision would blur.
    X = ragged_values.replace(values=ragged_values.values * [1, 1e-3] + [1e6, 0])
    model = SequenceClassifier(encoder, num_layers=2, **SMALL).fit(X, labels)
    check_same(export(model), model, X)


@pytest.mark.parametrize("encoder", sorted({*ENCODERS} - {"resnet"}))  # which keeps no steps
def test_encoders_of_tokens_and_tags(encoder, export, ragged_tokens, tags):
    causal = encoder in ("lstm", "cnn", "tcn", "tcn+cnn")
    model = SequenceTagger(encoder, causal=causal, **SMALL).fit(ragged_tokens, tags)
    check_same(export(model), model, ragged_tokens)


@pytest.mark.parametrize("pooling", ["mean", "max", "last", "attention", "mean+last"])
@pytest.mark.parametrize("encoder", ["bilstm+bag", "resnet"])
def test_poolings(pooling, encoder, export, ragged_tokens, labels):
    model = SequenceClassifier(encoder, pooling=pooling, dense_sizes=[5], **SMALL)
    check_same(export(model.fit(ragged_tokens, labels)), model, ragged_tokens)


@pytest.mark.parametrize(
    "params",
    [
        {"scale": "series", "n_seeds": 2},
        {"scale": "set", "target_prior": "uniform"},
        {"scale": StandardScaler()},
        {"scale": StandardScaler(with_mean=False, with_std=False)},
        {"scale": None, "loss": "ldam", "decision": "balanced"},
        {"loss": "focal", "calibration": "vector", "class_weight": "balanced"},
        {"decision": [[0, 1], [5, 0]], "second_stage": "tau"},
        {"decision": {"rare": 2.0}, "target_prior": {"common": 0.5, "rare": 0.5}},
    ],
    ids=str,
)
def test_what_comes_before_and_after_the_net(params, export, ragged_values, labels):
    wide = ragged_values.values * np.repeat(np.logspace(-3, 3, 30), ragged_values.lengths)[:, None]
    X = ragged_values.replace(values=wide)
    model = SequenceClassifier("tcn", **(SMALL | params)).fit(X, labels)
    check_same(export(model), model, X)


@pytest.mark.parametrize("head", ["auto", "crf", "marginal_crf"])
@pytest.mark.parametrize("constraints", [None, "IOB2"])
@pytest.mark.parametrize("decision", ["balanced", "costs"])
def test_chains_of_tags(head, constraints, decision, export, ragged_tokens):
    codes = np.random.default_rng(0).integers(3, size=ragged_tokens.n_steps)
    names = np.array(["O", "B-x", "I-x"])[codes]
    names[1:][(names[:-1] == "O") & (names[1:] == "I-x")] = "B-x"
    names[ragged_tokens.offsets[:-1]] = "B-x"
    if decision == "costs":
        decision = 1 - np.eye(3)
    model = SequenceTagger(
        head=head,
        constraints=constraints,
        decision=decision,
        target_prior="uniform",
        lr=0.1,
        **(SMALL | {"max_epochs": 3}),
    ).fit(ragged_tokens, ragged_tokens.replace(values=names))
    check_same(export(model), model, ragged_tokens)


WORDS = ["a bc 7", "The b", "bc", "Abc def the", "x", "7 a"] * 5


@pytest.mark.parametrize("kernel_size", [1, 2, 3, 4])
def test_words_with_their_characters(kernel_size, export):
    encoder = TokenEncoder("word+char")
    X = encoder.fit_transform(WORDS)
    *others, characters = X.channels
    X = X.replace(channels=[*others, replace(characters, kernel_size=kernel_size)])
    y = X.replace(values=np.resize(["B", "O"], X.n_steps), channels=None)
    model = SequenceTagger(head="crf", **SMALL).fit(X, y)
    check_same(export(model), model, X)


@pytest.mark.parametrize("scale", ["set", "series", None])
@pytest.mark.parametrize("with_ids", [True, False])
def test_ids_and_numbers_side_by_side(scale, with_ids, export, ragged_values, labels):
    rng = np.random.default_rng(0)
    kinds = {
        "speed": (NumberChannel("speed"), 1e3 + rng.normal(size=ragged_values.n_steps)),
        "kind": (IdChannel("kind", n_ids=5, dim=2), rng.integers(5, size=ragged_values.n_steps)),
        "code": (IdChannel("code", n_ids=7), rng.integers(7, size=ragged_values.n_steps)),
        "heat": (NumberChannel("heat", n_columns=2), ragged_values.values),
    }
    chosen = kinds.values() if with_ids else [kinds["speed"], kinds["heat"]]
    channels, columns = zip(*chosen, strict=True)
    X = ragged_values.replace(values=np.column_stack(columns), channels=channels)
    model = SequenceClassifier("cnn", scale=scale, **SMALL).fit(X, labels)
    check_same(export(model), model, X)


def test_a_step_without_characters(export, ragged_tokens, labels):
    spelling = np.random.default_rng(0).integers(1, 4, size=(ragged_tokens.n_steps, 3))
    spelling[::2] = 0
    channels = [CharacterChannel("letters", n_ids=4, n_columns=3)]
    X = Sequences(spelling, ragged_tokens.offsets, channels=channels)
    model = SequenceClassifier("bag", **SMALL).fit(X, labels)
    check_same(export(model), model, X)


def test_the_file_says_what_its_channels_are(export):
    X = TokenEncoder("word+char").fit_transform(WORDS)
    session = export(SequenceClassifier("bag", **SMALL).fit(X, np.arange(30) % 2))
    channels = json.loads(session.get_modelmeta().custom_metadata_map["channels"])
    assert [channel["name"] for channel in channels] == [channel.name for channel in X.channels]
    assert sum(channel["n_columns"] for channel in channels) == session.get_inputs()[0].shape[2]


def test_dicts_of_features_are_encoded_in_a_pipeline_or_refused(export):
    X = [[{"word": word, "length": len(word)} for word in text.split()] for text in WORDS]
    y = [[str(step % 2) for step, _ in enumerate(row)] for row in X]
    with pytest.raises(ValueError, match="fit it behind a FeatureEncoder"):
        export(SequenceTagger(**SMALL).fit(X, y))
    encoded = FeatureEncoder().fit_transform(X)
    model = SequenceTagger(**SMALL).fit(encoded, y)
    check_same(export(model), model, encoded)


@pytest.mark.parametrize("head", ["corn", "coral", "cumulative", "regression"])
def test_heads_of_ordered_classes(head, export, ragged_tokens):
    y = np.resize(["low", "mid", "high"], 30)
    model = SequenceOrdinalClassifier(head=head, classes=["low", "mid", "high"], n_seeds=2, **SMALL)
    check_same(export(model.fit(ragged_tokens, y)), model, ragged_tokens)


@pytest.mark.parametrize("per_step", [False, True])
def test_a_regressor_gives_its_numbers(per_step, export, ragged_values):
    X = ragged_values
    y = X.replace(values=X.values[:, 0] + 1e6) if per_step else np.arange(30.0)
    model = SequenceRegressor(n_seeds=2, **SMALL).fit(X, y)
    inputs = padded(list(map(np.asarray, X)), n_more=0)
    (numbers,) = export(model).run(None, inputs)
    expected = model.predict(X)
    if per_step:
        is_real = np.arange(numbers.shape[1]) < X.lengths[:, None]
        numbers, expected = numbers[is_real], expected.values
    np.testing.assert_allclose(numbers, expected, rtol=1e-5)


def test_a_sequence_of_one_step_alone(export, ragged_values, labels):
    model = SequenceClassifier("resnet", **SMALL).fit(ragged_values, labels)
    X = Sequences(ragged_values.values[:1], [0, 1])
    proba, _ = export(model).run(None, {"values": X.values[None], "lengths": np.array([1])})
    np.testing.assert_allclose(proba, model.predict_proba(X), atol=1e-5)


def test_the_file_says_what_its_ids_and_classes_are(export):
    X = TokenEncoder().fit_transform(["a b", "b c", "c"])
    session = export(SequenceClassifier(**SMALL).fit(X, [3, 4, 3]))
    about = session.get_modelmeta().custom_metadata_map
    assert json.loads(about["classes"]) == [3, 4]
    assert json.loads(about["vocabulary"]) == ["<pad>", "<unk>", "b", "c", "a"]
    assert about["estimator"] == "SequenceClassifier"
    assert about["skseq"] == skseq.__version__
    assert [each.name for each in session.get_inputs()] == ["tokens", "lengths"]
    assert session.get_inputs()[0].shape == ["batch", "time"]
    assert [each.name for each in session.get_outputs()] == ["probabilities", "predicted"]


class OwnEncoder(BagEncoder):
    pass


class OwnPooling(nn.Module):
    def __init__(self, input_size, *, bidirectional):
        super().__init__()
        self.output_size = input_size

    def forward(self, states, lengths):
        return states[:, 0]


class OtherEncoder(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, dropout):
        super().__init__()
        self.output_size = input_size

    def forward(self, x, lengths):
        return x


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"encoder": OtherEncoder}, "the encoder OtherEncoder is not one of skseq"),
        ({"encoder": OwnEncoder}, "the encoder OwnEncoder is not one of skseq"),
        ({"pooling": OwnPooling}, "the pooling OwnPooling is not one of skseq"),
        ({"scale": MinMaxScaler()}, r"scale=MinMaxScaler\(\) cannot be exported"),
        ({"target_prior": "em"}, 'target_prior="em" looks at all sequences'),
    ],
    ids=str,
)
def test_what_cannot_be_exported_is_refused_with_the_cure(
    params, says, tmp_path, ragged_values, labels
):
    model = SequenceClassifier(**(SMALL | {"encoder": "bag"} | params)).fit(ragged_values, labels)
    with pytest.raises(ValueError, match=says):
        skseq.to_onnx(model, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_only_fitted_estimators_of_sequences_are_exported(tmp_path):
    with pytest.raises(TypeError, match="such as the last step of a pipeline; got LogisticReg"):
        skseq.to_onnx(LogisticRegression(), tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="is not fitted yet"):
        skseq.to_onnx(SequenceClassifier(), tmp_path / "model.onnx")
