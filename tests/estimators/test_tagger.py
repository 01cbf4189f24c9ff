import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.model_selection import GridSearchCV, cross_val_predict

from skseq import Sequences, SequenceTagger
from skseq.exceptions import CollapseWarning
from skseq.metrics import get_scorer, tag_f1_score
from skseq.nn import ENCODERS
from skseq.preprocessing import TokenEncoder
from skseq.spans import tags_to_spans


def quick(**params):
    """A small net: 4 states, 2 epochs, unless told otherwise."""
    return SequenceTagger(**{"hidden_size": 4, "max_epochs": 2, "random_state": 0} | params)


@pytest.fixture(autouse=True)
def _collapse_is_no_failure_here():
    """Two epochs are too few to learn anything; that is not what these tests are about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapseWarning)
        yield


def test_it_learns_tags_that_depend_on_the_neighbour(ragged_tokens):
    # The tag of a step says whether the token *before* it is even: nothing but context helps.
    even = ragged_tokens.values % 2 == 0
    before = np.r_[False, even[:-1]]
    before[ragged_tokens.offsets[:-1]] = False
    y = ragged_tokens.replace(values=np.where(before, "after-even", "O"))
    model = quick(max_epochs=80, hidden_size=16, lr=0.02).fit(ragged_tokens, y)
    assert model.score(ragged_tokens, y) > 0.95


@pytest.mark.parametrize("encoder", sorted(set(ENCODERS) - {"resnet"}))
def test_every_encoder_tags_every_step(encoder, ragged_values, tags):
    model = quick(encoder=encoder, num_layers=2, dense_sizes=[3]).fit(ragged_values, tags)
    assert model.predict(ragged_values).aligns_with(tags)


def test_an_encoder_that_shortens_sequences_is_refused(ragged_values, tags):
    with pytest.raises(ValueError, match="encoder 'resnet' gives fewer steps than it gets"):
        quick(encoder="resnet").fit(ragged_values, tags)


def test_tags_come_back_in_the_form_of_x(ragged_tokens, tags):
    model = quick().fit(ragged_tokens.tolist(), tags.tolist())
    as_list = model.predict(ragged_tokens.tolist())
    assert isinstance(as_list, list)
    assert as_list == model.predict(ragged_tokens).tolist()
    assert model.predict(np.asarray(ragged_tokens)) == model.predict(ragged_tokens)


def test_the_forms_of_y_give_the_same_result(ragged_tokens, tags):
    forms = [tags, tags.tolist(), np.asarray(tags)]
    results = [quick().fit(ragged_tokens, y).predict_proba(ragged_tokens) for y in forms]
    assert results[0] == results[1]
    assert results[0] == results[2]


def test_predictions_fit_together(ragged_tokens, tags):
    model = quick(max_epochs=10).fit(ragged_tokens, tags)
    proba = model.predict_proba(ragged_tokens)
    assert proba.aligns_with(tags)
    np.testing.assert_allclose(proba.values.sum(axis=1), 1)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(ragged_tokens).values), proba.values)
    predicted = model.predict(ragged_tokens).values
    np.testing.assert_array_equal(predicted, model.classes_[proba.values.argmax(axis=1)])
    np.testing.assert_array_equal(
        predicted, model.classes_[model.decision_function(ragged_tokens).values.argmax(axis=1)]
    )


def test_score_is_macro_f1_over_steps(ragged_tokens, tags):
    model = quick(max_epochs=5).fit(ragged_tokens, tags)
    assert model.score(ragged_tokens, tags) == tag_f1_score(tags, model.predict(ragged_tokens))


def test_it_is_not_a_classifier_that_scikit_learn_would_stratify():
    assert not is_classifier(SequenceTagger())


# -- long recordings -----------------------------------------------------------------------------


def test_a_long_recording_is_tagged_whole(tags):
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(1000, 2)).cumsum(axis=0)]
    y = [np.where(X[0][:, 0] > 0, "up", "down")]
    model = quick(chunk_length=50, chunk_context=10).fit(X, y)
    assert len(model.predict(X)[0]) == 1000


def test_chunks_with_enough_context_leave_no_seam(ragged_values, tags):
    # A convolution of width 5 in 2 layers sees 4 steps to each side: more context changes nothing.
    model = quick(encoder="cnn", num_layers=2, chunk_length=None).fit(ragged_values, tags)
    recording = [np.random.default_rng(0).normal(size=(333, 2))]
    whole = model.predict_proba(recording)
    chunked = model.set_params(chunk_length=20, chunk_context=4).predict_proba(recording)
    np.testing.assert_allclose(chunked.values, whole.values, atol=1e-6)
    seam = model.set_params(chunk_length=20, chunk_context=0).predict_proba(recording)
    assert np.abs(seam.values - whole.values).max() > 1e-4


def test_every_step_trains_once_an_epoch_however_it_is_cut(ragged_values, tags):
    # One batch of everything: the mean loss over cores is the mean loss over steps.
    settings = {"encoder": "cnn", "batch_size": 10**6, "dropout": 0.0, "max_epochs": 1}
    X, y = [ragged_values.values], [tags.values]
    whole = quick(chunk_length=None, **settings).fit(X, y)
    cut = quick(chunk_length=30, chunk_context=8, **settings).fit(X, y)
    np.testing.assert_allclose(
        whole.history_[0]["train_loss"], cut.history_[0]["train_loss"], rtol=1e-5
    )
    np.testing.assert_allclose(
        whole.predict_proba(X).values, cut.predict_proba(X).values, atol=1e-4
    )


# -- weights and training ------------------------------------------------------------------------


def test_class_weights_are_step_weights_of_the_class(ragged_tokens, tags):
    by_step = np.where(tags.values == "X", 4.0, 1.0)
    expected = quick(class_weight={"X": 4.0}).fit(ragged_tokens, tags).predict_proba(ragged_tokens)
    for model in (
        quick().fit(ragged_tokens, tags, sample_weight=by_step),
        quick().fit(ragged_tokens.replace(weight=by_step), tags),
    ):
        np.testing.assert_allclose(
            model.predict_proba(ragged_tokens).values, expected.values, atol=1e-5
        )


def test_a_weight_a_sequence_holds_for_all_its_steps(ragged_tokens, tags):
    weight = np.random.default_rng(0).uniform(0.5, 2, size=len(ragged_tokens))
    np.testing.assert_allclose(
        quick().fit(ragged_tokens, tags, sample_weight=weight).predict_proba(ragged_tokens).values,
        quick()
        .fit(ragged_tokens, tags, sample_weight=np.repeat(weight, tags.lengths))
        .predict_proba(ragged_tokens)
        .values,
        atol=1e-6,
    )


def test_weights_of_zero_take_steps_out(ragged_tokens, tags):
    # Targets under a weight of zero could be anything: here they are turned around.
    rng = np.random.default_rng(0)
    weight = rng.integers(0, 2, size=tags.n_steps).astype(float)
    turned = np.where(tags.values == "X", "O", "X")
    garbled = tags.replace(values=np.where(weight > 0, tags.values, turned))
    np.testing.assert_allclose(
        quick().fit(ragged_tokens, tags, sample_weight=weight).predict_proba(ragged_tokens).values,
        quick()
        .fit(ragged_tokens, garbled, sample_weight=weight)
        .predict_proba(ragged_tokens)
        .values,
        atol=1e-6,
    )


def test_early_stopping_holds_out_whole_sequences_with_rare_tags(ragged_tokens, tags):
    y = tags.replace(values=np.where(ragged_tokens.values == 2, "rare", tags.values))
    held_out = []

    class Spy(SequenceTagger):
        def _hold_out(self, *args):
            rows = super()._hold_out(*args)
            held_out.append(rows[1])
            return rows

    model = Spy(hidden_size=4, max_epochs=3, early_stopping="best", random_state=0)
    model.fit(ragged_tokens, y)
    assert set(y[held_out[0]].values) == {"O", "X", "rare"}
    assert "valid_f1_macro" in model.history_[-1]


def test_warm_start_and_partial_fit_go_on(ragged_tokens, tags):
    model = quick(warm_start=True).fit(ragged_tokens, tags).fit(ragged_tokens, tags)
    assert model.n_iter_ == 4
    model = quick().partial_fit(ragged_tokens, tags, classes=["O", "X"])
    assert model.partial_fit(ragged_tokens, tags).n_iter_ == 2


def test_collapse_is_reported(ragged_values, tags):
    noise = ragged_values.replace(
        values=np.random.default_rng(0).normal(size=ragged_values.values.shape)
    )
    with pytest.warns(CollapseWarning, match="predicts class 'O' for 100.0%"):
        quick(initial_bias="prior", lr=0.005).fit(noise, tags)


# -- as a scikit-learn object --------------------------------------------------------------------


def test_a_pickled_tagger_tags_alike(ragged_tokens, tags):
    model = quick().fit(ragged_tokens, tags)
    assert pickle.loads(pickle.dumps(model)).predict(ragged_tokens) == model.predict(ragged_tokens)


def test_it_is_tuned_by_a_grid_with_ragged_scorers(ragged_tokens, tags):
    search = GridSearchCV(
        quick(),
        {"decision": ["argmax", "balanced"], "loss": ["cross_entropy", "focal"]},
        scoring={"f1": get_scorer("tag_f1_macro"), "ap": get_scorer("tag_average_precision_macro")},
        refit="f1",
        cv=2,
        error_score="raise",
    ).fit(ragged_tokens, tags)
    assert set(search.cv_results_) >= {"mean_test_f1", "mean_test_ap"}
    assert search.predict(ragged_tokens).aligns_with(tags)


def test_out_of_fold_tags_are_gathered(ragged_tokens, tags):
    predicted = cross_val_predict(quick(), ragged_tokens, tags, cv=3)
    assert Sequences.from_list(predicted).aligns_with(tags)


@pytest.mark.parametrize("encoder", ["cnn", "lstm", "tcn", "lstm+bag"])
def test_a_causal_tagger_says_of_a_prefix_what_it_says_of_the_whole(ragged_tokens, tags, encoder):
    model = quick(encoder=encoder, causal=True).fit(ragged_tokens, tags)
    whole = model.predict_proba(ragged_tokens)
    first = model.predict_proba([steps[:2] for steps in ragged_tokens])
    for ours, expected in zip(first, whole, strict=True):
        np.testing.assert_allclose(ours, expected[:2], atol=1e-5)


def test_an_encoder_that_must_look_ahead_is_refused_where_it_may_not(ragged_tokens, tags):
    with pytest.raises(ValueError, match="causal=True, but encoder 'bilstm' looks ahead"):
        quick(encoder="bilstm", causal=True).fit(ragged_tokens, tags)


def test_an_encoder_that_shortens_cannot_tag(ragged_values, tags):
    with pytest.raises(ValueError, match="'resnet' gives fewer steps than it gets"):
        quick(encoder="resnet").fit(ragged_values, tags)


def test_spans_are_those_that_the_predicted_tags_spell():
    texts = ["ab 12 cd", "7 xy", "qr 345"] * 10
    y = [["number" if letter.isdigit() else "O" for letter in text] for text in texts]
    X = TokenEncoder(level="char").fit_transform(texts)
    model = quick(max_epochs=20, lr=0.03).fit(X, y)
    found = model.predict_spans(X, texts)[:3]
    assert [[span.text for span in row] for row in found] == [["12"], ["7"], ["345"]]
    proba = model.predict_proba(X[:1]).values[3:5, list(model.classes_).index("number")]
    assert found[0][0].probability == pytest.approx(np.sqrt(proba.prod()), rel=1e-5)
    as_in_a_pipeline = tags_to_spans(
        texts, model.predict(X), y_proba=model.predict_proba(X), classes=model.classes_
    )
    assert model.predict_spans(X, texts) == as_in_a_pipeline
    bare = model.predict_spans(X.tolist(), offsets=None)[0][0]
    assert (bare.start, bare.end, bare.type, bare.text) == (3, 5, "number", None)
