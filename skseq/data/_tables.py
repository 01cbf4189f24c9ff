"""What counts as a 2-D table, which is scikit-learn's own ground."""

import numpy as np
from scipy import sparse

from skseq.data._cells import cell_column, is_frame, to_cells
from skseq.data._sequences import Sequences


def is_table(X):
    """Whether X is 2-D (array or frame): univariate series of equal length, a row each.

    A frame of one column that holds a sequence or a text in each cell is none.
    """
    if isinstance(X, (Sequences, list, tuple)):
        return False
    if sparse.issparse(X):
        return True
    if is_frame(X):
        return cell_column(X) is None
    X = to_cells(X)  # a tensor, or a column of arrays of one length, which is none
    return hasattr(X, "__array__") and np.asarray(X).ndim == 2


def is_list_table(X):
    """Whether X is a list of equally long lists of floats, which scikit-learn takes for 2-D.

    Lists of integers are token ids, and a list of arrays is sequences that happen to agree.
    """
    if not isinstance(X, (list, tuple)) or not all(isinstance(row, (list, tuple)) for row in X):
        return False
    if len({len(row) for row in X}) != 1:
        return False
    array = np.asarray(X)
    return array.ndim == 2 and array.dtype.kind == "f"
