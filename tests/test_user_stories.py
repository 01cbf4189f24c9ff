"""The four stories skseq is for, at small scale, on data whose best possible score is known.

In each, the plain net gives (nearly) everything to the majority and says so, and one grid over
sampler, weights and decision finds a strategy that lifts macro F1 by a wide margin. Sizes are those
of a test, so the nets are small and train briefly; what is compared has the same budget.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold

from skseq import ClassWeightTransformer, SequenceClassifier, Sequences, SequenceTagger
from skseq.datasets import make_imbalanced_sequences, make_imbalanced_tags
from skseq.exceptions import CollapseWarning
from skseq.metrics import get_scorer
from skseq.samplers import SequenceOverSampler, TagOverSampler


@dataclass
class Story:
    """Data, the plain net, what the user may try, and the lift in macro F1 that must come of it."""

    make: callable
    model: object
    sampler: object
    lift: float

    @property
    def is_tagging(self):
        return isinstance(self.model, SequenceTagger)


def dialogue():
    """One recording in pieces that keep their order: 6,000 rows of 2 floats, 5 classes, 53 %."""
    X, y, posterior = make_imbalanced_tags(
        1,
        length=6000,
        n_classes=5,
        weights=0.53,
        class_sep=1.0,
        context=0.3,
        random_state=0,
        return_posterior=True,
    )
    pieces = np.arange(0, 6001, 500)
    return Sequences(X.values, pieces), Sequences(y.values, pieces), posterior.values


def short_texts():
    """500 short texts, 18 classes, 70 % in one."""
    return make_imbalanced_sequences(
        500,
        kind="tokens",
        n_classes=18,
        weights=0.7,
        class_sep=1.5,
        temporal=0.2,
        length=(5, 25),
        random_state=0,
        return_posterior=True,
    )


def characters():
    """Characters: 490 of 496 steps in one of 5 tags."""
    X, y, posterior = make_imbalanced_tags(
        100,
        kind="tokens",
        n_classes=5,
        length=500,
        weights=490 / 496,
        class_sep=5.0,
        context=0.3,
        random_state=0,
        return_posterior=True,
    )
    return X, y, posterior.values


def intensities():
    """Ordered intensities from 1 to 5, 70 % of them 3 and 2 % of them 1."""
    return make_imbalanced_sequences(
        500,
        n_classes=5,
        ordinal=True,
        weights=[0.02, 0.1, 0.7, 0.15, 0.03],
        class_sep=2.0,
        temporal=0.2,
        length=(3, 15),
        random_state=0,
        return_posterior=True,
    )


# Nets as users describe them: they name one class, which the defaults are made to avoid.
WEAK = {"encoder": "bilstm", "dropout": 0.2, "lr_schedule": "constant"}

STORIES = {
    "dialogue": Story(
        dialogue,
        SequenceTagger(
            **WEAK, hidden_size=16, lr=0.01, max_epochs=4, chunk_length=100, chunk_context=10
        ),
        TagOverSampler(),
        lift=0.15,
    ),
    "short texts": Story(
        short_texts,
        SequenceClassifier(**WEAK, hidden_size=32, max_epochs=1, lr=0.002),
        SequenceOverSampler(random_state=0),
        lift=0.15,
    ),
    "characters": Story(
        characters,
        SequenceTagger(
            **WEAK,
            hidden_size=16,
            embedding_dim=16,
            max_epochs=2,
            chunk_length=64,
            chunk_context=8,
            lr=0.002,
        ),
        TagOverSampler(),
        lift=0.15,
    ),
    "intensities": Story(
        intensities,
        SequenceClassifier(**WEAK, hidden_size=16, pooling="max", max_epochs=2, lr=0.005),
        SequenceOverSampler(random_state=0),
        lift=0.15,
    ),
}


@pytest.mark.parametrize("name", STORIES)
# Some points of the grid collapse, and some count double: the user's grid does not know better.
@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.filterwarnings("ignore::skseq.exceptions.DoubleCountingWarning")
@pytest.mark.filterwarnings("ignore:The least populated class:UserWarning")
@pytest.mark.filterwarnings("ignore:y has label:UserWarning")
def test_a_strategy_lifts_what_the_plain_net_gives_up(name, record_property):
    story = STORIES[name]
    X, y, posterior = story.make()
    classes = np.unique(y.values if story.is_tagging else y)
    model = clone(story.model).set_params(random_state=0, classes=classes)

    with pytest.warns(CollapseWarning, match="has collapsed to that class"):
        clone(model).fit(X, y)

    pipeline = Pipeline(
        [("sample", "passthrough"), ("weight", ClassWeightTransformer(None)), ("model", model)]
    )
    search = GridSearchCV(
        pipeline,
        {
            "sample": ["passthrough", story.sampler],
            "weight__strategy": [None, "balanced", "effective"],
            "model__decision": ["argmax", "balanced"],
        },
        scoring=get_scorer("tag_f1_macro") if story.is_tagging else "f1_macro",
        cv=KFold(2) if story.is_tagging else StratifiedKFold(2, shuffle=True, random_state=0),
        error_score="raise",
    ).fit(X, y)

    plain = search.cv_results_["mean_test_score"][
        search.cv_results_["params"].index(
            {"sample": "passthrough", "weight__strategy": None, "model__decision": "argmax"}
        )
    ]
    labels, best_guess = (y.values if story.is_tagging else y), classes[posterior.argmax(axis=1)]
    reached = (
        f"{name}: plain {plain:.3f}, {search.best_score_:.3f} with {search.best_params_}; who "
        f"knows how the data were made gets {f1_score(labels, best_guess, average='macro'):.3f}"
    )
    record_property("reached", reached)
    print(reached)
    assert search.best_score_ >= plain + story.lift, reached
