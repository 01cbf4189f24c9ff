"""Steps of several kinds, through pipelines, samplers, weights, files and searches."""

import warnings

import numpy as np
import pytest
import torch
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from skseq import (
    ClassWeightTransformer,
    SequenceClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
    load,
    save,
)
from skseq.augment import Jitter, MentionReplacement
from skseq.data import guess_problem_kind, token_ids
from skseq.meta._features import row_features
from skseq.model_selection._token_tfidf import TokenTfidf
from skseq.model_selection._window_tagger import WindowTagger
from skseq.preprocessing import (
    IdChannel,
    NumberChannel,
    SequenceScaler,
    SequenceSummarizer,
    TokenEncoder,
)
from skseq.samplers import (
    ContextUnderSampler,
    SequenceOverSampler,
    SequenceSMOTE,
    TagOverSampler,
    TagUnderSampler,
)

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")


@pytest.fixture(scope="module")
def names():
    """Sentences in which only the ending tells the words apart, no two words alike."""
    rng = np.random.default_rng(0)
    letters = np.array(list("bcdfghklmn"))
    X, y = [], []
    for _ in range(80):
        tags = rng.choice(["O", "B-X"], p=[0.7, 0.3], size=rng.integers(2, 6)).tolist()
        y.append(tags)
        X.append(["".join(rng.choice(letters, 4)) + ("o" if tag == "O" else "a") for tag in tags])
    return X, y


def tagger(**params):
    small = {"hidden_size": 8, "embedding_dim": 8, "max_epochs": 6, "random_state": 0}
    return SequenceTagger(**small | {"lr_schedule": "constant"} | params)


def accuracy(y, predicted):
    return np.mean(np.concatenate(y) == np.concatenate(predicted))


