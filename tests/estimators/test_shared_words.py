"""What estimators share is said in the same words: their docstrings are typed by hand."""

import re

import pytest
from numpydoc.docscrape import ClassDoc

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    SequenceTagger,
)
from skseq.nn import ENCODERS
from skseq.training import LR_SCHEDULES, OPTIMIZERS

ESTIMATORS = (SequenceClassifier, SequenceOrdinalClassifier, SequenceRegressor, SequenceTagger)

# Where an estimator means something of its own by a name, and says it in words of its own.
OWN_WORDS = {
    "SequenceOrdinalClassifier": {"classes", "classes_", "decision", "head", "scoring"},
    "SequenceRegressor": {
        "causal",
        "chunk_context",
        "chunk_length",
        "dense_sizes",
        "early_stopping",
        "history_",
        "ignore",
        "loss",
        "pooling",
        "validation_fraction",
        "warm_start",
    },
    "SequenceTagger": {"augment", "batch_balance", "batch_size", "dense_sizes", "target_prior"},
}


def entries():
    """Each documented name, and what each estimator says of it, but for numbers of references."""
    said = {}
    for estimator in ESTIMATORS:
        doc = ClassDoc(estimator, config={"show_class_members": False})
        for entry in [*doc["Parameters"], *doc["Attributes"]]:
            words = " ".join([entry.type, *entry.desc])
            said.setdefault(entry.name, {})[estimator.__name__] = re.sub(r"\[\d+\]_", "[]_", words)
    return said


ENTRIES = {name: said for name, said in entries().items() if len(said) > 1}


@pytest.mark.parametrize("name", ENTRIES)
def test_estimators_say_the_same_of_what_they_share(name):
    alike = {words for who, words in ENTRIES[name].items() if name not in OWN_WORDS.get(who, set())}
    assert len(alike) <= 1, f"{name} is described in different words: {sorted(alike)}"


@pytest.mark.parametrize("who", OWN_WORDS)
def test_words_of_ones_own_are_others_words_indeed(who):
    for name in OWN_WORDS[who]:
        others = [words for other, words in ENTRIES[name].items() if other != who]
        assert ENTRIES[name][who] not in others, name


def test_what_is_shared_is_most_of_it():
    assert len(ENTRIES) > 40


@pytest.mark.parametrize("name", ["encoder", "lr_schedule", "optimizer"])
def test_the_names_that_docstrings_list_are_those_of_the_table(name):
    table = {"encoder": ENCODERS, "lr_schedule": LR_SCHEDULES, "optimizer": OPTIMIZERS}[name]
    for who, words in ENTRIES[name].items():
        listed = re.search(r"\{(.*?)\}", words).group(1)
        assert set(re.findall(r'"(\w+)"', listed)) - {"auto"} == set(table), who
