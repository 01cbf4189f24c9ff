"""Bad input, estimator by estimator: the message names the argument, the rule and what came."""

import warnings

import numpy as np
import pytest
import torch

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.exceptions import CollapseWarning


@pytest.fixture(autouse=True)
def _collapse_is_no_failure_here():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CollapseWarning)
        yield


@pytest.fixture(params=[SequenceClassifier, SequenceTagger])
def estimator(request):
    return request.param(hidden_size=4, max_epochs=1, random_state=0)


@pytest.fixture
def y(estimator, labels, tags):
    return tags if isinstance(estimator, SequenceTagger) else labels


def broken(X, row, value):
    values = X.values.copy()
    values[X.offsets[row] + 1, 0] = value
    return X.replace(values=values)


def test_nan_and_infinity_are_located(estimator, ragged_values, y):
    with pytest.raises(ValueError, match=r"Input X contains NaN: sequence 4, step 1"):
        estimator.fit(broken(ragged_values, 4, np.nan), y)
    with pytest.raises(ValueError, match=r"Input X contains infinity.*: sequence 7, step 1"):
        estimator.fit(ragged_values, y).predict(broken(ragged_values, 7, np.inf))


def test_an_empty_sequence_is_located(estimator, ragged_tokens, y):
    X = list(ragged_tokens)
    X[3] = X[3][:0]
    with pytest.raises(ValueError, match=r"X\[3\] is empty .*every sequence needs at least one"):
        estimator.fit(X, y)


@pytest.mark.parametrize("X", [[], Sequences([], [0]), np.empty(0, dtype=object)])
def test_no_sequences_at_all(estimator, X):
    with pytest.raises(ValueError, match=r"0 sample\(s\).*X holds no sequences"):
        estimator.fit(X, [])


def test_token_ids_outside_the_vocabulary(estimator, ragged_tokens, y):
    estimator.fit(ragged_tokens, y)
    with pytest.raises(ValueError, match=r"token id 99 is outside the vocabulary of 20 tokens"):
        estimator.predict([[3, 99]])
    with pytest.raises(ValueError, match=r"token ids must not be negative, got -1"):
        estimator.predict([[3, -1]])


def test_a_feature_count_that_changes_between_sequences(estimator, ragged_values, y):
    X = list(ragged_values)
    X[3] = np.ones((len(X[3]), 5))
    with pytest.raises(ValueError, match=r"X\[3\] has 5 features but X\[0\] has 2"):
        estimator.fit(X, y)


def test_a_feature_count_that_changes_between_fit_and_predict(estimator, ragged_values, y):
    estimator.fit(ragged_values, y)
    with pytest.raises(ValueError, match=r"X has 3 features, but \w+ is expecting 2 features"):
        estimator.predict([np.ones((4, 3))])


def test_tokens_where_values_were_fitted(estimator, ragged_values, y):
    estimator.fit(ragged_values, y)
    with pytest.raises(ValueError, match=r"X holds tokens .* fitted on values"):
        estimator.predict([[1, 2, 3]])


def test_text_where_arrays_are_needed(estimator, y):
    with pytest.raises(TypeError, match=r"text .*TokenEncoder"):
        estimator.fit(["some text"] * 30, y)
    with pytest.raises(TypeError, match=r"not numbers.*TokenEncoder"):
        estimator.fit([["some", "text"]] * 30, y)


def test_another_number_of_labels_than_sequences(estimator, ragged_tokens, y):
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[30, 29\]"):
        estimator.fit(ragged_tokens, y[:-1])


def test_tags_that_do_not_align(ragged_tokens, tags):
    y = tags.tolist()
    y[5] = y[5][:-1]
    n = ragged_tokens.lengths[5]
    with pytest.raises(ValueError, match=rf"y\[5\] has {n - 1} labels but X\[5\] has {n} steps"):
        SequenceTagger().fit(ragged_tokens, y)


def test_one_label_a_sequence_where_tags_are_needed(ragged_tokens, labels):
    with pytest.raises(TypeError, match=r"one label for each step.*y\[0\] is"):
        SequenceTagger().fit(ragged_tokens, labels)


def test_one_class_only(estimator, ragged_tokens, y):
    y = np.full(30, "a") if isinstance(y, np.ndarray) else y.replace(values=np.full(y.n_steps, "a"))
    with pytest.raises(ValueError, match=r"y has only one class, .*'a'"):
        estimator.fit(ragged_tokens, y)


