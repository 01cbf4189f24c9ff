"""`SequenceOrdinalClassifier`: orders, heads, probabilities, decisions and thresholds."""

from copy import deepcopy

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.pipeline import make_pipeline
from sklearn.base import is_classifier
from sklearn.metrics import get_scorer, log_loss, mean_absolute_error
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from skseq import SequenceOrdinalClassifier
from skseq._class_order import order_classes, rank_of
from skseq.exceptions import ClassOrderWarning
from skseq.losses._ordinal import ORDINAL_LOSSES
from skseq.samplers import SequenceOverSampler
from skseq.training._callbacks import macro_absolute_error

# Nets that are trained for an epoch or two may collapse; it isn't what these tests are about.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

ORDER = ["low", "medium", "high", "extreme"]
SMALL = {"hidden_size": 8, "max_epochs": 15, "random_state": 0, "device": "cpu"}


def small(**parameters):
    return SequenceOrdinalClassifier(**(SMALL | parameters))


def draw(n, seed=0):
    """Sequences whose mean is their level plus noise; the higher, the rarer."""
    rng = np.random.default_rng(seed)
    level = rng.choice(4, size=n, p=[0.5, 0.3, 0.15, 0.05])
    level[:4] = np.arange(4)
    X = [
        place + rng.normal(size=length)
        for place, length in zip(level, rng.integers(3, 8, n), strict=True)
    ]
    return X, level


@pytest.fixture(scope="module")
def data():
    return draw(120)


@pytest.fixture(scope="module", params=ORDINAL_LOSSES)
def fitted(request, data):
    return small(head=request.param, validation_fraction=0.3).fit(*data)


# -- the heads ----------------------------------------------------------------------------------


def test_every_head_learns_levels(fitted):
    X, level = draw(200, seed=1)
    predicted = fitted.predict(X)
    constant = mean_absolute_error(level, np.full(200, np.median(level)))
    assert mean_absolute_error(level, predicted) < 0.75 * constant
    assert np.corrcoef(fitted.predict_intensity(X), level)[0, 1] > 0.75


def test_probabilities_are_of_one_distribution_over_ranks(fitted, data):
    proba = fitted.predict_proba(data[0])
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    above = proba[:, ::-1].cumsum(axis=1)[:, ::-1]
    assert (np.diff(above, axis=1) <= 1e-12).all()
    np.testing.assert_array_equal(fitted.classes_[proba.argmax(axis=1)], fitted.predict(data[0]))


def test_the_intensity_is_the_expected_rank_or_the_number_that_was_learnt(fitted, data):
    intensity = fitted.predict_intensity(data[0])
    if fitted.head != "regression":
        np.testing.assert_allclose(intensity, fitted.predict_proba(data[0]) @ np.arange(4))
        return
    fitted_median = fitted.predict_proba(data[0]).cumsum(axis=1)
    rounded = (intensity[:, None] > fitted.thresholds_).sum(axis=1)
    # The class whose cumulative probability passes one half is the one between the thresholds.
    np.testing.assert_array_equal((fitted_median < 0.5).sum(axis=1), rounded)


@pytest.mark.parametrize("head", ORDINAL_LOSSES)
def test_mixtures_of_states_are_learnt_from(head, data):
    mixed = small(head=head, mixup="remix").fit(*data)
    assert np.corrcoef(mixed.predict_intensity(data[0]), data[1])[0, 1] > 0.7


@pytest.mark.parametrize("head", ORDINAL_LOSSES)
def test_class_weights_lift_the_rare_end(head, data):
    plain = small(head=head, lr=0.005, max_epochs=5).fit(*data)
    weighted = small(head=head, lr=0.005, max_epochs=5, class_weight="balanced").fit(*data)
    assert weighted.predict_intensity(data[0]).mean() > plain.predict_intensity(data[0]).mean()
    lifted = [model.predict_proba(data[0])[:, 3].mean() for model in (plain, weighted)]
    assert lifted[1] > 1.5 * lifted[0]


@pytest.mark.parametrize("head", ORDINAL_LOSSES)
def test_a_weight_of_zero_leaves_a_row_out_of_the_prior(head, data):
    X, level = data
    weight = (level < 3).astype(float)
    model = small(head=head, max_epochs=2).fit(X, level, sample_weight=weight)
    assert model.train_prior_[3] == 0
    assert model.predict_proba(X)[:, 3].mean() < 0.05


