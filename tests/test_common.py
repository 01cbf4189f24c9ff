"""Every public estimator, sampler, loss and encoder keeps its contract; new ones are found."""

import importlib
import inspect
import pkgutil
from types import SimpleNamespace

import pytest
import torch
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import LocalOutlierFactor
from sklearn.pipeline import make_pipeline

import skseq
from skseq import SequenceClassifier, SequenceTagger
from skseq.losses import LOSSES, SequenceLoss
from skseq.nn import ENCODERS
from skseq.preprocessing import SequenceSummarizer
from skseq.testing import check_encoder, check_loss, parametrize_with_checks

# Small nets on the CPU, whatever the machine has, which know the class shares before they learn;
# meta-estimators around something quick.
SMALL = {
    "hidden_size": 4,
    "embedding_dim": 4,
    "initial_bias": "prior",
    "max_epochs": 2,
    "device": "cpu",
    "n_estimators": 2,
    "estimator": make_pipeline(SequenceSummarizer(), LogisticRegression()),
}


class LetterModel(torch.nn.Embedding):
    """What is asked of a pretrained model: a vector for each letter."""

    config = SimpleNamespace(hidden_size=4, num_hidden_layers=1)

    def forward(self, input_ids, **kwargs):
        return SimpleNamespace(last_hidden_state=super().forward(input_ids))


def letters(texts, **kwargs):
    """What is asked of its tokenizer."""
    return {"input_ids": [[ord(letter) for letter in text] for text in texts]}


# class name -> parameters besides: no weights get to the end of that pipeline.
PARAMETERS = {
    "AnomalyClassifier": {
        "detector": make_pipeline(
            SequenceSummarizer(), LocalOutlierFactor(n_neighbors=3, novelty=True)
        ),
        "cv": 2,
    },
    "SequenceAdaBoostClassifier": {
        "estimator": SequenceClassifier(hidden_size=4, embedding_dim=4, max_epochs=2, device="cpu")
    },
    "PretrainedEncoder": {"model": LetterModel(128, 4), "tokenizer": letters, "device": "cpu"},
    "StepTransformer": {"transformer": TfidfVectorizer(analyzer="char"), "n_components": 2},
    "SequenceBlender": {
        "estimators": [
            ("table", SMALL["estimator"]),
            (
                "net",
                SequenceClassifier(
                    hidden_size=4, embedding_dim=4, max_epochs=2, device="cpu", random_state=0
                ),
            ),
        ],
        "cv": 2,
    },
}

# class name -> the forms of X it takes, where it refuses another one.
# Between two token ids there is nothing, nor a distance: samplers that measure take values alone.
FORMS = {
    "SequenceEditedNearestNeighbours": ("values",),
    "SequenceSMOTE": ("values",),
    "SequenceTomekLinks": ("values",),
    "StepTransformer": ("token_lists",),  # a text is a step, not a sequence
}

# class name -> {check name: reason}. Empty is the aim.
EXPECTED_FAILURES = {}


def public_classes():
    """Classes that the ``__all__`` of a part of skseq names."""
    found = set()
    for part in pkgutil.iter_modules(skseq.__path__):
        module = importlib.import_module(f"skseq.{part.name}")
        names = getattr(module, "__all__", []) if not part.name.startswith("_") else []
        found |= {thing for name in names if inspect.isclass(thing := getattr(module, name))}
    return sorted(found, key=lambda cls: cls.__name__)


def small(cls):
    """An instance with small settings, of those parameters that it has."""
    parameters = inspect.signature(cls).parameters
    chosen = {name: value for name, value in SMALL.items() if name in parameters}
    return cls(**chosen | PARAMETERS.get(cls.__name__, {}))


def is_estimator(cls):
    methods = ("fit_resample", "predict", "transform")
    return issubclass(cls, BaseEstimator) and any(hasattr(cls, method) for method in methods)


CLASSES = public_classes()
ESTIMATORS = [small(cls) for cls in CLASSES if is_estimator(cls)]
# Tags that are decided together; how steps are read makes no difference to that.
CHAIN = small(SequenceTagger).set_params(head="crf")
OWN_LOSSES = [cls for cls in CLASSES if issubclass(cls, SequenceLoss) and cls is not SequenceLoss]


@parametrize_with_checks(
    ESTIMATORS,
    forms=lambda estimator: FORMS.get(type(estimator).__name__),
    expected_failed_checks=lambda estimator: EXPECTED_FAILURES.get(type(estimator).__name__, {}),
)
def test_estimator_keeps_the_conventions_on_ragged_data(estimator, check):
    check(estimator)


@parametrize_with_checks([CHAIN], forms=lambda estimator: ("tokens",))
def test_a_tagger_keeps_them_with_a_chain(estimator, check):
    check(estimator)


@pytest.mark.parametrize("loss", [*LOSSES, *OWN_LOSSES])
def test_loss_keeps_its_contract(loss):
    check_loss(loss)


@pytest.mark.parametrize("encoder", ENCODERS)
def test_encoder_keeps_its_contract(encoder):
    check_encoder(encoder)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_of_the_table_is_public(loss):
    assert LOSSES[loss] in OWN_LOSSES


def test_the_search_finds_estimators_samplers_and_transformers():
    found = {type(estimator).__name__ for estimator in ESTIMATORS}
    assert found >= {
        "ClassWeightTransformer",
        "SequenceClassifier",
        "SequenceOverSampler",
        "SequenceScaler",
        "SequenceTagger",
        "TagOverSampler",
        "TokenEncoder",
    }
