"""The base: forms of X and y, the draw of sequences, fitting, errors."""

import numpy as np
import pytest

from skseq import Sequences
from skseq.augment import (
    Augmenter,
    Jitter,
    LabelwiseTokenReplacement,
    NewSteps,
    RandomInsertion,
    RandomSwap,
    Scaling,
    TokenDropout,
)


class Doubled(Augmenter):
    """Says every step twice."""

    def _change(self, X, y, random_state):
        return NewSteps(source=np.repeat(np.arange(X.n_steps), 2), lengths=2 * X.lengths)


def test_sequences_are_augmented_with_probability_p_and_keep_their_order(ragged_tokens, tags):
    X = Sequences.concatenate([ragged_tokens] * 40)
    X = X.replace(origin=np.arange(len(X)), weight=np.arange(X.n_steps))
    y = Sequences.concatenate([tags] * 40)
    X_new, y_new = Doubled(p=0.3)(X, y, random_state=0)
    is_doubled = X_new.lengths == 2 * X.lengths
    assert 0.25 < is_doubled.mean() < 0.35
    assert X_new.origin == X.origin
    for row in range(0, len(X), 7):
        times = 1 + is_doubled[row]
        assert X_new[row].tolist() == np.repeat(X[row], times).tolist()
        assert y_new[row].tolist() == np.repeat(y[row], times).tolist()
        weight = X_new[row : row + 1].weight
        assert weight.tolist() == np.repeat(X[row : row + 1].weight, times).tolist()


def test_weights_and_origin_of_the_labels_follow_as_well(ragged_tokens, tags):
    tags = tags.replace(weight=np.arange(tags.n_steps), origin=np.arange(len(tags)))
    _, y_new = Doubled()(ragged_tokens, tags)
    assert y_new.weight.tolist() == np.repeat(tags.weight, 2).tolist()
    assert y_new.origin == tags.origin


def test_plain_input_gives_sequences():
    array = np.ones((2, 3))
    assert Scaling(0)(array) == Sequences.from_padded(array)
    objects = np.empty(2, dtype=object)
    objects[:] = [np.ones(2), np.ones(3)]
    assert Scaling(0)(objects).lengths.tolist() == [2, 3]


def test_a_fitted_augmenter_draws_from_what_it_was_fitted_on():
    X = Sequences.from_list([[7] * 50, [2, 3]])
    augmenter = RandomInsertion().fit(X[:1])
    assert augmenter([[2, 3]], random_state=0).tolist()[0].count(7) == 1
    assert RandomInsertion()([[2, 3]], random_state=0).tolist()[0].count(7) == 0


def test_parameters_set_after_fit_count(ragged_tokens):
    augmenter = TokenDropout(1.0).fit(ragged_tokens).set_params(p=0)
    assert augmenter(ragged_tokens) == ragged_tokens


@pytest.mark.parametrize(
    ("augmenter", "X", "y", "error", "message"),
    [
        (Jitter(), [[1, 2]], None, TypeError, "floating-point values, but X has int64.*'tokens'"),
        (Jitter(), [[1.0, np.nan]], None, ValueError, "X contains NaN or infinity; fill it"),
        (RandomSwap(), [[1.0, 2.0]], None, TypeError, "one integer per step, but X has float64"),
        (RandomSwap(), [[1, 2], []], None, ValueError, r"X\[1\] is empty"),
        (RandomSwap(), ["to be"], None, TypeError, "is text"),
        (RandomSwap(), [[1, 2]], [["a"]], ValueError, r"y\[0\] has 1 labels but X\[0\] has 2"),
        (RandomSwap(), [[1, 2]], ["a", "b"], ValueError, "inconsistent numbers of samples"),
        (RandomSwap(alpha=2), [[1, 2]], None, ValueError, "'alpha' parameter of RandomSwap"),
        (RandomSwap(p=-1), [[1, 2]], None, ValueError, "'p' parameter of RandomSwap"),
        (LabelwiseTokenReplacement(), [[1]], None, ValueError, "one label for each step, got none"),
        (LabelwiseTokenReplacement(), [[1]], ["a"], ValueError, "one label for each step"),
        (Augmenter(), [[1]], None, NotImplementedError, "must define _change"),
    ],
)
def test_bad_input_is_refused(augmenter, X, y, error, message):
    with pytest.raises(error, match=message):
        augmenter(X, y)


def test_ids_outside_the_vocabulary_are_refused(ragged_tokens):
    X = ragged_tokens.replace(n_tokens=20)
    with pytest.raises(ValueError, match=r"TokenDropout gave the token id 20.*ids 0 to 19"):
        TokenDropout(1.0, unknown=20)(X)


def test_fit_needs_sequences_and_calls_the_features_of_fit():
    with pytest.raises(ValueError, match="X holds no sequences"):
        Jitter().fit([])
    augmenter = Jitter().fit(np.ones((2, 3, 2)))
    with pytest.raises(ValueError, match="X has 1 features, but Jitter was fitted on 2"):
        augmenter(np.ones((2, 3)))


@pytest.mark.parametrize(("mark", "ignore"), [(-100, -100), (None, [None])])
def test_marks_move_along_where_they_are_named(mark, ignore):
    X, y = [[2, 3, 4], [5]], [[0, mark, 1], [mark]]
    X_new, y_new = Doubled()(X, y, ignore=ignore)
    assert X_new.tolist() == [[2, 2, 3, 3, 4, 4], [5, 5]]
    assert [list(row) for row in y_new] == [[0, 0, mark, mark, 1, 1], [mark, mark]]
    augmenter = LabelwiseTokenReplacement(1.0).fit(X, y, ignore=ignore)
    assert augmenter(X, y, random_state=0, ignore=ignore)[1] == y
    for door in (Doubled(), Doubled().fit):
        with pytest.raises(ValueError, match=r"not a label.*ignore="):
            door(X, y)