def test_the_thresholds_of_the_regression_head_are_learnt_on_rows_that_do_not_train(data):
    X, level = data
    seen = {}

    class Spying(SequenceOrdinalClassifier):
        def _train(self, data, held_out, n_epochs, **kwargs):
            seen["trained"] = len(data)
            super()._train(data, held_out, n_epochs, **kwargs)

        def _learn_what_scores_mean(self, held_out):
            seen["held out"] = len(held_out.X)
            super()._learn_what_scores_mean(held_out)

    model = Spying(head="regression", validation_fraction=0.25, **SMALL).fit(X, level)
    assert seen["trained"] + seen["held out"] == len(X)
    assert 25 <= seen["held out"] <= 35
    assert (np.diff(model.thresholds_) > 0).all()


def test_copies_of_held_out_rows_teach_neither_net_nor_thresholds(data):
    X, y = SequenceOverSampler(random_state=0).fit_resample(*data)
    model = small(head="regression", max_epochs=2, validation_fraction=0.25).fit(X, y)
    _, held_out = model._split(model._targets(X, y), model._head)
    assert len(held_out) < 0.3 * len(data[0])
    assert np.isfinite(model.predict_intensity(X)).all()


# -- the order ----------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ORDINAL_LOSSES)
def test_words_in_their_order_are_the_same_as_numbers(head, data):
    X, level = data
    numbers = small(head=head, max_epochs=3).fit(X, level)
    words = small(head=head, max_epochs=3, classes=ORDER).fit(X, np.array(ORDER)[level])
    assert words.ordered_classes_.tolist() == ORDER
    assert words.classes_.tolist() == sorted(ORDER)
    np.testing.assert_allclose(words.predict_intensity(X), numbers.predict_intensity(X), rtol=1e-5)
    columns = np.searchsorted(words.classes_, words.ordered_classes_)
    np.testing.assert_allclose(
        words.predict_proba(X)[:, columns], numbers.predict_proba(X), atol=1e-6
    )


def categorical(labels, categories, **dtype):
    return pd.Series(
        pd.Categorical(labels, categories=categories, **dtype), index=[7] * len(labels)
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda words: categorical(words, [*ORDER, "beyond"], ordered=True),
        lambda words: pd.Categorical(words, categories=ORDER, ordered=True),
        lambda words: pl.Series(words, dtype=pl.Enum(ORDER)),
    ],
    ids=["Series with an unused category", "Categorical", "Enum of polars"],
)
def test_a_column_may_bring_the_order_along(make, data):
    X, level = data
    y = make(np.array(ORDER)[level])
    model = small(max_epochs=2).fit(X, y)
    named = small(max_epochs=2, classes=ORDER).fit(X, y)
    assert model.ordered_classes_.tolist() == ORDER
    np.testing.assert_array_equal(model.predict_proba(X), named.predict_proba(X))
    down = small(max_epochs=1, classes=ORDER[::-1]).fit(X, y)
    assert down.ordered_classes_.tolist() == ORDER[::-1]


def test_categories_without_an_order_are_sorted_with_a_warning(data):
    X, level = data
    with pytest.warns(ClassOrderWarning):
        model = small(max_epochs=1).fit(X, categorical(np.array(ORDER)[level], ORDER))
    assert model.ordered_classes_.tolist() == sorted(ORDER)


def test_the_order_of_a_column_goes_through_samplers_and_folds(data):
    X, level = data
    y = categorical(np.array(ORDER)[level], ORDER, ordered=True)
    pipe = make_pipeline(SequenceOverSampler(random_state=0), small(max_epochs=1))
    search = GridSearchCV(pipe, {"sequenceordinalclassifier__lr": [0.01]}, cv=2).fit(X, y)
    assert search.best_estimator_[-1].ordered_classes_.tolist() == ORDER


def test_words_without_an_order_are_sorted_with_a_warning(data):
    X, level = data
    with pytest.warns(ClassOrderWarning, match="from 'extreme' .lowest. to 'medium' .highest."):
        model = small(max_epochs=1).fit(X, np.array(ORDER)[level])
    assert model.ordered_classes_.tolist() == sorted(ORDER)


@pytest.mark.parametrize("early_stopping", ["best", "refit"])
def test_the_order_is_asked_for_once_where_the_caller_stands(data, early_stopping):
    X, level = data
    model = small(max_epochs=2, early_stopping=early_stopping, validation_fraction=0.3)
    with pytest.warns(ClassOrderWarning) as caught:
        model.fit(X, np.array(ORDER)[level])
    assert [each.filename for each in caught if each.category is ClassOrderWarning] == [__file__]


def test_scorers_of_probabilities_read_the_right_columns(data):
    X, level = data
    words = np.array(ORDER)[level]
    model = small(max_epochs=5, classes=ORDER).fit(X, words)
    in_order = model.predict_proba(X)[:, np.searchsorted(model.classes_, ORDER)]
    theirs = get_scorer("neg_log_loss")(model, X, words)
    assert theirs == pytest.approx(-log_loss(level, in_order))


