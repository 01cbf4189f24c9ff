"""From whatever a user passes as X or as tags to checked `Sequences`.

`as_sequences` converts, `check_sequences` also checks and keeps an estimator's books
(``n_features_in_`` and friends). 2-D arrays and frames are scikit-learn's own ground, so its
`validate_data` judges them and they pass its checks to the letter.
"""

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_array, check_consistent_length, validate_data

from skseq.data._sequences import Sequences

_USE_ENCODER = "skseq.preprocessing.TokenEncoder turns text into token ids"


def is_table(X):
    """Whether X is 2-D (array or frame): univariate series of equal length, a row each."""
    if isinstance(X, (Sequences, list, tuple)):
        return False
    if sparse.issparse(X) or hasattr(X, "columns"):
        return True
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


def as_sequences(X, *, name="X"):
    """Convert any accepted form of X to `Sequences`, without judging the values.

    Parameters
    ----------
    X : Sequences, list of array-like, 1-D object array, object Series, array of shape \
            (n_sequences, n_steps) or (n_sequences, n_steps, n_features)
        The input.

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
        raise TypeError(f"{name} is one text; pass a list of texts. {_USE_ENCODER}")
    if sparse.issparse(X):
        raise TypeError(f"{name} is sparse, but sequences are dense; use {name}.toarray()")
    if isinstance(X, (list, tuple)):
        return Sequences.from_list(X)
    array = np.asarray(X)
    if array.ndim == 0:
        raise TypeError(f"{name} must be a collection of sequences, got {type(X).__name__}: {X!r}")
    if array.ndim in (2, 3):
        return Sequences.from_padded(array)
    if array.ndim == 1 and array.dtype.kind in "UST":
        raise TypeError(f"{name} holds text; {_USE_ENCODER}")
    if array.ndim == 1 and array.dtype == object:
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
    if is_table(X) or is_list_table(X):
        return _check_table(estimator, X, reset=reset, input=input, dtype=dtype)
    ambiguous = isinstance(X, (Sequences, list, tuple)) or np.asarray(X).ndim == 1
    sequences = as_sequences(X)
    check_not_empty(sequences)
    kind = check_kind(sequences, input if ambiguous or input != "auto" else "values")
    if kind == "values":
        sequences = _check_values(estimator, sequences, dtype)
    else:
        _check_tokens(sequences)
    if reset:
        estimator.n_features_in_ = sequences.n_features
        if hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
        _keep_books(estimator, sequences, kind)
    else:
        _compare_books(estimator, sequences, kind)
    return sequences


def check_kind(X, input="auto"):
    """Decide whether the steps of X are "tokens" or "values".

    Raises
    ------
    TypeError
        If they are not numbers.
    ValueError
        If ``input="tokens"`` and the steps are not single integers.
    """
    if X.dtype.kind not in "biufc":
        raise TypeError(f"X has steps of type {X.dtype}, not numbers; {_USE_ENCODER}")
    integral = X.values.ndim == 1 and X.dtype.kind in "iu"
    if input == "tokens" and not integral:
        raise ValueError(
            f'input="tokens" needs one integer a step, got {X.dtype} steps of shape '
            f"{X.values.shape[1:]}"
        )
    if input == "auto":
        return "tokens" if integral else "values"
    return input


def told_from_tokens(X, kind):
    """Give values a type that nobody takes for token ids, where they have left their table.

    Integers of a 2-D array are values, but in `Sequences` they would mean token ids.

    Parameters
    ----------
    X : Sequences
        Checked sequences.

    kind : {"tokens", "values"}
        What its steps are.

    Returns
    -------
    Sequences
        X itself, or with float64 for integer values.
    """
    if kind == "values" and X.values.ndim == 1 and X.dtype.kind in "iu":
        return X.replace(values=X.values.astype(np.float64))
    return X


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
        _check_tokens(sequences)
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


def _check_values(estimator, X, dtype):
    table = X.values.reshape(len(X.values), -1)
    if table.shape[1] == 0:
        raise ValueError(
            f"Found array with 0 feature(s) (shape={table.shape}) while a minimum of 1 is required"
        )
    if table.dtype.kind == "c":
        raise ValueError("Complex data not supported")
    with np.errstate(over="ignore"):  # what a narrower type cannot hold is reported below
        checked = check_array(
            table, dtype=dtype, ensure_all_finite=False, estimator=estimator, input_name="X"
        )
    if checked is not table:
        X = X.replace(values=checked.reshape(X.values.shape))
    if checked.dtype.kind == "f":
        _check_finite(X)
    return X


def _check_finite(X):
    # A finite sum means finite terms: one pass without a boolean copy of a large array.
    with np.errstate(all="ignore"):
        if np.isfinite(X.values.sum(dtype=np.float64)):
            return
    bad = ~np.isfinite(X.values.reshape(len(X.values), -1)).all(axis=1)
    if not bad.any():
        return
    step = int(np.argmax(bad))
    row = int(np.searchsorted(X.offsets, step, side="right") - 1)
    too_large = f"infinity or a value too large for {X.dtype!r}"
    what = "NaN" if np.isnan(X.values[step]).any() else too_large
    raise ValueError(
        f"Input X contains {what}: sequence {row}, step {step - X.offsets[row]} "
        f"({int(bad.sum())} such step(s) in all). Fill or drop them before fitting."
    )


def _check_tokens(X):
    lowest, highest = int(X.values.min()), int(X.values.max())
    if lowest < 0:
        raise ValueError(f"token ids must not be negative, got {lowest}")
    if X.n_tokens is not None and highest >= X.n_tokens:
        raise ValueError(
            f"token id {highest} is outside the vocabulary of {X.n_tokens} tokens "
            f"(ids 0 to {X.n_tokens - 1})"
        )


# -- tags: one label for each step -------------------------------------------------------------


def as_tags(y, *, name="y"):
    """Convert list of lists, object array, 2-D array or `Sequences` of labels to `Sequences`.

    Raises
    ------
    TypeError
        If y has one label a sequence, or is text.
    ValueError
        If a step has more than one label.
    """
    if isinstance(y, Sequences):
        tags = y
    else:
        entries = list(y) if isinstance(y, (list, tuple)) else np.asarray(y)
        if len(entries) and np.ndim(entries[0]) == 0:
            raise TypeError(
                f"{name} must hold one label for each step (a list of lists, an object array or "
                f"Sequences), got one label a sequence: {name}[0] is {entries[0]!r}"
            )
        table = isinstance(entries, np.ndarray) and entries.ndim > 1
        tags = Sequences.from_padded(entries) if table else Sequences.from_list(entries)
    if tags.values.ndim != 1:
        raise ValueError(f"{name} must have one label a step, got {tags.n_features} columns a step")
    return tags


def check_tags(y, X, *, name="y"):
    """Convert y to tags and check that they align with X, step by step.

    Returns
    -------
    Sequences

    Raises
    ------
    ValueError
        If the number of sequences or a length differs, or a label is NaN, missing or continuous.
    """
    if y is None:
        raise ValueError(f"requires {name} to be passed, but the target {name} is None")
    tags = as_tags(y, name=name)
    check_consistent_length(X, tags)
    if not tags.aligns_with(X):
        row = int(np.argmax(tags.lengths != X.lengths))
        raise ValueError(
            f"{name}[{row}] has {tags.lengths[row]} labels but X[{row}] has {X.lengths[row]} "
            "steps; every step needs one label"
        )
    _check_no_missing(tags, name)
    if tags.dtype.kind == "f":
        check_classification_targets(tags.values)
    return tags


def _check_no_missing(tags, name):
    if tags.dtype.kind not in "fO":
        return
    # NaN differs from itself, also as an object.
    nan = np.not_equal(tags.values, tags.values).astype(bool)
    if nan.any():
        raise ValueError(f"Input {name} contains NaN.")
    if tags.dtype == object and np.equal(tags.values, None).any():
        raise ValueError(f"Input {name} contains missing labels (None).")


def like_input(tags, given):
    """Give tags back in the form X came in: a list of lists for a list, else `Sequences`."""
    return tags.tolist() if isinstance(given, (list, tuple)) else tags
