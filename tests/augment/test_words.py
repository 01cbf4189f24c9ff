"""EDA: how many tokens change, which, and that spans of tags stay whole."""

from collections import Counter
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import KFold, cross_val_score
from sklearn.pipeline import make_pipeline

from skseq import SequenceClassifier, Sequences
from skseq.augment import (
    Augmenter,
    CharacterNoise,
    NewSteps,
    RandomDeletion,
    RandomInsertion,
    RandomSwap,
    SynonymReplacement,
)
from skseq.preprocessing import TokenEncoder

SCHEMES = {
    "IOB": {1: ["B-"], 2: ["B-", "I-"], 3: ["B-", "I-", "I-"]},
    "IOBES": {1: ["S-"], 2: ["B-", "E-"], 3: ["B-", "I-", "E-"]},
    "BILOU": {1: ["U-"], 2: ["B-", "L-"], 3: ["B-", "I-", "L-"]},
    "BMES": {1: ["S-"], 2: ["B-", "E-"], 3: ["B-", "M-", "E-"]},
}


@pytest.fixture
def texts():
    """300 sequences of 1 to 59 distinct ids each."""
    rng = np.random.default_rng(0)
    return Sequences.from_list([rng.permutation(60)[: rng.integers(1, 60)] for _ in range(300)])


def edits(share, X):
    return np.maximum(1, np.floor(share * X.lengths + 1e-9))


def n_changed(new, old):
    assert new.aligns_with(old)
    is_new = (new.values != old.values).astype(int)
    return np.bincount(old.sequence_index(), weights=is_new, minlength=len(old))


@pytest.mark.parametrize(("n_sequences", "alpha"), [(4999, 0.05), (5000, 0.1)])
def test_auto_alpha_goes_by_the_size_of_the_data(n_sequences, alpha):
    X = Sequences.from_padded(np.tile(np.arange(2, 102), (n_sequences, 1)))
    augmenter = RandomInsertion().fit(X)
    assert augmenter.alpha_ == alpha
    assert augmenter(X[:3], random_state=0).lengths.tolist() == [100 + 100 * alpha] * 3


def test_synonyms_replace_a_share_of_the_tokens_that_have_some(texts):
    synonyms = {i: [100 + i, 200 + i] for i in range(30)}
    X_new = SynonymReplacement(synonyms, alpha=0.1)(texts, random_state=0)
    with_synonyms = np.array([np.count_nonzero(steps < 30) for steps in texts])
    assert n_changed(X_new, texts).tolist() == np.minimum(with_synonyms, edits(0.1, texts)).tolist()
    new = X_new.values != texts.values
    assert set(X_new.values[new] - texts.values[new]) == {100, 200}
    assert abs((X_new.values[new] >= 200).mean() - 0.5) < 0.1


def test_synonyms_may_be_words_of_a_vocabulary():
    vocabulary = {"good": 2, "fine": 3, "film": 4}
    words = {"good": "fine", "film": ["movie"], "bad": ["good"]}
    X_new = SynonymReplacement(words, vocabulary=vocabulary)([[2, 4]], random_state=0)
    assert X_new.tolist() == [[3, 4]]


def test_words_without_a_vocabulary_are_refused():
    for augmenter in (
        SynonymReplacement({"good": ["fine"]}),
        RandomInsertion(synonyms={"good": ["fine"]}),
    ):
        with pytest.raises(ValueError, match=r"X does not say which words.*TokenEncoder in front"):
            augmenter([[2, 4]])