def test_a_mistyped_class_in_a_dict(estimator, ragged_tokens, y):
    estimator.set_params(class_weight={"rrare": 3, "o": 2})
    with pytest.raises(ValueError, match=r"weights names the class '\w+', .* Did you mean '\w+'"):
        estimator.fit(ragged_tokens, y)


def test_a_label_that_is_not_among_the_named_classes(estimator, ragged_tokens, y):
    estimator.set_params(classes=["common", "O", "seldom"])
    with pytest.raises(ValueError, match=r"y has the label .* not one of the classes .*'seldom'"):
        estimator.fit(ragged_tokens, y)


def test_a_label_seen_first_in_partial_fit(ragged_tokens, labels):
    model = SequenceClassifier(hidden_size=4).partial_fit(
        ragged_tokens, labels, classes=["common", "rare"]
    )
    with pytest.raises(ValueError, match=r"label .*'new'.*not one of the classes"):
        model.partial_fit(ragged_tokens, np.where(labels == "rare", "new", labels))


def test_a_label_seen_first_at_score_time(estimator, ragged_tokens, y):
    estimator.fit(ragged_tokens, y)
    changed = ["new" if label in ("rare", "X") else label for label in getattr(y, "values", y)]
    changed = y.replace(values=np.array(changed)) if isinstance(y, Sequences) else changed
    with pytest.warns(UserWarning, match=r"label\(s\) \['new'\] that were not seen in fit"):
        estimator.score(ragged_tokens, changed)


def test_a_misspelt_parameter_is_guessed(estimator, ragged_tokens, y):
    with pytest.raises(ValueError, match=r"'loss' parameter .*Did you mean 'focal'\?"):
        estimator.set_params(loss="fokal").fit(ragged_tokens, y)


@pytest.mark.parametrize("X", [None, 5])
def test_no_collection_at_all(estimator, X, y):
    with pytest.raises(TypeError, match=rf"X must be a collection of sequences, got \w+: {X}"):
        estimator.fit(X, y)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
def test_cuda_where_there_is_none(estimator, ragged_tokens, y):
    with pytest.raises(ValueError, match=r"device='cuda', but torch sees no CUDA here"):
        estimator.set_params(device="cuda").fit(ragged_tokens, y)


def test_a_device_that_torch_does_not_know(estimator, ragged_tokens, y):
    with pytest.raises(ValueError, match=r"device='gpu' is not a device torch knows"):
        estimator.set_params(device="gpu").fit(ragged_tokens, y)


@pytest.mark.parametrize("sizes", [[0], [8, 2.5]])
def test_dense_layers_of_no_size(estimator, ragged_tokens, y, sizes):
    with pytest.raises(ValueError, match=r"dense_sizes must hold integers of at least 1"):
        estimator.set_params(dense_sizes=sizes).fit(ragged_tokens, y)


def test_a_loss_without_its_method(estimator, ragged_tokens, y):
    with pytest.raises(TypeError, match=r"lacks the method\(s\) .*per_step"):
        estimator.set_params(loss=int).fit(ragged_tokens, y)


def test_pretrained_vectors_of_the_wrong_size(estimator, ragged_tokens, ragged_values, y):
    estimator.set_params(embedding=np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"one row for each of the 20 token ids, got shape \(3, 2"):
        estimator.fit(ragged_tokens, y)
    with pytest.raises(ValueError, match=r"embedding is for token ids, but X holds values"):
        estimator.fit(ragged_values, y)


def test_vectors_of_words_in_a_dict_are_answered_by_word_vectors(estimator, ragged_tokens, y):
    estimator.set_params(embedding={"late": [1.0, 2.0]})
    with pytest.raises(TypeError, match=r"embedding must be .*WordVectors\(list\(embedding\)"):
        estimator.fit(ragged_tokens, y)


def test_early_stopping_on_one_sequence():
    model = SequenceTagger(early_stopping=True, hidden_size=4)
    with pytest.raises(ValueError, match=r"early_stopping=True needs at least 2 sequences"):
        model.fit([np.arange(9.0)], [list("aaabbbaab")])


def test_weights_that_are_all_zero(estimator, ragged_tokens, y):
    with pytest.raises(ValueError, match=r"zero"):
        estimator.fit(ragged_tokens, y, sample_weight=np.zeros(30))


def test_a_context_that_leaves_no_room_in_a_chunk(ragged_tokens, tags):
    with pytest.raises(ValueError, match=r"chunk_length.*context|context.*chunk_length"):
        SequenceTagger(chunk_length=10, chunk_context=5).fit(ragged_tokens, tags)
