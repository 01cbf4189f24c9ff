"""The paragraph says no more than the tests and the held-out files do."""

import numpy as np
import pytest

from skseq.cli._demo._candidates import Candidate, contenders
from skseq.cli._demo._experiment import LONGER, PLAIN, SHORTER, Comparisons
from skseq.cli._demo._verdict import verdict
from skseq.model_selection import StrategyComparison
from skseq.model_selection._fold_scores import CandidateScores
from skseq.model_selection._paired_tests import corrected_t_test, holm
from skseq.model_selection._verdict import p_text

BASELINE = "linear, plain"
LINEAR = [0.1, 0.1, 0.1, 0.2]
SPLITS = [(np.arange(2), np.arange(1))] * 4


def comparison(plain, baseline=LINEAR, **others):
    """From scores of four folds; keywords name the strategies."""
    scores = {PLAIN: plain, BASELINE: baseline, **others}
    roles = dict.fromkeys(scores, "strategy") | {PLAIN: "plain", BASELINE: "baseline"}
    scored = {
        name: CandidateScores(np.array(folds), np.nan, np.nan, np.nan)
        for name, folds in scores.items()
    }
    return StrategyComparison(
        scored, roles, {name: [] for name in scores}, metric="f1", splits=SPLITS, confidence=0.95
    )


def candidate(strategy, role, *f1):
    return Candidate(strategy, "net", role, None, {"macro_f1": np.array(f1)}, 1.0, {})


WEIGHTS = [0.7, 0.71, 0.7, 0.73]
PLAIN_F1 = [0.5, 0.5, 0.51, 0.51]
LEADERS = [
    candidate("weights", "strategy", 0.7),
    candidate(LONGER, "plain", 0.6),
    candidate("linear", "baseline", 0.4),
]


def say(equal, longer, held_out=(0.7, 0.6, 0.5)):
    return verdict(
        {"net": Comparisons(equal, longer)}, LEADERS, [{"macro_f1": score} for score in held_out]
    )


@pytest.mark.parametrize("weights", [WEIGHTS, [0.4, 0.9, 0.4, 0.9]])
def test_what_the_library_found_is_said_in_its_words(weights):
    equal = comparison(PLAIN_F1, weights=weights)
    text = say(equal, comparison(PLAIN_F1, weights=weights))
    assert text.startswith(f"net: {equal.verdict.replace('f1', 'macro F1')} ")
    assert ("above the plain model, a real difference" in text) is (weights is WEIGHTS)


def test_the_best_strategy_is_held_against_the_plain_net_that_trains_twice_as_long():
    longer = comparison(WEIGHTS, **{SHORTER: WEIGHTS}, weights=PLAIN_F1, focal=[0.3] * 4)
    text = say(comparison(PLAIN_F1, weights=PLAIN_F1, focal=[0.3] * 4), longer)
    others = [WEIGHTS, PLAIN_F1, [0.3] * 4]  # a baseline is not tested
    p_value = holm([corrected_t_test(np.subtract(f1, WEIGHTS), 0.5) for f1 in others])[1]
    assert p_value < 0.05
    assert (
        "The best strategy, 'weights', is 0.205 below 'plain twice as long', a real difference "
        f"({p_text(p_value)})." in text
    )


def test_a_lead_over_longer_training_that_may_be_chance_is_called_so():
    equal = comparison(PLAIN_F1, weights=WEIGHTS)
    text = say(equal, comparison([0.6, 0.76, 0.6, 0.76], weights=WEIGHTS))
    assert "'weights', is 0.030 above 'plain twice as long', which may be chance (p = " in text


def test_every_architecture_has_its_say():
    pair = Comparisons(*[comparison(PLAIN_F1, weights=WEIGHTS)] * 2)
    text = verdict({"one": pair, "other": pair}, LEADERS, [{"macro_f1": 0.5}] * 3)
    assert text.count("has the highest macro F1") == 2
    assert text.startswith("one: ")
    assert " other: " in text


def test_the_best_of_each_role_is_compared_the_best_first():
    assert contenders([*LEADERS[::-1], candidate("plain", "plain", 0.5)]) == LEADERS


def test_the_held_out_scores_stand_in_the_order_of_the_leaders():
    pair = [comparison(PLAIN_F1, weights=WEIGHTS)] * 2
    assert say(*pair).endswith("weights + net 0.70, plain twice as long + net 0.60, "
                               "linear + net 0.50.")  # fmt: skip


def test_held_out_files_that_disagree_are_reported():
    pair = [comparison(PLAIN_F1, weights=WEIGHTS)] * 2
    text = say(*pair, held_out=(0.5, 0.6, 0.4))
    assert text.endswith("linear + net 0.40; there, plain twice as long + net is ahead.")


@pytest.mark.parametrize(
    ("weights", "baseline", "opening"),
    [(0.4, 0.3, "net: No strategy beats the plain model"), (0.4, 0.9, "net: No net beats")],
)
def test_it_says_so_when_no_strategy_or_no_network_wins(weights, baseline, opening):
    one = comparison(PLAIN_F1, baseline=[baseline] * 4, weights=[weights] * 4)
    assert say(one, one).startswith(opening)