@pytest.mark.parametrize("fixed", [None, {"<pad>": 0, "<unk>": 1, "fine": 2, "good": 3}])
def test_synonyms_are_met_in_the_vocabulary_that_x_carries(fixed):
    synonyms = {"good": ["fine", "unheard-of"]}
    augmenter = SynonymReplacement(synonyms, vocabulary=fixed).fit(
        TokenEncoder().fit_transform(["good fine film film film"])
    )
    for texts in (["a good fine plot"], ["fine good film", "the film is good"]):
        encoder = TokenEncoder()
        X = encoder.fit_transform(texts)
        expected = [text.replace("good", "fine").split() for text in texts]
        for each in (augmenter, SynonymReplacement(synonyms, vocabulary=fixed)):
            assert encoder.inverse_transform(each(X, random_state=0)) == expected
        inserted = RandomInsertion(synonyms=synonyms, vocabulary=fixed)(X, random_state=0)
        added = Counter(chain.from_iterable(encoder.inverse_transform(inserted)))
        added -= Counter(" ".join(texts).split())
        assert added == {"fine": len(texts)}


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_each_fold_replaces_words_by_its_own_ids():
    class Kept(Augmenter):
        kind = "tokens"
        seen = []

        def _change(self, X, y, random_state):
            words = np.array(list(X.vocabulary), dtype=object)
            self.seen.extend(words[X.values].tolist())
            return NewSteps(X.values)

    texts = ["a good film", "good plot twist", "bad bad bad", "a plain bad film", "nice"] * 4
    model = SequenceClassifier(
        hidden_size=2,
        embedding_dim=2,
        max_epochs=1,
        random_state=0,
        augment=[SynonymReplacement({"good": ["nice"]}, vocabulary={"good": 5, "nice": 2}), Kept()],
    )
    pipe = make_pipeline(TokenEncoder(), model)
    cross_val_score(pipe, texts, [1, 1, 0, 0, 1] * 4, cv=KFold(4, shuffle=True, random_state=0))
    assert set(Kept.seen) == {"a", "film", "plot", "twist", "bad", "plain", "nice"}


def test_synonyms_that_cannot_be_met_are_named(texts):
    X = TokenEncoder().fit_transform(["a good film"])
    with pytest.warns(UserWarning, match=r"none of the 1 pair\(s\) of synonyms is in the vocab"):
        SynonymReplacement({"Good": ["fine"]})(X)
    with pytest.raises(TypeError, match="words or token ids, got some of both"):
        SynonymReplacement({"good": [3]})(X)
    with pytest.raises(ValueError, match="vocabulary is for synonyms that are words"):
        SynonymReplacement({2: [3]}, vocabulary={"good": 2})(texts)


def test_no_synonyms_at_all_change_nothing(texts):
    assert SynonymReplacement({})(texts, random_state=0) == texts
    assert RandomInsertion(synonyms={})(texts, random_state=0) == texts


@pytest.mark.parametrize("synonyms", [None, {i: [100 + i] for i in range(30)}])
def test_insertion_adds_tokens_and_keeps_the_others_in_order(texts, synonyms):
    X_new = RandomInsertion(0.1, synonyms=synonyms)(texts, random_state=0)
    n_new = X_new.lengths - texts.lengths
    has_synonyms = np.array([(steps < 30).any() for steps in texts])
    assert n_new.tolist() == (edits(0.1, texts) * (has_synonyms | (synonyms is None))).tolist()
    for new, old in zip(X_new, texts, strict=True):
        rest = iter(new)
        assert all(token in rest for token in old)  # old is a subsequence of new
        if synonyms:
            assert set(new[new >= 100] - 100) <= set(old)


def test_insertion_happens_at_every_place():
    X = Sequences.from_padded(np.tile([2, 3], (3000, 1)))
    X_new = RandomInsertion(synonyms={2: 9, 3: 9})(X, random_state=0)
    place = np.bincount((X_new.values.reshape(-1, 3) == 9).argmax(axis=1)) / 3000
    np.testing.assert_allclose(place, [0.25, 0.5, 0.25], atol=0.04)


