"""Several augmenters at once, by name or by instance."""

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import make_pipeline

from skseq import Sequences
from skseq.augment import (
    AUGMENTERS,
    Augmenter,
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
from skseq.samplers import SequenceOverSampler

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


@pytest.mark.parametrize("combination", [Compose, OneOf])
def test_members_and_their_parameters_are_named_as_by_make_pipeline(combination):
    members = [Jitter(0.1), Scaling(), Jitter(0.2), Compose([Scaling(0.3)])]
    params = combination(members).get_params()
    steps = make_pipeline(*members[:3], "passthrough").get_params()
    del steps["passthrough"], steps["steps"]
    named_alike = {name: steps[name] for name in steps.keys() & params.keys()}
    assert set(named_alike) >= {"jitter-1__sigma", "scaling__p", "jitter-2", "jitter-2__p"}
    assert all(params[name] is value for name, value in named_alike.items())
    assert params["compose__scaling__sigma"] == 0.3
    assert set(combination(members).get_params(deep=False)) <= {"augmenters", "weights", "p"}


@pytest.mark.parametrize("combination", [Compose, OneOf])
def test_every_parameter_that_is_named_can_be_set(combination):
    composed = combination([Jitter(0.1), OneOf([Scaling(), Jitter(0.2)]), Jitter(0.3)])
    for name, value in composed.get_params().items():
        assert composed.set_params(**{name: value}).get_params()[name] is value
    composed.set_params(**{"jitter-2__sigma": 0.7, "oneof__jitter__p": 0.5, "p": 0.9})
    first, one_of, last = composed.augmenters
    inner = one_of.augmenters[1]
    assert (first.sigma, inner.sigma, inner.p, last.sigma, composed.p) == (0.1, 0.2, 0.5, 0.7, 0.9)


def test_setting_a_parameter_of_a_clone_leaves_the_original_alone():
    members = [Jitter(0.1), Scaling()]
    original = Compose(members)
    copied = clone(original).set_params(jitter__sigma=0.5, scaling=Jitter(0.2))
    assert repr(copied) == repr(Compose([Jitter(0.5), Jitter(0.2)]))
    assert repr(original) == repr(Compose([Jitter(0.1), Scaling()]))
    assert original.set_params(scaling=Jitter()).augmenters is not members
    assert len(members) == 2
    assert isinstance(members[1], Scaling)


def test_member_that_is_replaced_takes_the_parameters_meant_for_its_name():
    composed = Compose([Jitter(), Jitter()])
    composed.set_params(**{"jitter-1": Scaling(), "jitter-1__p": 0.5, "jitter-2__p": 0.2})
    assert repr(composed) == repr(Compose([Scaling(p=0.5), Jitter(p=0.2)]))
    composed.set_params(jitter__p=0.3, augmenters=[Jitter()])
    assert repr(composed) == repr(Compose([Jitter(p=0.3)]))


def test_grid_reaches_members_through_a_pipeline():
    pipeline = Pipeline([("sample", SequenceOverSampler(augment=Compose([TO_SEVEN, TO_EIGHT])))])
    X, y = [[2, 2], [2, 2, 2], [3, 3]], ["common", "common", "rare"]
    grid = ParameterGrid({
        "sample__augment__tokendropout-2__unknown": [5, 6],
        "sample__augment__tokendropout-2": [TO_SEVEN, TO_EIGHT],
    })  # fmt: skip
    for params in grid:
        candidate = clone(pipeline).set_params(**clone(params, safe=False))
        X_new, _ = candidate.named_steps["sample"].fit_resample(X, y)
        assert set(X_new[-1]) == {params["sample__augment__tokendropout-2__unknown"]}
    assert (TO_SEVEN.unknown, TO_EIGHT.unknown) == (7, 8)


def test_parameter_of_the_combination_itself_goes_before_a_member_of_that_name():
    class P(Augmenter):
        """An augmenter whose name is that of a parameter."""

    composed = Compose([P()]).set_params(p=0.25, p__p=0.75)
    assert composed.get_params()["p"] == composed.p == 0.25
    assert composed.augmenters[0].p == 0.75


@pytest.mark.parametrize(
    ("name", "unknown"),
    [("scaling", "scaling"), ("jitter__sigme", "sigme"), ("jitter-1__sigma", "jitter-1")],
)
def test_parameter_that_is_not_there_is_refused(name, unknown):
    with pytest.raises(ValueError, match=f"Invalid parameter '{unknown}' for estimator"):
        Compose([Jitter()]).set_params(**{name: 1})


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
