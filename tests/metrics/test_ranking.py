"""Ranking metrics: columns and their classes, those that cannot be ranked, what is refused."""

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from skseq import Sequences, metrics

# Ours for labels, ours for tags, theirs for one class.
TRIPLES = {
    "average_precision": (
        metrics.macro_average_precision_score,
        metrics.tag_average_precision_score,
        sklearn.metrics.average_precision_score,
    ),
    "roc_auc": (
        metrics.macro_roc_auc_score,
        metrics.tag_roc_auc_score,
        sklearn.metrics.roc_auc_score,
    ),
}
every_metric = pytest.mark.parametrize(
    ("of_labels", "of_tags", "theirs"), TRIPLES.values(), ids=TRIPLES.keys()
)
CLASSES = np.array(["O", "B", "A"])  # not sorted: columns go by name, not by order


@st.composite
def scored_tags(draw):
    """Draw (y_true, y_score, weight) of ragged sequences; scores are coarse, so ties occur."""
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    n_steps = sum(lengths)
    y_true = Sequences.from_lengths(CLASSES[rng.integers(0, 3, n_steps)], lengths)
    y_score = y_true.replace(values=rng.integers(0, 6, (n_steps, 3)) / 5)
    return y_true, y_score, rng.integers(1, 4, n_steps).astype(float)


def score_by_class(theirs, y_true, y_score, weight, classes=CLASSES):
    scores = [
        theirs(y_true == label, y_score[:, column], sample_weight=weight)
        if 0 < (y_true == label).sum() < len(y_true)
        else np.nan
        for column, label in enumerate(classes)
    ]
    return np.array(scores)


@every_metric
@settings(max_examples=10)
@given(case=scored_tags(), data=st.data())
def test_order_of_sequences_and_of_columns_change_nothing(of_labels, of_tags, theirs, case, data):
    y_true, y_score, _ = case
    expected = of_tags(y_true, y_score, classes=CLASSES)
    order = data.draw(st.permutations(range(len(y_true))))
    columns = data.draw(st.permutations(range(3)))
    mixed = y_score.replace(values=y_score.values[:, columns])
    got = of_tags(y_true[order], mixed[order], classes=CLASSES[columns].tolist())
    np.testing.assert_allclose(got, expected)


@every_metric
def test_every_form_of_scores_gives_the_same(of_labels, of_tags, theirs):
    y_true = Sequences.from_list([["O", "A"], ["B", "O"], ["A", "O"]])
    y_score = y_true.replace(values=np.random.default_rng(0).random((6, 3)))
    expected = of_tags(y_true, y_score, classes=CLASSES)
    padded = y_score.to_padded()[0]
    for scores in (list(y_score), y_score.tolist(), np.asarray(y_score), padded):
        assert of_tags(y_true.tolist(), scores, classes=CLASSES.astype(object)) == expected


@every_metric
def test_classes_default_to_the_sorted_labels_of_y_true(of_labels, of_tags, theirs):
    y_true, y_score = ["O", "A", "B", "O"], np.random.default_rng(0).random((4, 3))
    assert of_labels(y_true, y_score) == of_labels(y_true, y_score, classes=["A", "B", "O"])


@every_metric
def test_one_column_is_the_second_of_two_classes(of_labels, of_tags, theirs):
    rng = np.random.default_rng(0)
    y_true, score = np.array(["no", "yes", "no", "yes", "no"]), rng.random(5)
    expected = [theirs(y_true == "no", -score), theirs(y_true == "yes", score)]
    np.testing.assert_allclose(of_labels(y_true, score, average=None), expected)
    assert of_labels(y_true, score, exclude="majority") == pytest.approx(expected[1])
    ragged = Sequences.from_lengths(score, [2, 3])
    np.testing.assert_allclose(
        of_tags([["no", "yes"], ["no", "yes", "no"]], ragged, average=None), expected
    )


@every_metric
def test_exclude_leaves_classes_out_of_the_mean(of_labels, of_tags, theirs):
    y_true = np.array(["O", "O", "O", "A", "B"])
    y_score = np.random.default_rng(0).random((5, 3))
    by_class = score_by_class(theirs, y_true, y_score, None)
    for exclude, kept in (
        ("majority", [1, 2]),
        ("O", [1, 2]),
        (["O", "A", "Z"], [1]),
        ("B", [0, 2]),
    ):
        got = of_labels(y_true, y_score, classes=CLASSES, exclude=exclude)
        assert got == pytest.approx(by_class[kept].mean())


