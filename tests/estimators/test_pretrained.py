"""Vectors of words in estimators: looked up by fold, frozen, and trained."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from skseq import SequenceClassifier, Sequences, SequenceTagger
from skseq.preprocessing import TokenEncoder, WordVectors

pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

ANIMALS = ["cat", "dog", "emu", "cow", "owl", "bee"]
TOOLS = ["saw", "axe", "pin", "hoe", "awl", "adz"]
VECTORS = WordVectors(ANIMALS + TOOLS, np.r_[np.ones((6, 3)), -np.ones((6, 3))])


def sentences(animals, tools, n=40, seed=0):
    rng = np.random.default_rng(seed)
    X = [rng.choice(animals + tools, size=rng.integers(2, 6)).tolist() for _ in range(n)]
    return X, [["animal" if word in ANIMALS else "tool" for word in row] for row in X]


def tagger(**params):
    small = {"hidden_size": 6, "max_epochs": 8, "lr_schedule": "constant", "random_state": 0}
    return SequenceTagger(**small | {"embedding": VECTORS} | params)


def vectors_of(model):
    return model.net_.module_.input_layer.vectors.detach().cpu().numpy()


def test_words_that_only_have_vectors_in_common_are_tagged_alike():
    X, y = sentences(ANIMALS[:3], TOOLS[:3])
    Xt, yt = sentences(ANIMALS[3:], TOOLS[3:])
    encoder = TokenEncoder(vocabulary=ANIMALS + TOOLS)
    model = make_pipeline(encoder, tagger(embedding_frozen=True)).fit(X, y)
    assert model.score(Xt, yt) > 0.95


def test_each_fold_looks_its_own_vocabulary_up():
    X, y = sentences(ANIMALS, TOOLS, n=12)
    labels = np.array([tags[0] for tags in y])
    model = make_pipeline(
        TokenEncoder(),
        SequenceClassifier(
            hidden_size=6, max_epochs=8, embedding=VECTORS, pooling="last", random_state=0
        ),
    )
    assert np.isfinite(cross_val_score(model, X, labels, cv=3)).all()
    model.fit(X, labels)
    rows = VECTORS.rows(model[0].vocabulary_)
    assert vectors_of(model[1]).shape == rows.shape


@pytest.mark.parametrize("level", ["word", "word+char"])
def test_frozen_vectors_stay_and_others_move(level):
    X, y = sentences(ANIMALS, TOOLS)
    encoder = TokenEncoder(level)
    Xt = encoder.fit_transform(X)
    rows = VECTORS.rows(encoder.vocabulary_)
    moved = {}
    for frozen in (True, False, 0.5, 1.0):
        moved[frozen] = np.abs(vectors_of(tagger(embedding_frozen=frozen).fit(Xt, y)) - rows).max()
    assert moved[True] == moved[1.0] == 0
    assert moved[False] > moved[0.5] > 0


def test_vectors_are_frozen_for_their_share_of_the_epochs():
    X, y = sentences(ANIMALS, TOOLS)
    Xt = TokenEncoder().fit_transform(X)
    one = tagger(embedding_frozen=0.5, max_epochs=4).fit(Xt, y)
    frozen = tagger(embedding_frozen=True, max_epochs=2).fit(Xt, y)
    losses = one.history_[:, "train_loss"][:2]
    np.testing.assert_allclose(losses, frozen.history_[:, "train_loss"])


def test_vectors_thaw_and_freeze_in_a_net_that_is_trained_further():
    X, y = sentences(ANIMALS, TOOLS)
    Xt = TokenEncoder("word+char").fit_transform(X)
    model = tagger(embedding_frozen=True, max_epochs=1, warm_start=True).fit(Xt, y)
    frozen = vectors_of(model).copy()
    thawed = vectors_of(model.set_params(embedding_frozen=False).fit(Xt, y)).copy()
    assert np.abs(thawed - frozen).max() > 0
    again = vectors_of(model.set_params(embedding_frozen=True).fit(Xt, y))
    np.testing.assert_array_equal(again, thawed)


def test_frozen_changes_nothing_without_vectors():
    X, y = sentences(ANIMALS, TOOLS)
    Xt = TokenEncoder().fit_transform(X)
    plain, frozen = (
        tagger(embedding=None, embedding_frozen=frozen, max_epochs=1).fit(Xt, y)
        for frozen in (False, True)
    )
    np.testing.assert_array_equal(vectors_of(plain), vectors_of(frozen))


def test_clones_share_vectors():
    assert clone(tagger()).embedding is VECTORS


def test_ids_without_words_are_refused_and_ids_of_no_word_get_0():
    X, y = sentences(ANIMALS, TOOLS)
    Xt = TokenEncoder().fit_transform(X)
    with pytest.raises(ValueError, match="X does not say which words its ids stand for"):
        tagger().fit(Xt.replace(vocabulary=None), y)
    wide = Xt.replace(n_tokens=Xt.n_tokens + 3)
    model = tagger(embedding_frozen=True, max_epochs=1).fit(wide, y)
    np.testing.assert_array_equal(vectors_of(model)[-3:], 0)


def test_vectors_need_ids():
    X = Sequences.from_list([[0.5, 1.0], [2.0, 1.0]])
    with pytest.raises(ValueError, match="embedding is for token ids, but X holds values"):
        tagger().fit(X, [["a", "b"], ["b", "a"]])
