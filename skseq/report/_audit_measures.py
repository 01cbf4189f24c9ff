"""What an audit measures, as plain functions of labels, lengths and steps.

Tables are dicts of columns, lists of Python's own numbers and texts, so that they can be printed,
written as JSON and made frames of.
"""

import numpy as np

QUANTILES = ("min", "q25", "median", "q75", "max")

# Steps apart at which labels are compared.
_LAGS = (1, 2, 5, 10, 20, 50, 100)

# Neighbours in which an overlap is looked for, steps of it, and the share that must have it.
_N_PAIRS, _MOST_STEPS, _NEARLY_ALL = 200, 1000, 0.9

# Robust standard deviations from the median beyond which a value is extreme.
_FAR = 20.0


def imbalance_of(counts):
    """Measure how uneven the sizes of classes are.

    Parameters
    ----------
    counts : ndarray of int of shape (n_classes,)
        Size of each class, above 0.

    Returns
    -------
    dict of str to float
        The keys of `ImbalanceReport.imbalance` that follow from counts.
    """
    counts = np.asarray(counts, dtype=np.float64)
    share = counts / counts.sum()
    entropy = -(share * np.log(share)).sum()
    n_classes = len(counts)
    rank = np.arange(1, n_classes + 1)
    gini = 2 * (rank * np.sort(share)).sum() / n_classes - (n_classes + 1) / n_classes
    return {
        "n_classes": n_classes,
        "ratio": float(counts.max() / counts.min()),
        "n_effective": float(np.exp(entropy)),
        "n_effective_simpson": float(1 / (share**2).sum()),
        "evenness": float(entropy / np.log(n_classes)) if n_classes > 1 else 1.0,
        "gini": float(max(gini, 0.0)),
    }


def ratio_text(ratio):
    """Write how many times larger something is: three digits, and never an exponent."""
    return f"{ratio:.3g}" if ratio < 999.5 else f"{ratio:,.0f}"


def share_text(share):
    """Write a share in percent: one decimal, or one digit where that would be 0.0."""
    return f"{share:.1%}" if share >= 0.0005 or not share else f"{share * 100:.1g}%"


def quantiles_by_class(values, codes, n_classes):
    """Give the quantiles of the values of each class.

    Parameters
    ----------
    values : ndarray of int of shape (n,)
        Lengths.

    codes : ndarray of int of shape (n,)
        Class of each, of which none is empty.

    n_classes : int
        Number of classes.

    Returns
    -------
    dict of str to list of float
        For each of `QUANTILES` a list of n_classes.
    """
    order = np.argsort(codes, kind="stable")
    parts = np.split(values[order], np.searchsorted(codes[order], np.arange(1, n_classes)))
    rows = np.array([np.quantile(part, [0, 0.25, 0.5, 0.75, 1]) for part in parts])
    return dict(zip(QUANTILES, rows.T.tolist(), strict=True))


def serial_dependence(codes, offsets):
    """Measure how much labels some steps apart agree beyond chance.

    Cohen's kappa of a series and itself k steps later, Weiß and Göb (2008): 1 where labels never
    change, 0 where their order is chance.

    Parameters
    ----------
    codes : ndarray of int of shape (n_steps_total,)
        Class of each step.

    offsets : ndarray of int of shape (n_sequences + 1,)
        Where sequences start and end: pairs lie within one.

    Returns
    -------
    dict of str to list
        ``lag`` in steps, ``kappa``; empty where there is one class only.
    """
    share = np.bincount(codes) / max(len(codes), 1)
    chance = (share**2).sum()
    row = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    table = {"lag": [], "kappa": []}
    for lag in _LAGS:
        in_one = row[lag:] == row[:-lag]
        if chance < 1 and in_one.sum() >= 30:
            agreement = (codes[lag:] == codes[:-lag])[in_one].mean()
            table["lag"].append(lag)
            table["kappa"].append(float((agreement - chance) / (1 - chance)))
    return table


def duplicates_of(content, labels):
    """Count equal sequences, and those whose labels differ.

    Parameters
    ----------
    content, labels : ndarray of int of shape (n_sequences,)
        Equal where sequences, and where their labels, are equal.

    Returns
    -------
    dict
        As `ImbalanceReport.duplicates`.
    """
    groups, sizes = np.unique(content, return_counts=True)
    variants, first = np.unique(np.stack([content, labels]), axis=1, return_index=True)
    disputed, n_labels = np.unique(variants[0], return_counts=True)
    disputed = disputed[n_labels > 1]
    examples = [np.sort(first[variants[0] == group]).tolist() for group in disputed[:5]]
    return {
        "n_repeats": int(len(content) - len(groups)),
        "n_repeated": int((sizes > 1).sum()),
        "n_disputed": len(disputed),
        "n_rows_disputed": int(np.isin(content, disputed).sum()),
        "examples": examples,
    }


