"""Randomness by name: what is drawn depends on seed, purpose and epoch, and on nothing else."""

import numpy as np
import pytest
import torch

from skseq import SequenceClassifier, SequenceTagger
from skseq.training import Seeds

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

X = [[1, 2], [3], [2, 4, 3]] * 8
Y = [0, 1, 0] * 8
# A schedule would make the epochs of a longer training others than those of a shorter one.
SMALL = {
    "hidden_size": 3,
    "embedding_dim": 3,
    "dropout": 0.4,
    "batch_size": 8,
    "lr_schedule": "constant",
    "random_state": 3,
}


def weights(model):
    parameters = model.net_.module_.parameters()
    return torch.cat([parameter.detach().cpu().flatten() for parameter in parameters]).numpy()


def test_draws_depend_on_all_three_and_on_nothing_before():
    seeds = Seeds(7)
    seeds.generator("batches").random(100)
    drawn = {
        (root, purpose, epoch): Seeds(root).integer(purpose, epoch)
        for root in (7, 8)
        for purpose in ("batches", "dropout")
        for epoch in (0, 1)
    }
    assert len(set(drawn.values())) == 8
    assert seeds.integer("batches", 1) == drawn[7, "batches", 1]
    np.testing.assert_array_equal(
        seeds.generator("dropout", 1).random(3), Seeds(7).generator("dropout", 1).random(3)
    )
    np.testing.assert_array_equal(
        seeds.random_state("dropout", 1).rand(3), Seeds(7).random_state("dropout", 1).rand(3)
    )


def test_a_random_state_is_drawn_from_once_and_none_is_fresh():
    rng, same = np.random.RandomState(0), np.random.RandomState(0)
    assert Seeds.of(rng).root == same.randint(2**31)
    assert rng.get_state()[2] == same.get_state()[2]
    assert Seeds.of(5).root == Seeds.of(5).root
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    assert Seeds.of(None).root != Seeds.of(None).root
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_epochs_one_by_one_are_the_epochs_of_one_fit():
    whole = SequenceClassifier(max_epochs=3, **SMALL).fit(X, Y)
    pieces = SequenceClassifier(max_epochs=3, **SMALL)
    for _ in range(3):
        pieces.partial_fit(X, Y, classes=[0, 1])
    np.testing.assert_allclose(weights(pieces), weights(whole), atol=1e-7)


def test_a_shorter_training_is_the_beginning_of_a_longer_one():
    tags = [[step % 2 for step in steps] for steps in X]
    short = SequenceTagger(max_epochs=2, initial_bias="zero", **SMALL).fit(X, tags)
    long = SequenceTagger(max_epochs=4, initial_bias="zero", **SMALL).fit(X, tags)
    np.testing.assert_array_equal(short.history_[:, "train_loss"], long.history_[:2, "train_loss"])


def test_the_caller_of_torch_draws_on_as_if_nothing_had_been():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    SequenceClassifier(max_epochs=2, **SMALL).fit(X, Y)
    assert torch.equal(torch.rand(3), expected)
