"""From checked sequences and targets to a trained net, whatever the estimator."""

from skseq.training._broken_rules import warn_if_broken
from skseq.training._callbacks import ValidationScore, recall_key
from skseq.training._collapse import warn_if_collapsed, warn_if_missed
from skseq.training._ends import telling_end, warn_of_end
from skseq.training._interrupts import was_interrupted
from skseq.training._labels import (
    encode_labels,
    find_classes,
    first_classes,
    names_of_classes,
    warn_of_unseen,
)
from skseq.training._learn_scale import SCALE_CONSTRAINTS, BatchScale, learn_scaler
from skseq.training._learning_rate import LR_SCHEDULES
from skseq.training._marks import IGNORE_CONSTRAINTS, labels_of_steps, weight_of_known
from skseq.training._net import OPTIMIZERS, build_net, follow
from skseq.training._recipe import choose_recipe, is_auto, usual_epochs
from skseq.training._row_steps import warn_if_rows_are_steps
from skseq.training._schedule import Schedule
from skseq.training._second_stage import refit_last_layer
from skseq.training._seeds import Seeds
from skseq.training._settings import FIXED_SETTINGS, NetSettings
from skseq.training._start import starts_at_prior
from skseq.training._targets import RowTargets, StepTargets, check_two_classes_count
from skseq.training._train import last_states, log_probabilities, raw_scores, train
from skseq.training._transaction import keeping_nets, transaction

__all__ = [
    "FIXED_SETTINGS",
    "IGNORE_CONSTRAINTS",
    "LR_SCHEDULES",
    "OPTIMIZERS",
    "SCALE_CONSTRAINTS",
    "BatchScale",
    "NetSettings",
    "RowTargets",
    "Schedule",
    "Seeds",
    "StepTargets",
    "ValidationScore",
    "build_net",
    "check_two_classes_count",
    "choose_recipe",
    "encode_labels",
    "find_classes",
    "first_classes",
    "follow",
    "is_auto",
    "keeping_nets",
    "labels_of_steps",
    "last_states",
    "learn_scaler",
    "log_probabilities",
    "names_of_classes",
    "raw_scores",
    "recall_key",
    "refit_last_layer",
    "starts_at_prior",
    "telling_end",
    "train",
    "transaction",
    "usual_epochs",
    "warn_if_broken",
    "warn_if_collapsed",
    "warn_if_missed",
    "warn_if_rows_are_steps",
    "warn_of_end",
    "warn_of_unseen",
    "was_interrupted",
    "weight_of_known",
]
