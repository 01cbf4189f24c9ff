"""A net that can only memorise is told so: its validation score stays at chance.

The labels are random, so nothing can be learnt but the rows themselves. An over-sampler puts
copies of them into the training data; whoever then validates on a copy sees a fine score.
"""

import numpy as np
import pytest
import torch
from imblearn.pipeline import Pipeline
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split
from skorch.dataset import ValidSplit

from skseq import SequenceClassifier, Sequences
from skseq.samplers import SequenceOverSampler


@pytest.fixture
def random_labels():
    """160 sequences of 6 random steps with random labels, 20 of them in the rare class."""
    rng = np.random.default_rng(0)
    X = Sequences(rng.normal(size=(160 * 6, 3)), np.arange(161) * 6)
    return X, rng.permutation(np.repeat([0, 1], [140, 20]))


def memorising_net(**kwargs):
    """Large and long enough to learn every row by heart."""
    return SequenceClassifier(
        hidden_size=48, lr=0.01, max_epochs=40, dropout=0.0, random_state=0, **kwargs
    )


def chance(y_true):
    """Macro F1 of the better one of two ways to guess: the commonest class, or a fair coin."""
    share = np.bincount(y_true) / len(y_true)
    return max(share.max() / (1 + share.max()), (share / (share + 0.5)).mean())


def test_our_validation_score_stays_at_chance_under_over_sampling(random_labels):
    X, y = random_labels
    pipe = Pipeline(
        [
            ("sample", SequenceOverSampler(random_state=0)),
            (
                "model",
                memorising_net(early_stopping="best", n_iter_no_change=40, validation_fraction=0.3),
            ),
        ]
    ).fit(X, y)
    history = pipe["model"].history_
    assert history[-1, "train_loss"] < 0.1  # it did memorise what it trained on
    late = np.mean(history[-10:, "valid_f1_macro"])
    assert late < chance(y) + 0.12


def test_a_split_of_rows_as_scikit_learn_makes_it_flatters(random_labels):
    X, y = SequenceOverSampler(random_state=0).fit_resample(*random_labels)
    train, valid = train_test_split(np.arange(len(X)), test_size=0.3, stratify=y, random_state=0)
    model = memorising_net().fit(X[train], y[train])
    assert f1_score(y[valid], model.predict(X[valid]), average="macro") > 0.85


def test_a_split_of_rows_as_skorch_makes_it_flatters(random_labels):
    X, y = SequenceOverSampler(random_state=0).fit_resample(*random_labels)
    rows = torch.utils.data.TensorDataset(torch.arange(len(X)), torch.as_tensor(y))
    train, valid = ValidSplit(0.3, stratified=True, random_state=0)(rows, y=y)
    model = memorising_net().fit(X[train.indices], y[train.indices])
    predicted = model.predict(X[valid.indices])
    assert f1_score(y[valid.indices], predicted, average="macro") > 0.85