def test_swaps_move_twice_as_many_tokens(texts):
    X_new = RandomSwap(0.1)(texts, random_state=0)
    expected = np.minimum(2 * edits(0.1, texts), texts.lengths // 2 * 2)
    assert n_changed(X_new, texts).tolist() == expected.tolist()
    assert all(sorted(new) == sorted(old) for new, old in zip(X_new, texts, strict=True))


def test_swaps_leave_labels_of_steps_in_order(texts):
    y = texts.replace(values=texts.values % 3)
    X_new, y_new = RandomSwap(0.2)(texts, y, random_state=0)
    assert y_new == y
    assert np.array_equal(X_new.values % 3, y.values)
    assert X_new != texts


def test_deletion_drops_the_share_and_never_everything(texts):
    X_new, y_new = RandomDeletion(0.3)(texts, texts, random_state=0)
    assert abs(1 - X_new.n_steps / texts.n_steps - 0.3) < 0.02
    assert X_new == y_new
    for new, old in zip(X_new, texts, strict=True):
        rest = iter(old)
        assert all(token in rest for token in new)
    assert RandomDeletion(1.0)(texts, random_state=0).lengths.tolist() == [1] * len(texts)


@pytest.mark.parametrize("action", ["swap", "replace", "delete", "insert"])
def test_each_typing_error_does_what_it_says(texts, action):
    texts = texts[texts.lengths > 20]
    X_new, y_new = CharacterNoise(0.1, actions=[action])(texts, texts, random_state=0)
    change = {"delete": -1, "insert": 1}.get(action, 0) * edits(0.1, texts)
    assert (X_new.lengths - texts.lengths).tolist() == change.tolist()
    assert X_new.aligns_with(y_new)
    if action == "swap":  # two neighbours never have the same label here
        assert X_new == texts
        X_new = CharacterNoise(0.1, actions=[action])(texts, random_state=0)
        moved = np.array(
            [
                np.abs(np.argsort(new) - np.argsort(old)).max()
                for new, old in zip(X_new, texts, strict=True)
            ]
        )
        assert all(sorted(new) == sorted(old) for new, old in zip(X_new, texts, strict=True))
        assert np.median(moved) == 1
    elif action == "replace":
        assert 0.08 < (X_new.values != texts.values).mean() < 0.1
        assert y_new == texts
    elif action == "delete":
        assert X_new == y_new
    else:
        is_new = y_new.values == np.roll(y_new.values, 1)
        kept = Sequences.from_lengths(X_new.values[~is_new], texts.lengths)
        assert kept == texts


def test_typing_errors_leave_a_character_of_each_text():
    X = CharacterNoise(1.0, actions=["delete"])([[2, 3, 4], [5]], random_state=0)
    assert X.lengths.tolist() == [1, 1]


@pytest.mark.parametrize("actions", [[], ["swap", "sort"], "swap"])
def test_unknown_typing_errors_are_refused(actions):
    with pytest.raises(ValueError, match="actions must be among"):
        CharacterNoise(actions=actions)([[2, 3]])


def spans_of(tags, scheme):
    """Read valid tags by their grammar: list of types of spans; fails where it is broken."""
    last = {"IOB": None, "IOBES": "E", "BILOU": "L", "BMES": "E"}[scheme]
    types, inside = [], None
    for tag in tags:
        prefix, _, kind = tag.partition("-")
        if prefix in "IM" or prefix == last:
            assert inside == kind, f"{tag} is in no span of its type: {tags}"
            inside = None if prefix == last else kind
            continue
        assert inside is None or scheme == "IOB", f"a span does not end: {tags}"
        if prefix != "O":
            types.append(kind)
        inside = kind if prefix == "B" else None
    assert inside is None or scheme == "IOB"
    return types


@st.composite
def tagged(draw):
    scheme = draw(st.sampled_from(sorted(SCHEMES)))
    pieces = st.one_of(
        st.just(["O"]),
        st.builds(
            lambda length, kind: [prefix + kind for prefix in SCHEMES[scheme][length]],
            st.integers(1, 3),
            st.sampled_from(["PER", "LOC"]),
        ),
    )
    rows = draw(
        st.lists(
            st.lists(pieces, min_size=1, max_size=6).map(lambda row: list(chain(*row))),
            min_size=1,
            max_size=5,
        )
    )
    return scheme, [
        ["O"],
        ["B-PER", *{"IOB": [], "BILOU": ["L-PER"]}.get(scheme, ["E-PER"])],
        *rows,
    ]


@pytest.mark.parametrize(
    "augmenter",
    [RandomInsertion(0.5), RandomSwap(0.5), RandomDeletion(0.5), CharacterNoise(0.5)],
    ids=lambda augmenter: type(augmenter).__name__,
)
@given(tagged(), st.integers(0, 2**32 - 1))
def test_spans_of_tags_are_never_torn(augmenter, example, seed):
    scheme, y = example
    X = [list(range(2, 2 + len(row))) for row in y]
    _, y_new = augmenter(X, y, random_state=seed)
    assert [spans_of(row, scheme) for row in y_new] == [spans_of(row, scheme) for row in y]