def test_the_order_may_run_against_that_of_numbers(data):
    X, level = data
    down = small(max_epochs=10, classes=[3, 2, 1, 0]).fit(X, level)
    assert np.corrcoef(down.predict_intensity(X), level)[0, 1] < -0.7


def test_a_class_that_y_misses_is_kept(data):
    X, level = data
    model = small(max_epochs=2, classes=[0, 1, 2, 3, 4]).fit(X, level)
    assert model.predict_proba(X).shape == (len(X), 5)
    assert model.predict_proba(X)[:, 4].max() < 0.2


def test_partial_fit_takes_the_order_from_the_parameter(data):
    X, level = data
    words = np.array(ORDER)[level]
    model = small(classes=ORDER).partial_fit(X, words, classes=sorted(ORDER))
    assert model.ordered_classes_.tolist() == ORDER
    model.partial_fit(X[:5], words[:5])
    assert model.n_iter_ == 2


def test_an_order_that_does_not_fit_the_labels_is_refused(data):
    X, level = data
    with pytest.raises(ValueError, match="name each label once, from the lowest"):
        small(classes=[0, 1, 1, 2, 3]).fit(X, level)
    with pytest.raises(ValueError, match="not one of the classes"):
        small(classes=[0, 1, 2]).fit(X, level)
    with pytest.raises(ValueError, match="name each label once, from the lowest"):
        small(classes=[0, 1, 2, 3, 4]).partial_fit(X, level, classes=[0, 1, 2, 3])


@given(st.permutations(["a", "b", "c", "d", "e"]))
def test_ranks_are_places_in_the_order(order):
    classes = np.array(["a", "b", "c", "d", "e"])
    ordered = order_classes(classes, order)
    assert [order.index(label) for label in classes] == rank_of(classes, ordered).tolist()


def test_numbers_and_booleans_order_themselves():
    for classes in (np.array([1, 2]), np.array([False, True]), np.array([1, 2.5], dtype=object)):
        np.testing.assert_array_equal(order_classes(classes, None), classes)


# -- decisions ----------------------------------------------------------------------------------


def test_the_median_has_the_least_expected_absolute_error(fitted, data):
    proba = fitted.predict_proba(data[0])
    expected = np.array([[row @ np.abs(np.arange(4) - k) for k in range(4)] for row in proba])
    model = deepcopy(fitted).set_params(decision="median")
    np.testing.assert_array_equal(model.predict(data[0]), expected.argmin(axis=1))


def test_a_uniform_prior_and_the_median_help_the_rare_end(data):
    X, level = draw(300, seed=2)
    plain = small().fit(*data)
    fair = small(target_prior="uniform", decision="median").fit(*data)

    def macro(model):
        predicted = model.predict(X)
        return np.mean([np.abs(predicted - level)[level == place].mean() for place in range(4)])

    assert macro(fair) < macro(plain)
    assert fair.predict_intensity(X).mean() > plain.predict_intensity(X).mean()


def test_parameters_reach_a_grid(data):
    search = GridSearchCV(
        small(max_epochs=1),
        {"head": list(ORDINAL_LOSSES), "decision": ["argmax", "median", "balanced"]},
        scoring="neg_mean_absolute_error",
        cv=StratifiedKFold(2),
    )
    X, level = data
    search.fit(np.array([np.resize(row, 4) for row in X]), level)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


# -- early stopping -----------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["corn", "regression"])
def test_early_stopping_watches_the_macro_averaged_absolute_error(head, data):
    model = small(head=head, early_stopping="best", n_iter_no_change=3, validation_fraction=0.3)
    model.fit(*data)
    errors = model.history_[:, "valid_mae_macro"]
    assert dict(model.net_.callbacks_)["early_stopping"].best_epoch_ == 1 + np.argmin(errors)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_the_macro_averaged_absolute_error_is_the_mean_over_classes(pairs):
    rank = np.array([2, 0, 3, 1])
    true, predicted = rank[np.array(pairs).T]
    counts = np.zeros((4, 4))
    for pair in pairs:
        counts[pair] += 1
    of_classes = [np.abs(predicted - true)[true == place].mean() for place in np.unique(true)]
    assert macro_absolute_error(counts, rank) == pytest.approx(np.mean(of_classes))


def test_one_sequence_cannot_teach_thresholds():
    with pytest.raises(ValueError, match="only one class"):
        small(head="regression").fit([[1.0]], [1])


def test_it_is_a_classifier_of_sequences_without_the_parameters_that_make_no_sense():
    assert is_classifier(small())
    assert {"loss", "calibration", "second_stage"}.isdisjoint(small().get_params())
    with pytest.raises(ValueError, match=r"'head' parameter.*Did you mean 'corn'"):
        small(head="con").fit([[1.0], [2.0]], [0, 1])
