"""Several augmenters at once, by name or by instance."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.augment import (
    AUGMENTERS,
    Compose,
    Jitter,
    OneOf,
    RandomDeletion,
    RandomInsertion,
    RandomSwap,
    Scaling,
    TokenDropout,
    make_augmenter,
)

TO_SEVEN, TO_EIGHT = TokenDropout(1.0, unknown=7), TokenDropout(1.0, unknown=8)


def test_compose_applies_one_after_the_other():
    assert Compose([TO_SEVEN, TO_EIGHT])([[2, 3]]).tolist() == [[8, 8]]
    assert Compose([TO_EIGHT, TO_SEVEN])([[2, 3]]).tolist() == [[7, 7]]


def test_members_learn_from_the_data_as_they_came():
    composed = Compose([TO_SEVEN, RandomInsertion(1.0)])
    assert set(composed([[2, 2, 2]], random_state=0).values) == {2, 7}


def test_members_decide_by_their_own_probability():
    X = Sequences.from_padded(np.full((2000, 2), 2))
    half = Compose(
        [TokenDropout(1.0, p=0.5, unknown=7), TokenDropout(1.0, p=0.5, unknown=8)], p=0.8
    )
    shares = np.bincount(half(X, random_state=0).values[::2]) / 2000
    np.testing.assert_allclose(shares[[2, 7, 8]], [0.2 + 0.2, 0.2, 0.4], atol=0.04)


@pytest.mark.parametrize(("weights", "shares"), [(None, [0.5, 0.5]), ([1, 3], [0.25, 0.75])])
def test_one_of_draws_by_weight_for_each_sequence(weights, shares):
    X = Sequences.from_padded(np.full((2000, 2), 2), origin=np.arange(2000))
    X_new = OneOf([TO_SEVEN, TO_EIGHT], weights=weights)(X, random_state=0)
    np.testing.assert_allclose(np.bincount(X_new.values)[7:] / 4000, shares, atol=0.04)
    assert X_new.origin == X.origin


def test_one_of_keeps_sequences_in_order_with_their_labels(ragged_tokens, tags):
    X, y = OneOf([RandomDeletion(0.5), RandomInsertion(0.5), RandomSwap(0.5)])(
        ragged_tokens, tags.replace(values=tags.sequence_index()), random_state=0
    )
    assert np.array_equal(y.values, X.sequence_index())
    assert y.aligns_with(X)
    assert not X.aligns_with(ragged_tokens)


def test_combinations_nest():
    nested = Compose([OneOf([TO_SEVEN, Compose([TO_EIGHT, TO_SEVEN])]), TO_EIGHT])
    assert nested([[2, 3]]).tolist() == [[8, 8]]


@pytest.mark.parametrize(
    ("combination", "error", "message"),
    [
        (Compose([]), ValueError, "augmenters is empty"),
        (Compose(Jitter()), ValueError, "'augmenters' parameter of Compose"),
        (Compose([Jitter]), TypeError, r"augmenters\[0\] must be an instance of .*Augmenter"),
        (Compose([Jitter(-1)]), ValueError, "'sigma' parameter of Jitter"),
        (Compose([RandomSwap()]), TypeError, "RandomSwap changes token ids"),
        (OneOf([Jitter(), Scaling()], weights=[1]), ValueError, "one entry for each of the 2"),
        (OneOf([Jitter(), Scaling()], weights=[1, -1]), ValueError, "none of them negative"),
        (OneOf([Jitter(), Scaling()], weights=[0, 0]), ValueError, "not all 0"),
    ],
)
def test_bad_combinations_are_refused(combination, error, message):
    with pytest.raises(error, match=message):
        combination([[1.0, 2.0]])


def test_augmenters_are_made_from_names_classes_instances_and_lists():
    for table in AUGMENTERS.values():
        for name, cls in table.items():
            if name != "synonym_replacement":
                assert type(make_augmenter(name)) is cls
    jitter = Jitter(0.1)
    assert make_augmenter(jitter) is jitter
    assert repr(make_augmenter([jitter, "scaling", Scaling])) == repr(
        Compose([jitter, Scaling(), Scaling()])
    )


@pytest.mark.parametrize(
    ("augment", "error", "message"),
    [
        ("time_wrap", ValueError, "augment must be one of .* Did you mean 'time_warp'"),
        ("synonym_replacement", ValueError, "SynonymReplacement needs arguments.*'synonyms'"),
        (3, TypeError, "a name in skseq.augment.AUGMENTERS.*; got 3"),
        (Sequences, TypeError, "an instance or a class of"),
    ],
)
def test_what_is_no_augmenter_is_refused(augment, error, message):
    with pytest.raises(error, match=message):
        make_augmenter(augment)
