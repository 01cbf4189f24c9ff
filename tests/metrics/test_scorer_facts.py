"""Scorers say their name with its arguments, and where their scores end."""

import numpy as np
import pytest
import sklearn.metrics
from sklearn.metrics import make_scorer

from skseq.metrics import get_scorer
from skseq.metrics._scorer_facts import score_bounds, scorer_name
from skseq.metrics._scorers import METRICS


@pytest.mark.parametrize(
    "name", [*METRICS, "f05_weighted", "tag_f3_micro", "span_recall_macro", "tag_precision_macro"]
)
def test_a_scorer_by_name_is_called_by_that_name(name):
    assert scorer_name(get_scorer(name)) == name


def test_arguments_stay_in_the_name():
    assert scorer_name(get_scorer("tag_f1_macro", exclude="O")) == "tag_f1_macro(exclude='O')"
    kappa = get_scorer("quadratic_weighted_kappa", labels=["low", "high"])
    assert scorer_name(kappa) == "quadratic_weighted_kappa(labels=['low', 'high'])"
    many = get_scorer("tag_f1_macro", labels=list(range(1000)))
    assert scorer_name(many) == "tag_f1_macro(labels=[0, 1, 2, 3, 4, 5, ...])"


def test_what_others_made_is_called_by_its_function():
    theirs = make_scorer(sklearn.metrics.jaccard_score, average="macro")
    assert scorer_name(theirs) == "jaccard_score(average='macro')"
    loss = make_scorer(sklearn.metrics.zero_one_loss, greater_is_better=False)
    assert scorer_name(loss) == "neg_zero_one_loss"

    def my_own(estimator, X, y):
        return 0.5

    assert scorer_name(my_own) == "my_own"


@pytest.mark.parametrize("name", METRICS)
def test_no_score_lies_beyond_the_bounds(name):
    """Right, wrong and drawn predictions, which between them reach both ends of most scores."""
    low, high = score_bounds(get_scorer(name))
    metric, rng = METRICS[name], np.random.default_rng(0)
    sign = 1 if metric.greater_is_better else -1
    truth = np.array([0, 0, 1, 1, 2, 2])
    codes = [truth, (truth + 1) % 3, 2 - truth, *rng.integers(0, 3, (20, 6))]
    is_flat = not name.startswith(("tag_", "span_"))
    for predicted in codes:
        arguments = dict(metric.arguments)
        if metric.needs == "predict_proba":
            arguments["classes"] = [0, 1, 2]
            predicted = np.eye(3)[predicted]
        if name.startswith("span_"):
            predicted, of_truth = (
                np.array(["O", "B-A", "B-B"])[each] for each in (predicted, truth)
            )
        else:
            of_truth = truth
        pair = (of_truth, predicted) if is_flat else ([of_truth], [predicted])
        score = sign * metric.function(*pair, **arguments)
        assert low - 1e-12 <= score <= high + 1e-12


def test_of_other_scores_no_bounds_are_known():
    unknown = (-np.inf, np.inf)
    assert score_bounds(get_scorer("neg_log_loss")) == unknown
    assert score_bounds(lambda estimator, X, y: 7) == unknown
    adjusted = make_scorer(sklearn.metrics.balanced_accuracy_score, adjusted=True)
    assert score_bounds(adjusted) == unknown
    assert score_bounds(sklearn.metrics.get_scorer("roc_auc")) == (0, 1)
