"""Every augmenter of the table, and every combination of them, keeps the contract."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq.augment import AUGMENTERS, Compose, OneOf
from skseq.testing import check_augmenter
from skseq.testing._augmenters import _check_labels_stay_aligned, _Trial

# Those that cannot be made without arguments; these synonyms have the same planted label.
ARGUMENTS = {"synonym_replacement": {"synonyms": {i: [(i + 2) % 40] for i in range(2, 38)}}}


TABLE_AUGMENTERS = [
    pytest.param(cls(**ARGUMENTS.get(name, {})), id=name)
    for table in AUGMENTERS.values()
    for name, cls in table.items()
]


@pytest.mark.parametrize("augmenter", TABLE_AUGMENTERS)
def test_augmenter_of_the_table_keeps_the_contract(augmenter):
    check_augmenter(augmenter)


@pytest.mark.parametrize("kind", AUGMENTERS)
@pytest.mark.parametrize("combination", [Compose, OneOf])
def test_combination_keeps_the_contract(combination, kind):
    table = AUGMENTERS[kind].items()
    members = [cls(p=0.3, **ARGUMENTS.get(name, {})) for name, cls in table if not cls.by_class]
    check_augmenter(combination(members), kind=kind)


@pytest.mark.parametrize("combination", [Compose, OneOf])
def test_combination_with_augmenters_by_class_keeps_the_contract(combination):
    table = AUGMENTERS["values"].values()
    members = [cls(p=0.3) for cls in table]
    check_augmenter(combination(members), kind="values")


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, table in AUGMENTERS.items() for name in table]
)
def test_table_lists_each_augmenter_under_its_kind_and_name(kind, name):
    cls = AUGMENTERS[kind][name]
    words = "".join(word.capitalize() for word in name.split("_"))
    assert cls.kind == kind
    assert cls.__name__ == words


@pytest.mark.filterwarnings("ignore::skseq.exceptions.SmallClassWarning")
@pytest.mark.parametrize("augmenter", TABLE_AUGMENTERS)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_planted_label_is_found_again(augmenter, seed):
    trial = _Trial(augmenter, augmenter.kind, seed)
    _check_labels_stay_aligned(trial)
