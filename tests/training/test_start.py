"""Scores start at the class prior where training is short and nearly all steps are one class."""

import numpy as np
import pytest

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.losses import CrossEntropyLoss
from skseq.nn import make_head
from skseq.training._start import FEW_UPDATES, NEARLY_ALL, starts_at_prior

MOSTLY_O = np.array([0.04, 0.96])


@pytest.mark.parametrize(
    ("prior", "n_updates", "per_step", "wanted"),
    [
        (MOSTLY_O, FEW_UPDATES, True, True),
        (MOSTLY_O, FEW_UPDATES + 1, True, False),
        (MOSTLY_O, FEW_UPDATES, False, False),
        (np.array([1 - NEARLY_ALL + 0.01, NEARLY_ALL - 0.01]), 1, True, False),
    ],
)
def test_auto_is_the_prior_in_short_training_on_background(prior, n_updates, per_step, wanted):
    head = make_head(CrossEntropyLoss())
    assert starts_at_prior("auto", head, prior, n_updates, per_step=per_step) == wanted
    assert starts_at_prior("prior", head, prior, n_updates, per_step=per_step)
    assert not starts_at_prior("zero", head, prior, n_updates, per_step=per_step)


X = Sequences.from_lengths(np.arange(200) % 10, [10] * 20)
Y = X.replace(values=np.where(X.values == 3, "N", "O"))
Y = X.replace(values=np.where(np.arange(200) % 20 == 3, "N", "O"))  # 95 % background


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ({"max_epochs": 1}, [0.05, 0.95]),
        ({"max_epochs": 1, "initial_bias": "zero"}, [0.5, 0.5]),
        ({"max_epochs": 1, "class_weight": "balanced"}, [0.5, 0.5]),
        ({"max_epochs": 1, "loss": "logit_adjusted"}, [0.5, 0.5]),
        ({"max_epochs": 101, "batch_size": 10}, [0.5, 0.5]),
        ({"max_epochs": 100, "batch_size": 10}, [0.05, 0.95]),
        ({"max_epochs": 51, "chunk_length": 5, "chunk_context": 0, "batch_size": 10}, [0.5, 0.5]),
    ],
)
def test_a_tagger_starts_by_how_long_it_will_train(parameters, wanted):
    parameters = {"hidden_size": 2, "embedding_dim": 2, "lr": 1e-9, "random_state": 0} | parameters
    bias = SequenceTagger(**parameters).fit(X, Y).net_.module_.head[-1].bias.detach().cpu().numpy()
    start = np.exp(bias) / np.exp(bias).sum()
    np.testing.assert_allclose(start, wanted, atol=1e-3)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_a_classifier_starts_alike():
    y = ["N", "N"] + ["O"] * 18
    model = SequenceClassifier(hidden_size=2, max_epochs=1, lr=1e-9, random_state=0).fit(X, y)
    bias = model.net_.module_.head[-1].bias.detach().cpu().numpy()
    np.testing.assert_allclose(bias[0], bias[1], atol=1e-3)
