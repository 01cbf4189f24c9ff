"""What the sequences hold, and whether each step has a label, read off the data."""

from typing import Any

import numpy as np

from skseq._typing import Input
from skseq.data._cells import has_mixed_columns, holds_number_lists, to_cells
from skseq.data._channels import first_ids
from skseq.data._sequences import Sequences
from skseq.data._tables import is_table


def guess_problem_kind(X: Any, y: Any, input: Input = "auto") -> str:
    """Tell the kind of a problem, one of those that `strategies` takes.

    Texts, lists of strings and integer steps are tokens, as for the estimators, unless the
    parameter ``input`` of the estimator says otherwise; channels are, if they have ids of words.
    """
    from skseq._validation import has_step_labels

    are_tokens = input == "tokens" or (input != "values" and _holds_tokens(X))
    if has_step_labels(y):
        return "tags" if are_tokens else "value tags"
    return "tokens" if are_tokens else "values"


def _holds_tokens(X: Any) -> bool:
    if isinstance(X, Sequences) and X.channels is not None:
        return first_ids(X.channels) is not None
    X = X if has_mixed_columns(X) else to_cells(X)
    if is_table(X) or holds_number_lists(X):
        return False
    first = X.values if isinstance(X, Sequences) else next((row for row in X if np.size(row)), ())
    if isinstance(first, str):
        return True
    steps = np.asarray(first)
    return steps.ndim == 1 and steps.dtype.kind in "OUTiu"