def overlap_of(X):
    """Find by how many steps each row begins with the end of the one before, as windows do.

    Parameters
    ----------
    X : Sequences
        Rows in the order in which they were cut.

    Returns
    -------
    int
        Steps that nearly all neighbours share, 0 if there is no such number. What is constant does
        not count.
    """
    pair_lengths = np.minimum(X.lengths[:-1], X.lengths[1:])
    typical = int(np.median(pair_lengths)) if len(pair_lengths) else 0
    longest = min(typical - 1, _MOST_STEPS)
    pairs = np.flatnonzero(pair_lengths >= typical)
    if len(pairs) < 5 or longest < 2:
        return 0
    pairs = pairs[np.unique(np.linspace(0, len(pairs) - 1, _N_PAIRS).astype(int))]
    seams = X.offsets[1:][pairs, None]  # where the first of a pair ends and the second starts
    steps = np.arange(longest)
    ends, starts = X.values[seams - longest + steps], X.values[seams + steps]
    ends, starts = (part.reshape(len(pairs), longest, -1) for part in (ends, starts))
    varies = (ends != ends[:, -1:]).any(axis=2)
    for n_shared in range(longest, 1, -1):
        tail = slice(longest - n_shared, None)
        same = (ends[:, tail] == starts[:, :n_shared]).all(axis=(1, 2))
        if (same & varies[:, tail].any(axis=1)).mean() >= _NEARLY_ALL:
            return n_shared
    return 0


def feature_table(X, names=None):
    """Describe each feature of the steps.

    Parameters
    ----------
    X : Sequences of numbers
        All of them.

    names : list of str, default=None
        Names of the features; None numbers them.

    Returns
    -------
    dict of str to list
        As `ImbalanceReport.features`.
    """
    values = X.values.reshape(X.n_steps, -1).astype(np.float64)
    is_known = np.isfinite(values)
    known = [column[keep] for column, keep in zip(values.T, is_known.T, strict=True)]
    size = _spread_of_series(X, np.where(is_known, values, 0.0))
    return {
        "feature": list(range(values.shape[1])) if names is None else list(names),
        "mean": [_number(np.mean, column) for column in known],
        "std": [_number(np.std, column) for column in known],
        "min": [_number(np.min, column) for column in known],
        "max": [_number(np.max, column) for column in known],
        "is_constant": [bool(len(column) == 0 or np.ptp(column) == 0) for column in known],
        "n_not_finite": (~is_known).sum(axis=0).tolist(),
        "n_extreme": [_count_extreme(column) for column in known],
        "spread_of_series": size.tolist(),
    }


def _number(statistic, column):
    if not len(column):
        return float("nan")
    with np.errstate(over="ignore", invalid="ignore"):
        return float(statistic(column))


def _count_extreme(column):
    """Values further from the median than any common distribution has them."""
    if not len(column):
        return 0
    low, median, high = np.quantile(column, [0.25, 0.5, 0.75])
    scale = (high - low) / 1.349
    return int((np.abs(column - median) > _FAR * scale).sum()) if scale > 0 else 0


def _spread_of_series(X, values):
    """Upper decile of the standard deviations of series over the lower one, for each feature."""
    rows = X.lengths > 1
    if rows.sum() < 10:
        return np.ones(values.shape[1])
    starts, n_steps = X.offsets[:-1][X.lengths > 0], X.lengths[X.lengths > 0, None]
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.add.reduceat(values, starts) / n_steps
        centred = values - np.repeat(mean, n_steps.ravel(), axis=0)
        sizes = np.sqrt(np.add.reduceat(centred**2, starts) / n_steps)[n_steps.ravel() > 1]
    spreads = []
    for column in sizes.T:
        varying = column[np.isfinite(column) & (column > 0)]
        low, high = np.quantile(varying, [0.1, 0.9]) if len(varying) >= 10 else (1.0, 1.0)
        spreads.append(high / low)
    return np.array(spreads)


def vocabulary_of(ids):
    """Count distinct tokens.

    Parameters
    ----------
    ids : ndarray of shape (n_steps_total,)
        The token of each step.

    Returns
    -------
    dict of str to int
        ``n_tokens`` distinct ones, ``n_once`` of which occur once.
    """
    counts = np.unique(ids, return_counts=True)[1]
    return {"n_tokens": len(counts), "n_once": int((counts == 1).sum())}
