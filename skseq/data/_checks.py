"""From whatever a user passes as X to checked `Sequences`, by one rule.

`as_sequences` converts, `check_sequences` also checks and sets an estimator's attributes
(``n_features_in_`` and friends).

The rule, for every estimator, transformer, sampler and ensemble:

1. *A table* is a 2-D array (also sparse) or a frame: univariate series of equal length, a row
   each. It is scikit-learn's own ground: its `validate_data` judges tables, they pass its checks
   to the letter, and a table at prediction has as many columns as the table of ``fit``.
2. *Everything else is sequences*, whose number of steps is free, also between ``fit`` and
   prediction: lists of lists or arrays, of equal length or not, 1-D object arrays and Series, 3-D
   arrays (n, time, features), masked arrays (what is masked at the ends is not a step),
   `Sequences`. Only the attributes that ``fit`` sets take a list of equally long lists of floats
   for the table that scikit-learn sees in it, so that *tables* of another width are refused later.
3. *Tokens or values* the parameter ``input`` says: "tokens", "values" or "auto". With "auto",
   floats are values; steps of several features are values; integers are tokens in a list or in
   `Sequences`, and values in a table. At prediction integers are what those of ``fit`` were,
   or values where ``fit`` saw floats. The ``n_tokens`` of `Sequences` says that they are tokens;
   ``channels`` say what each column is, and make a third kind, "channels".
4. *Without a parameter* ``input``, a sampler or a transformer refuses no integer: the estimator
   behind it knows what they are. Only what needs values (SMOTE, neighbours) refuses integers
   that may be tokens.

The guide tells users the same ("What X may be", docs/guide_inputs.md).
"""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from skseq._typing import Input, Kind
from skseq.data._cells import (
    check_no_numbers_as_text,
    holds_number_lists,
    is_sparse,
    read_number_lists,
    to_cells,
)
from skseq.data._channels import check_ids, numbers_of
from skseq.data._not_numbers import USE_ENCODER, as_numbers, refuse_dates
from skseq.data._padding import warn_of_padding
from skseq.data._sequences import Sequences
from skseq.data._steps import check_finite, check_kind, check_values, told_from_tokens
from skseq.data._tables import (
    check_table,
    is_list_table,
    is_table,
    warn_of_channels_first,
)
from skseq.data._token_ids import check_tokens


