"""Steps that are dicts of features, as sklearn-crfsuite takes them, need no encoder of theirs."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from skseq import (
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)
from skseq.datasets import read_conll
from skseq.preprocessing import FeatureEncoder

SHARED = Path(__file__).parents[3] / "shared" / "data"
SMALL = {"hidden_size": 4, "embedding_dim": 8, "max_epochs": 2, "random_state": 0}

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")


def word2features(sent, i):
    """The features of sklearn-crfsuite's tutorial, which has parts of speech besides."""
    word = sent[i]
    features = {
        "bias": 1.0,
        "word.lower()": word.lower(),
        "word[-3:]": word[-3:],
        "word[-2:]": word[-2:],
        "word.isupper()": word.isupper(),
        "word.istitle()": word.istitle(),
        "word.isdigit()": word.isdigit(),
    }
    for offset, edge in ((-1, "BOS"), (1, "EOS")):
        if 0 <= i + offset < len(sent):
            near = sent[i + offset]
            features[f"{offset:+d}:word.lower()"] = near.lower()
            features[f"{offset:+d}:word.istitle()"] = near.istitle()
        else:
            features[edge] = True
    return features


def sent2features(sent):
    return [word2features(sent, i) for i in range(len(sent))]


WORDS = [["Ann", "sings"], ["He", "saw", "Bob", "run"], ["no"]] * 8
X = [sent2features(sent) for sent in WORDS]
Y = [["B-PER" if word in ("Ann", "Bob") else "O" for word in sent] for sent in WORDS]
TARGETS = {
    SequenceTagger: Y,
    SequenceClassifier: [0, 1, 2] * 8,
    SequenceOrdinalClassifier: [0, 1, 2] * 8,
    SequenceRegressor: [0.0, 1.0, 2.0] * 8,
}


@pytest.mark.parametrize("estimator", TARGETS)
def test_an_estimator_encodes_dicts_as_a_pipeline_would(estimator):
    y = TARGETS[estimator]
    ours = estimator(**SMALL).fit(X, y)
    theirs = make_pipeline(FeatureEncoder(), estimator(**SMALL)).fit(X, y)
    said = ours.predict(X[:5])
    assert list(said) == theirs.predict(X[:5]).tolist()
    assert ours.score(X, y) == theirs.score(X, y)
    assert list(pickle.loads(pickle.dumps(ours)).predict(X[:5])) == list(said)


def test_dicts_in_other_forms_are_the_same():
    expected = SequenceTagger(**SMALL).fit(X, Y).predict_proba(X)
    objects = np.empty(len(X), dtype=object)
    objects[:] = X
    for form in (objects, Sequences.from_list([np.array(row, dtype=object) for row in X])):
        assert SequenceTagger(**SMALL).fit(form, Y).predict_proba(form) == expected


def test_a_refit_on_other_steps_forgets_the_dicts():
    model = SequenceTagger(**SMALL).fit(X, Y)
    ids = [[2 + len(word) for word in sent] for sent in WORDS]
    expected = SequenceTagger(**SMALL).fit(ids, Y).predict(ids)
    assert model.fit(ids, Y).predict(ids) == expected
    model = SequenceTagger(**SMALL).partial_fit(X, Y, classes=["B-PER", "O"]).partial_fit(X, Y)
    assert [len(row) for row in model.predict(X)] == [len(row) for row in X]


def test_a_step_that_is_no_dict_is_named():
    with pytest.raises(TypeError, match=r"X\[0\], step 1 must be a dict of features, got 'word'"):
        SequenceTagger(**SMALL).fit([[{"a": 1}, "word"]] * 4, [["O", "B"]] * 4)


def test_the_tutorial_of_sklearn_crfsuite_runs_with_the_estimator_swapped():
    metrics = pytest.importorskip("sklearn_crfsuite.metrics")
    path = SHARED / "wnut17" / "train.conll"
    if not path.exists():
        pytest.skip("the set is not there")
    tweets = read_conll(path)
    named = [row for row in range(600) if set(tweets.target[row]) > {"O"}][:60]
    sents = [list(tweets.data[row]) for row in named]
    y = [[tag[0] for tag in tweets.target[row]] for row in named]  # B, I and O: sentences are few
    X_train, y_train = [sent2features(sent) for sent in sents[:40]], y[:40]
    X_test, y_test = [sent2features(sent) for sent in sents[40:]], y[40:]
    crf = SequenceTagger(head="crf", **SMALL)
    crf.fit(X_train, y_train)
    labels = list(crf.classes_)
    labels.remove("O")
    y_pred = crf.predict(X_test)
    metrics.flat_f1_score(y_test, y_pred, average="weighted", labels=labels, zero_division=0)
    search = GridSearchCV(SequenceTagger(**SMALL), {"lr": [0.01]}, cv=2).fit(X_train, y_train)
    assert len(search.predict(X_test)) == len(X_test)
