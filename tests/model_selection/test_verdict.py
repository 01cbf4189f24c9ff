"""The sentence says who won, and no more than the p-values allow."""

import numpy as np
import pytest

from skseq.model_selection._comparison import ComparisonRow
from skseq.model_selection._verdict import p_text, verdict_sentence


def row(name, role, mean, above_plain=0.1, p_plain=0.01, above_baseline=0.2, p_baseline=0.3):
    numbers = dict.fromkeys(ComparisonRow._fields, np.nan)
    return ComparisonRow(**numbers | {
        "name": name, "role": role, "mean": mean, "above_plain": above_plain, "p_plain": p_plain,
        "above_baseline": above_baseline, "p_baseline": p_baseline,
    })  # fmt: skip


FOCAL = row("focal", "strategy", 0.7)
PLAIN = row("plain", "plain", 0.6, above_plain=0, p_plain=np.nan, above_baseline=0.1)
TF_IDF = row("TF-IDF", "baseline", 0.5, above_baseline=0, p_baseline=np.nan)


def test_a_strategy_that_wins_is_held_against_the_plain_model_and_the_best_baseline():
    assert verdict_sentence([FOCAL, PLAIN, TF_IDF], "f1_macro", 0.05) == (
        "'focal' has the highest f1_macro, 0.700: 0.100 above the plain model, a real difference "
        "(p = 0.01); 0.200 above the best baseline, 'TF-IDF', which may be chance (p = 0.3)."
    )


def test_arguments_of_the_score_are_told_where_they_are_short():
    short, long = "tag_f1_macro(exclude='O')", "quadratic_weighted_kappa(labels=['A1', 'A2', 'B1'])"
    assert "the highest tag_f1_macro(exclude='O'), 0.7" in verdict_sentence([FOCAL], short, 0.05)
    assert "the highest quadratic_weighted_kappa, 0.7" in verdict_sentence([FOCAL], long, 0.05)


def test_the_level_decides_what_is_real():
    assert "which may be chance (p = 0.01)" in verdict_sentence([FOCAL, PLAIN], "f1_macro", 0.005)


def test_a_plain_model_that_wins_is_called_so():
    rows = [PLAIN, FOCAL._replace(mean=0.55), TF_IDF]
    assert verdict_sentence(rows, "f1_macro", 0.05) == (
        "No strategy beats the plain model, whose f1_macro is 0.600: 0.100 above the best "
        "baseline, 'TF-IDF', which may be chance (p = 0.3)."
    )


def test_a_baseline_that_wins_is_called_so():
    ahead = TF_IDF._replace(mean=0.8)
    behind = FOCAL._replace(above_baseline=-0.1, p_baseline=0.0001)
    assert verdict_sentence([ahead, behind, PLAIN], "f1_macro", 0.05) == (
        "No net beats the baseline 'TF-IDF', which has the highest f1_macro, 0.800: 0.100 above "
        "the best net, 'focal', a real difference (p < 0.001)."
    )


BLEND = row("blend", "blend", 0.75, above_plain=0.15, above_baseline=0.25)
OF = ("focal", "TF-IDF")


def test_a_blend_that_wins_is_called_by_what_it_is_of():
    assert verdict_sentence([BLEND, FOCAL, PLAIN, TF_IDF], "f1_macro", 0.05, OF) == (
        "The blend of 'focal' and 'TF-IDF' has the highest f1_macro, 0.750: 0.150 above the plain "
        "model, a real difference (p = 0.01); 0.250 above the best baseline, 'TF-IDF', which may "
        "be chance (p = 0.3)."
    )


def test_a_blend_that_loses_is_named_beside_the_nets():
    ahead = TF_IDF._replace(mean=0.8)
    behind = BLEND._replace(above_baseline=-0.05)
    assert verdict_sentence([ahead, behind, FOCAL, PLAIN], "f1_macro", 0.05, OF) == (
        "Neither a net nor the blend beats the baseline 'TF-IDF', which has the highest f1_macro, "
        "0.800: 0.050 above the blend of 'focal' and 'TF-IDF', which may be chance (p = 0.3)."
    )
    assert "above the best net, 'focal'" in verdict_sentence(
        [ahead, FOCAL, behind._replace(mean=0.1)], "f1_macro", 0.05, OF
    )
    assert verdict_sentence([PLAIN, BLEND], "f1", 0.05, OF).startswith("The plain model's f1 is")


def test_what_failed_has_no_say_and_one_fold_no_test():
    failed = row("broken", "baseline", np.nan)
    untested = PLAIN._replace(p_baseline=np.nan)
    assert verdict_sentence([untested, failed], "f1", 0.05) == "The plain model's f1 is 0.600."
    assert "one fold cannot tell" in verdict_sentence([untested, TF_IDF], "f1", 0.05)


def test_a_plain_model_that_failed_is_said_to_have():
    alone = FOCAL._replace(above_plain=np.nan, p_plain=np.nan)
    failed = row("plain", "plain", np.nan)
    assert verdict_sentence([alone, TF_IDF, failed], "f1", 0.05) == (
        "'focal' has the highest f1, 0.700: the plain model has no score to compare with; "
        "0.200 above the best baseline, 'TF-IDF', which may be chance (p = 0.3)."
    )
    assert verdict_sentence([TF_IDF, failed], "f1", 0.05) == (
        "No net has a score; of the baselines, 'TF-IDF' has the highest f1, 0.500."
    )


def test_a_lead_of_nothing_has_no_sign():
    behind = FOCAL._replace(above_baseline=1e-9)
    assert ": 0.000 above the best net" in verdict_sentence([TF_IDF, behind], "f1", 0.05)


def test_to_be_ahead_of_the_commonest_class_alone_is_said_to_be_so():
    naive = TF_IDF._replace(name="commonest class")
    assert verdict_sentence([PLAIN, naive], "f1", 0.05).endswith(
        "above 'commonest class', the only baseline with a score, which may be chance (p = 0.3)."
    )


@pytest.mark.parametrize(
    ("p", "text"), [(0.0004, "p < 0.001"), (0.0312, "p = 0.0312"), (1, "p = 1")]
)
def test_p_values_are_written_short(p, text):
    assert p_text(p) == text