def mixed(n_sequences=60, seed=0, size=100.0):
    """Steps of an id, an id of no meaning, and a number that is as large as a year."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 6, n_sequences)
    n = lengths.sum()
    number = rng.normal(size=n)
    values = np.column_stack([rng.integers(1, 4, n), 2000 + size * number])
    channels = [IdChannel("kind", 4, dim=3, unknown=1), NumberChannel("year")]
    X = Sequences.from_lengths(values, lengths, channels=channels)
    return X, X.replace(values=np.where(number > 0, "late", "early"))


def test_characters_tell_what_words_alone_cannot(names):
    X, y = names
    scores = {}
    for level in ("word", "word+char"):
        model = make_pipeline(TokenEncoder(level, min_count=2), tagger())
        if level == "word":  # no word occurs twice
            model.set_params(tokenencoder__min_count=1, tokenencoder__unk_dropout=0.5)
        scores[level] = accuracy(y[60:], model.fit(X[:60], y[:60]).predict(X[60:]))
    assert scores["word"] < 0.85
    assert scores["word+char"] > 0.95


def test_samplers_weights_and_augmenters_take_whole_steps(names):
    X, y = names
    model = make_pipeline(
        TokenEncoder("word+char"),
        TagOverSampler(random_state=0),
        ClassWeightTransformer(),
        tagger(augment=MentionReplacement(0.5), max_epochs=1),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of double counting, which is not the point here
        model.fit(X, y)
    assert model[-1].input_kind_ == "channels"
    assert model[-1].channels_ == tuple(model[0].channels_)


@pytest.mark.parametrize(
    "sampler",
    [ContextUnderSampler(), TagOverSampler(random_state=0), TagUnderSampler(random_state=0)],
)
def test_samplers_of_tags_keep_channels(names, sampler):
    X, y = names
    Xt = TokenEncoder("word+char").fit_transform(X)
    sampled, _ = sampler.fit_resample(Xt, y)
    assert sampled.channels == Xt.channels
    assert sampled.vocabulary is Xt.vocabulary


def test_tags_are_predicted_in_folds(names):
    X, y = names
    Xt = TokenEncoder("word+char").fit_transform(X)
    predicted = cross_val_predict(tagger(max_epochs=2), Xt, y, cv=2)
    assert [len(tags) for tags in predicted] == [len(tags) for tags in y]


def test_one_label_for_each_sequence(names):
    X, y = names
    labels = np.array(["yes" if "B-X" in tags else "no" for tags in y])
    Xt = TokenEncoder("word+char").fit_transform(X)
    Xt, labels = SequenceOverSampler(random_state=0).fit_resample(Xt, labels)
    model = SequenceClassifier(hidden_size=8, embedding_dim=8, max_epochs=6, random_state=0)
    assert model.fit(Xt, labels).score(Xt, labels) > 0.9


def test_files_and_batches_change_nothing(names, tmp_path):
    X, y = names
    model = make_pipeline(TokenEncoder("word+char"), tagger(max_epochs=2)).fit(X, y)
    expected = model[-1].predict_proba(model[0].transform(X))
    for path in [save(model, tmp_path / "model.skseq")]:
        again = load(path)
        np.testing.assert_allclose(
            again[-1].predict_proba(again[0].transform(X)).values, expected.values, rtol=1e-6
        )
    alone = model[-1].predict_proba(model[0].transform(X[3:4]))
    np.testing.assert_allclose(alone.values, expected[3:4].values, rtol=1e-4, atol=1e-6)


def test_pretrained_vectors_are_for_the_words(names):
    X, y = names
    encoder = TokenEncoder("word+char")
    Xt = encoder.fit_transform(X)
    vectors = np.random.default_rng(0).normal(size=(encoder.n_tokens_, 7))
    model = tagger(embedding=vectors, max_epochs=1, lr=1e-9).fit(Xt, y)
    assert model.n_tokens_ == encoder.n_tokens_
    weight = model.net_.module_.input_layer.readers[0].embedding.weight.detach().cpu()
    np.testing.assert_allclose(weight, vectors, atol=1e-5)
    with pytest.raises(ValueError, match="embedding must have one row for each of the"):
        tagger(embedding=vectors[1:]).fit(Xt, y)


def test_ids_and_numbers_are_read_together():
    X, y = mixed()
    model = tagger(max_epochs=20).fit(X[:40], y[:40])
    assert accuracy(y[40:], model.predict(X[40:])) > 0.9


def test_numbers_are_scaled_and_ids_are_not():
    X, y = mixed()
    model = tagger(max_epochs=2).fit(X, y)
    factor, shift = 8.0, 1000.0
    moved = X.replace(values=X.values * [1.0, factor] + [0.0, shift])
    other = clone(model).fit(moved, y)
    np.testing.assert_allclose(
        other.predict_proba(moved).values, model.predict_proba(X).values, atol=1e-4
    )
    assert model.scaler_.scale_.shape == (1,)


def test_ids_need_no_scaler(names):
    X, y = names
    assert tagger(max_epochs=1).fit(TokenEncoder("word+char").fit_transform(X), y).scaler_ is None


def test_a_regressor_of_steps_reads_channels():
    X, _ = mixed()
    y = X.replace(values=X.values[:, 1] / 100)
    model = SequenceRegressor(hidden_size=8, max_epochs=15, lr=0.02, random_state=0).fit(X, y)
    assert model.score(X, y) > 0.8


def test_other_channels_at_prediction_are_refused(names):
    X, y = names
    model = tagger(max_epochs=1).fit(TokenEncoder("word+char").fit_transform(X), y)
    other = TokenEncoder("word+char").fit_transform(X[:5])
    with pytest.raises(ValueError, match="X has other channels than those that SequenceTagger"):
        model.predict(other)
    with pytest.raises(ValueError, match="fitted on channels"):
        model.predict(TokenEncoder().fit_transform(X))
    values = other.values.copy()
    values[0, 0] = 10**6
    with pytest.raises(ValueError, match="has ids 0 to"):
        model.predict(other.replace(values=values))


@pytest.mark.parametrize(
    "read",
    [
        lambda X, y: SequenceSMOTE().fit_resample(X, y),
        lambda X, y: SequenceSummarizer().fit(X),
        lambda X, y: Jitter()(X),
    ],
)
def test_what_reads_steps_of_one_kind_refuses_channels(read):
    X, _ = mixed()
    with pytest.raises(TypeError, match=r"X has channels, but .* reads steps of one kind"):
        read(X, np.arange(len(X)) % 2)


def test_a_scaler_refuses_channels():
    X, _ = mixed()
    with pytest.raises(ValueError, match="X has channels, which say what its columns are"):
        SequenceScaler().fit(X)


def test_states_of_steps_have_no_channels():
    X, y = mixed()
    model = tagger(max_epochs=1, hidden_size=1).fit(X, y)
    states = model.transform(X)
    assert states.n_features == X.n_features == 2
    assert states.channels is None


def test_words_are_dropped_in_training_alone(names):
    X, y = names
    Xt = TokenEncoder("word+char").fit_transform(X)
    model = tagger(max_epochs=1, step_dropout=0.9).fit(Xt, y)
    with torch.no_grad():
        one, two = (model.predict_proba(Xt).values for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_what_reads_token_ids_reads_those_of_the_words(names):
    X, y = names
    words = TokenEncoder("word+char").fit_transform(X)
    ids = TokenEncoder("word", lowercase=True).fit_transform(X)
    assert token_ids(words) == ids
    assert guess_problem_kind(words, y) == guess_problem_kind(ids, y) == "tags"
    np.testing.assert_array_equal(
        row_features(words, None).toarray(), row_features(ids, None).toarray()
    )
    linear = LogisticRegression()
    ours, theirs = (WindowTagger(linear, n_bits=8).fit(Z, y).predict(Z) for Z in (words, ids))
    assert ours == theirs
    tfidf = (TokenTfidf().fit_transform(Z) for Z in (words, ids))
    assert abs(next(tfidf) - next(tfidf)).max() == 0


def test_channels_without_ids_of_words_are_values():
    X, y = mixed()
    assert guess_problem_kind(X, y) == "value tags"
    with pytest.raises(TypeError, match="X has channels"):
        row_features(X, None)
