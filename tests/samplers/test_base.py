"""What every sampler leaves word of: how often each label occurred before."""

import numpy as np
import pytest

from skseq import ClassWeightTransformer
from skseq.preprocessing import TokenEncoder
from skseq.samplers import (
    ContextUnderSampler,
    SequenceEditedNearestNeighbours,
    SequenceOverSampler,
    SequenceSMOTE,
    SequenceUnderSampler,
    TagOverSampler,
    TagUnderSampler,
)

COUNTS = {"common": 24, "rare": 6}


@pytest.mark.parametrize(
    "sampler",
    [
        SequenceOverSampler(random_state=0),
        SequenceUnderSampler(random_state=0),
        SequenceSMOTE(random_state=0, k_neighbors=3),
        SequenceEditedNearestNeighbours(),
    ],
)
def test_samplers_by_label_tell_the_counts_of_the_data(sampler, ragged_values, labels):
    X, y = sampler.fit_resample(ragged_values, labels)
    assert X.label_counts == COUNTS
    assert ClassWeightTransformer("sqrt").fit_transform(X, y).label_counts == COUNTS


@pytest.mark.parametrize(
    "sampler",
    [TagOverSampler(), TagUnderSampler({"O": 100}, criterion="sC"), ContextUnderSampler()],
)
def test_samplers_by_tag_tell_the_counts_of_the_steps(sampler, ragged_tokens, tags):
    X, _ = sampler.fit_resample(ragged_tokens, tags)
    names, counts = np.unique(tags.values, return_counts=True)
    assert X.label_counts == dict(zip(names, counts, strict=True))


def test_a_second_sampler_keeps_the_counts_of_the_data(ragged_values, labels):
    X, y = SequenceUnderSampler({"common": 12}, random_state=0).fit_resample(ragged_values, labels)
    X, y = SequenceOverSampler(random_state=0).fit_resample(X, y)
    assert X.label_counts == COUNTS


def test_the_counts_pass_through_an_encoder(ragged_tokens):
    words = ragged_tokens.replace(values=ragged_tokens.values.astype(str), label_counts=COUNTS)
    assert TokenEncoder().fit_transform(words).label_counts == COUNTS
