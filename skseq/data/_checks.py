"""From whatever a user passes as X to checked `Sequences`.

`as_sequences` converts, `check_sequences` also checks and keeps an estimator's books
(``n_features_in_`` and friends). 2-D arrays and frames are scikit-learn's own ground, so its
`validate_data` judges them and they pass its checks to the letter.
"""

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_array, validate_data

from skseq.data._cells import holds_number_lists, read_number_lists, to_cells
from skseq.data._sequences import Sequences
from skseq.data._steps import USE_ENCODER, check_kind, check_tokens, check_values
from skseq.data._tables import is_list_table, is_table


def as_sequences(X, *, name="X"):
    """Convert any accepted form of X to `Sequences`, without judging the values.

    Parameters
    ----------
    X : Sequences, list of array-like or whatever `to_cells` takes for one, array of shape \
            (n_sequences, n_steps) or (n_sequences, n_steps, n_features)
        The input. Texts that are written as lists of numbers are read as such.

    name : str, default="X"
        What errors call it.

    Returns
    -------
    Sequences
        ``X`` itself if it is one.

    Raises
    ------
    TypeError
        If X is text, sparse or not a collection of sequences.
    ValueError
        If X is 1-D and numeric, or its sequences have different numbers of features.
    """
    if isinstance(X, Sequences):
        return X
    if isinstance(X, (str, bytes)):
        raise TypeError(f"{name} is one text; pass a list of texts. {USE_ENCODER}")
    if sparse.issparse(X):
        raise TypeError(f"{name} is sparse, but sequences are dense; use {name}.toarray()")
    X = to_cells(X, name=name)
    if holds_number_lists(X):
        X = read_number_lists(X, name=name)
    if isinstance(X, (list, tuple)):
        return Sequences.from_list(X)
    array = np.asarray(X)
    if array.ndim == 0:
        raise TypeError(f"{name} must be a collection of sequences, got {type(X).__name__}: {X!r}")
    if array.ndim in (2, 3):
        return Sequences.from_padded(array)
    if array.ndim == 1 and array.dtype == object:
        if len(array) and isinstance(array[0], str):
            raise TypeError(f"{name} holds text; {USE_ENCODER}")
        return Sequences.from_list(array)
    raise ValueError(
        f"Expected 2D array, got {array.ndim}D array instead. Reshape your data either using "
        f"array.reshape(-1, 1) if {name} holds sequences of one step, or array.reshape(1, -1) "
        "if it is one sequence."
    )


def check_sequences(estimator, X, *, reset=True, input="auto", dtype="numeric"):
    """Check X for an estimator and keep its books.

    Sets (``reset=True``) or compares (``reset=False``) ``n_features_in_``,
    ``feature_names_in_`` for frames, ``n_step_features_`` and ``input_kind_``.

    Parameters
    ----------
    estimator : estimator
        Whose ``fit`` (``reset=True``) or prediction (``reset=False``) is asked for.

    X : any form that `as_sequences` takes
        The input.

    reset : bool, default=True
        Whether this is the X of ``fit``.

    input : {"auto", "tokens", "values"}, default="auto"
        What the steps are. "auto" takes integer steps of a list or of `Sequences` for token
        ids, and everything else for values.

    dtype : dtype or "numeric", default="numeric"
        What values (not tokens) are converted to; "numeric" keeps any numeric type.

    Returns
    -------
    Sequences
        Token ids as they came, values of the asked type.

    Raises
    ------
    TypeError
        If the steps are not numbers.
    ValueError
        If X is empty, a sequence is empty, a value is NaN or infinite, a token id is negative
        or outside the vocabulary, or features differ from those of ``fit``.
    """
    X = to_cells(X)
    if is_table(X) or is_list_table(X):
        return _check_table(estimator, X, reset=reset, input=input, dtype=dtype)
    ambiguous = isinstance(X, (Sequences, list, tuple)) or np.asarray(X).ndim == 1
    sequences = as_sequences(X)
    check_not_empty(sequences)
    kind = check_kind(sequences, input if ambiguous or input != "auto" else "values")
    if kind == "values":
        sequences = check_values(estimator, sequences, dtype)
    else:
        check_tokens(sequences)
    if reset:
        estimator.n_features_in_ = sequences.n_features
        if hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
        _keep_books(estimator, sequences, kind)
    else:
        _compare_books(estimator, sequences, kind)
    return sequences


def check_not_empty(X, name="X"):
    """Raise ValueError if there are no sequences, or one of them has no steps."""
    if not len(X):
        raise ValueError(
            f"Found array with 0 sample(s) (shape={X.shape}) while a minimum of 1 is required: "
            f"{name} holds no sequences."
        )
    lengths = X.lengths
    if not lengths.all():
        empty = np.flatnonzero(lengths == 0)
        raise ValueError(
            f"{name}[{empty[0]}] is empty ({len(empty)} empty sequence(s) in all); every sequence "
            f"needs at least one step. Drop them with {name}[{name}.lengths > 0], from y as well."
        )


def _check_table(estimator, X, *, reset, input, dtype):
    if input == "tokens":
        X = validate_data(estimator, X, reset=reset, dtype="numeric")
        sequences = Sequences.from_padded(X)
        kind = check_kind(sequences, input)
        check_tokens(sequences)
    else:
        # A 2-D table that meets an estimator of ragged series has nothing to compare with.
        if not reset and not getattr(estimator, "_fitted_on_table", False):
            X = check_array(X, dtype=dtype, estimator=estimator, input_name="X")
        else:
            X = validate_data(estimator, X, reset=reset, dtype=dtype)
        sequences, kind = Sequences.from_padded(X), "values"
    if reset:
        _keep_books(estimator, sequences, kind)
        estimator._fitted_on_table = True
    else:
        _compare_books(estimator, sequences, kind)
    return sequences


def _keep_books(estimator, X, kind):
    estimator.n_step_features_ = X.n_features
    estimator.input_kind_ = kind
    estimator._fitted_on_table = False


def _compare_books(estimator, X, kind):
    name = type(estimator).__name__
    if kind != estimator.input_kind_:
        raise ValueError(
            f"X holds {kind} ({X.dtype}) but {name} was fitted on {estimator.input_kind_}; "
            "convert X, or say which it is with the parameter input"
        )
    if X.n_features != estimator.n_step_features_:
        raise ValueError(
            f"X has {X.n_features} features, but {name} is expecting "
            f"{estimator.n_step_features_} features as input"
        )