def as_sequences(X: Any, *, name: str = "X") -> Sequences:
    """Convert any accepted form of X to `Sequences`, without judging the values.

    Parameters
    ----------
    X : Sequences, list of array-like or whatever `to_cells` takes for one, array of shape \
            (n_sequences, n_steps) or (n_sequences, n_steps, n_features)
        The input. Texts that are written as lists of numbers are read as such.

    name : str, default="X"
        Its name in error messages.

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
    if is_sparse(X):
        raise TypeError(f"{name} is sparse, but sequences are dense; use {name}.toarray()")
    X = to_cells(X, name=name)
    if holds_number_lists(X):
        X = read_number_lists(X, name=name)
    check_no_numbers_as_text(X, name=name)
    if isinstance(X, (list, tuple)):
        return Sequences.from_list(X)
    array = np.asanyarray(X)  # a mask stays
    if array.ndim == 0:
        raise TypeError(f"{name} must be a collection of sequences, got {type(X).__name__}: {X!r}")
    if array.dtype.kind in "mM":
        raise refuse_dates(name, array.dtype)
    if array.ndim in (2, 3):
        return Sequences.from_padded(array)
    if array.ndim == 1 and array.dtype == object:
        if len(array) and isinstance(array[0], str):
            raise TypeError(f"{name} holds text; {USE_ENCODER}")
        return Sequences.from_list(array)
    if array.ndim > 3:
        raise ValueError(
            f"{name} must have the axes (n, time) or (n, time, features), got shape {array.shape}; "
            f"lay out flat what a step holds, with {name}.reshape(*{name}.shape[:2], -1)"
        )
    raise ValueError(
        f"Expected 2D array, got {array.ndim}D array instead. Reshape your data either using "
        f"array.reshape(-1, 1) if {name} holds sequences of one step, or array.reshape(1, -1) "
        "if it is one sequence."
    )


def check_sequences(
    estimator: Any,
    X: Any,
    *,
    reset: bool = True,
    input: Input | None = None,
    dtype: DTypeLike = "numeric",
    fits: DTypeLike | None = None,
) -> Sequences:
    """Check X for an estimator and set its fitted attributes.

    Sets (``reset=True``) or compares (``reset=False``) ``n_features_in_``,
    ``feature_names_in_`` for frames, ``n_step_features_`` and ``input_kind_``.

    Parameters
    ----------
    estimator : estimator
        The estimator in whose ``fit`` (``reset=True``) or prediction (``reset=False``) X is
        checked.

    X : any form that `as_sequences` takes
        The input.

    reset : bool, default=True
        Whether this is the X of ``fit``.

    input : {"auto", "tokens", "values"} or None, default=None
        What the steps are, as the head of this file has it. None is for what has no such
        parameter: it leaves the judgement of integers to the estimator behind it, and gives
        integer values of a table as floats.

    dtype : dtype or "numeric", default="numeric"
        What values (not tokens) are converted to; "numeric" keeps any numeric type.

    fits : dtype, default=None
        A type that has to hold the values besides, such as that of a net.

    Returns
    -------
    Sequences
        Token ids as they came, values converted to ``dtype``.

    Raises
    ------
    TypeError
        If the steps are not numbers.
    ValueError
        If X is empty, a sequence is empty, a value is NaN, infinite or too large, a token id is
        negative, too large or outside the vocabulary, or features differ from those of ``fit``.

    Warns
    -----
    UserWarning
        If an array looks padded with zeros, or a 3-D array like (n, channels, time).
    """
    X = to_cells(X)
    table = is_table(X) or (reset and is_list_table(X))
    if table:
        steps = _check_table(estimator, X, reset=reset, input=input, dtype=dtype, fits=fits)
        if reset and input is not None:
            warn_of_padding(steps, input)
        sequences = Sequences.from_padded(steps)
    else:
        sequences = as_sequences(X)
        check_not_empty(sequences)
        sequences = as_numbers(sequences, input)
        if reset and input is not None and getattr(X, "ndim", 0) == 3:
            warn_of_channels_first(X)
            if not np.ma.is_masked(X):
                warn_of_padding(np.asarray(X), input)
    known: Kind | None = "values" if table else None
    if not reset and sequences.n_features == estimator.n_step_features_:
        known = estimator.input_kind_
    kind = check_kind(sequences, input, known=known)
    if kind == "tokens":
        if input is not None or sequences.n_tokens is not None:
            check_tokens(sequences)
    elif kind == "channels":
        check_ids(sequences)
        check_finite(numbers_of(sequences), fits)
    elif not table:
        sequences = check_values(estimator, sequences, dtype, fits)
    if reset:
        _set_fitted_attributes(estimator, sequences, kind, table)
    else:
        _check_fitted_attributes(estimator, sequences, kind, judged=input is not None)
    return told_from_tokens(sequences, kind) if table and input is None else sequences


def check_not_empty(X: Sequences, name: str = "X") -> None:
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
            f"needs at least one step. Drop them, by [x for x in {name} if len(x)] from a list, by "
            f"{name}[{name}.lengths > 0] from Sequences, and from y as well."
        )


def _check_table(
    estimator: Any,
    X: Any,
    *,
    reset: bool,
    input: Input | None,
    dtype: DTypeLike,
    fits: DTypeLike | None,
) -> np.ndarray:
    tokens = input == "tokens" or (
        input != "values" and not reset and estimator.input_kind_ == "tokens"
    )
    if tokens:
        dtype, fits = "numeric", None
    return check_table(estimator, X, reset=reset, dtype=dtype, fits=fits)


def _set_fitted_attributes(estimator: Any, X: Sequences, kind: Kind, table: bool) -> None:
    if not table:
        estimator.n_features_in_ = X.n_features
        if hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
    estimator.n_step_features_ = X.n_features
    estimator.input_kind_ = kind
    estimator._fitted_on_table = table


def _check_fitted_attributes(estimator: Any, X: Sequences, kind: Kind, judged: bool) -> None:
    name = type(estimator).__name__
    if judged and kind != estimator.input_kind_:
        raise ValueError(
            f"X holds {kind} ({X.dtype}) but {name} was fitted on {estimator.input_kind_}; "
            "convert X, or say which it is with the parameter input"
        )
    if X.n_features != estimator.n_step_features_:
        raise ValueError(
            f"X has {X.n_features} features, but {name} is expecting "
            f"{estimator.n_step_features_} features as input{_one_sequence_hint(estimator, X)}"
        )


def _one_sequence_hint(estimator: Any, X: Sequences) -> str:
    """A hint where X looks like a single sequence of shape (n_steps, n_features)."""
    if X.values.ndim > 1 or not (X.lengths == estimator.n_step_features_).all():
        return ""
    return f". If X is one sequence of {len(X)} steps, pass [X]"
