"""What the sequences hold, and whether each step has a label, read off the data."""

import numpy as np

from skseq._validation import has_step_labels
from skseq.data import (
    Sequences,
    first_ids,
    has_mixed_columns,
    holds_number_lists,
    is_table,
    to_cells,
)


def guess_problem_kind(X, y, input="auto"):
    """Tell the kind of a problem, one of those that `strategies` takes.

    Texts, lists of strings and integer steps are tokens, as for the estimators, unless the
    parameter ``input`` of the estimator says otherwise; channels are, if they have ids of words.
    """
    are_tokens = input == "tokens" or (input != "values" and _holds_tokens(X))
    if has_step_labels(y):
        return "tags" if are_tokens else "value tags"
    return "tokens" if are_tokens else "values"


def _holds_tokens(X):
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