@every_metric
def test_a_tie_for_the_commonest_goes_by_name_not_by_column(of_labels, of_tags, theirs):
    y_true, y_score = ["A", "B", "B", "A"], np.random.default_rng(0).random((4, 2))
    expected = of_labels(y_true, y_score, classes=["A", "B"], exclude=["A"])
    assert of_labels(y_true, y_score, classes=["A", "B"], exclude="majority") == expected
    swapped = of_labels(y_true, y_score[:, ::-1], classes=["B", "A"], exclude="majority")
    assert swapped == expected


@every_metric
def test_a_class_without_positives_is_left_out_and_none_at_all_is_nan(of_labels, of_tags, theirs):
    y_true, y_score = [["O", "A", "O"]], np.random.default_rng(0).random((1, 3, 3))
    by_class = of_tags(y_true, y_score, classes=CLASSES, average=None)
    assert np.isnan(by_class).tolist() == [False, True, False]
    assert of_tags(y_true, y_score, classes=CLASSES) == pytest.approx(np.nanmean(by_class))
    assert np.isnan(of_tags([["O", "O", "O"]], y_score, classes=CLASSES))


@every_metric
def test_steps_of_weight_zero_are_not_there(of_labels, of_tags, theirs):
    y_true, y_score = ["O", "A", "O", "A", "B"], np.random.default_rng(0).random((5, 3))
    weighted = of_labels(y_true, y_score, classes=CLASSES, sample_weight=[1, 1, 1, 1, 0])
    assert weighted == pytest.approx(of_labels(y_true[:4], y_score[:4], classes=CLASSES))


def test_an_unseen_class_scores_as_by_chance_when_asked():
    y_true, y_score = ["O", "A", "O", "Z"], np.random.default_rng(0).random((4, 2))
    arguments = {"classes": ["O", "A"], "unseen": "zero", "average": None}
    assert metrics.macro_average_precision_score(y_true, y_score, **arguments)[2] == 1 / 4
    assert metrics.macro_roc_auc_score(y_true, y_score, **arguments)[2] == 1 / 2


def test_a_perfect_ranking_scores_one_and_its_reverse_zero():
    y_true = [["O", "A"], ["B"]]
    perfect = Sequences(np.eye(3)[[0, 2, 1]], [0, 2, 3])
    reverse = perfect.replace(values=1 - perfect.values)
    assert metrics.tag_roc_auc_score(y_true, perfect, classes=CLASSES) == 1
    assert metrics.tag_average_precision_score(y_true, perfect, classes=CLASSES) == 1
    assert metrics.tag_roc_auc_score(y_true, reverse, classes=CLASSES) == 0


@every_metric
def test_a_wrong_number_of_columns_asks_for_classes(of_labels, of_tags, theirs):
    with pytest.raises(ValueError, match=r"2 column\(s\) but there are 3 classes.*with classes="):
        of_labels(["O", "A", "B"], np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"1 column\(s\) but there are 3 classes"):
        of_labels(["O", "A", "B"], np.ones(3))


@every_metric
def test_labels_in_place_of_scores_are_answered_by_probabilities(of_labels, of_tags, theirs):
    with pytest.raises(TypeError, match=r"y_score must hold numbers.*predict_proba.*got <U1"):
        of_labels(["O", "A"], ["O", "A"])


@pytest.mark.parametrize(
    ("y_true", "y_score", "arguments", "message"),
    [
        (["O", "A"], [[0, 1]], {}, "y_score has 1 rows but y_true has 2 labels"),
        (["O", "A"], [[0, np.nan], [1, 0]], {}, "y_score contains NaN"),
        (
            ["O", "Z"],
            [[0, 1]] * 2,
            {"classes": ["O", "A"]},
            r"labels \['Z'\] that classes .* lacks",
        ),
        (["O", "A"], [[0, 1]] * 2, {"classes": [0, 1]}, "classes has labels such as 0 but y_true"),
        (["O", "A"], [[0, 1]] * 2, {"classes": ["O", "O"]}, "must name each class once"),
        (["O", "A"], [[0, 1]] * 2, {"average": "micro"}, "average must be one of"),
        (["O", "A"], [[0, 1]] * 2, {"unseen": "ignore"}, "unseen must be one of"),
        ([], np.empty((0, 2)), {}, "y_true is empty"),
    ],
)
def test_bad_input_is_refused(y_true, y_score, arguments, message):
    with pytest.raises(ValueError, match=message):
        metrics.macro_average_precision_score(y_true, y_score, **arguments)


@every_metric
def test_scores_that_do_not_align_are_named(of_labels, of_tags, theirs):
    with pytest.raises(ValueError, match=r"y_score\[0\] has 1 rows but y_true\[0\] has 2 steps"):
        of_tags([["O", "A"], ["O"]], [np.ones((1, 2)), np.ones((2, 2))])
