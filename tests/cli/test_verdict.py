"""The sentence says no more than the folds and the held-out files do."""

import numpy as np
import pytest

from skseq.cli._experiment import Candidate, contenders
from skseq.cli._verdict import is_clear, verdict


def candidate(strategy, role, f1):
    return Candidate(strategy, "net", {}, role, {"macro_f1": np.array(f1)})


PLAIN = candidate("plain", "plain", [0.5, 0.5, 0.5])
LONGER = candidate("longer", "plain", [0.6, 0.6, 0.6])
BASELINE = candidate("linear", "baseline", [0.4, 0.5, 0.6])
STRATEGY = candidate("weights", "strategy", [0.7, 0.7, 0.8])


def say(candidates, held_out):
    return verdict(candidates, [{"macro_f1": score} for score in held_out])


@pytest.mark.parametrize(
    ("differences", "clear"),
    [
        ([0.1, 0.1, 0.2], True),
        ([0.1, 0.1, -0.01], False),  # not in every fold
        ([0.01, 0.01, 0.2], False),  # the mean lies within the scatter
        ([0.0, 0.0, 0.0], False),
    ],
)
def test_a_difference_is_clear_only_above_its_scatter(differences, clear):
    assert is_clear(np.array(differences)) is clear


def test_the_best_of_each_role_is_compared_the_best_first():
    assert contenders([PLAIN, BASELINE, STRATEGY, LONGER]) == [STRATEGY, LONGER, BASELINE]


def test_a_strategy_that_wins_is_said_to_win_over_both():
    text = say([PLAIN, LONGER, BASELINE, STRATEGY], [0.7, 0.6, 0.5])
    assert text.startswith(
        "weights + net has the highest macro F1, 0.73: 0.13 above longer + net, clearly "
        "(+0.10 to +0.20 by fold); 0.23 above linear + net, clearly (+0.20 to +0.30 by fold)."
    )
    assert text.endswith("any choice: weights + net 0.70, longer + net 0.60, linear + net 0.50.")


def test_a_lead_within_the_scatter_is_not_called_clear():
    close = candidate("weights", "strategy", [0.5, 0.6, 0.9])
    text = say([PLAIN, LONGER, BASELINE, close], [0.7, 0.6, 0.5])
    assert "0.07 above longer + net, but not clearly (-0.10 to +0.30 by fold)" in text


def test_a_strategy_is_measured_by_the_plain_net_that_trained_for_as_long():
    text = say([PLAIN, LONGER, BASELINE, STRATEGY], [0.7, 0.6, 0.5])
    assert "At equal epochs, weights + net is 0.23 above plain + net, clearly" in text
    worse = candidate("weights", "strategy", [0.4, 0.4, 0.3])
    text = say([PLAIN, LONGER, BASELINE, worse], [0.7, 0.6, 0.5])
    assert "At equal epochs, weights + net is 0.13 below plain + net, clearly" in text


def test_held_out_files_that_disagree_are_reported():
    text = say([PLAIN, LONGER, BASELINE, STRATEGY], [0.5, 0.6, 0.4])
    assert text.endswith("linear + net 0.40; there, longer + net is ahead.")


@pytest.mark.parametrize(
    ("winner", "opening"), [("plain", "No strategy won"), ("baseline", "No network won")]
)
def test_it_says_so_when_no_strategy_or_no_network_wins(winner, opening):
    best = candidate("simple", winner, [0.9, 0.9, 0.9])
    assert say([PLAIN, BASELINE, STRATEGY, best], [0.9, 0.5, 0.4]).startswith(opening)
