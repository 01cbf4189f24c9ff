"""From probabilities to decisions, in plain numpy: rules, priors, calibration, offsets.

Estimators and meta-estimators are thin holders of these functions; users meet them there.
"""

from skseq.decisions._calibration import fit_scaling, scale_scores
from skseq.decisions._counted import COUNTED
from skseq.decisions._cut_points import match_shares
from skseq.decisions._offsets import (
    STRENGTHS,
    CalledScore,
    CountedScore,
    tune_offsets,
)
from skseq.decisions._pool import fit_pool, mean_weights, pool_choices, pool_log_proba, tune_pool
from skseq.decisions._posterior import Posterior
from skseq.decisions._priors import (
    check_prior,
    count_originals,
    estimate_prior,
    log_prior_ratio,
    shift_prior,
)
from skseq.decisions._rules import DecisionRule, make_rule
from skseq.decisions._tag_rules import TagRules, read_constraints

__all__ = [
    "COUNTED",
    "STRENGTHS",
    "CalledScore",
    "CountedScore",
    "DecisionRule",
    "Posterior",
    "TagRules",
    "check_prior",
    "count_originals",
    "estimate_prior",
    "fit_pool",
    "fit_scaling",
    "log_prior_ratio",
    "make_rule",
    "match_shares",
    "mean_weights",
    "pool_choices",
    "pool_log_proba",
    "read_constraints",
    "scale_scores",
    "shift_prior",
    "tune_offsets",
    "tune_pool",
]
