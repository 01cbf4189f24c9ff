"""The audit of a data set: what is imbalanced, what leaks, what would help."""

from dataclasses import asdict, dataclass, fields, replace

import numpy as np
from sklearn.model_selection import KFold

from skseq._validation import (
    StrOptions,
    check_labels,
    has_step_labels,
    num_samples,
    validate_params,
)
from skseq.data import (
    OUTSIDE,
    PLAIN,
    Sequences,
    as_sequences,
    as_tags,
    check_tags,
    cut_steps,
    guess_problem_kind,
    known_steps,
    split_prefix,
    to_cells,
    token_ids,
)
from skseq.folds import as_groups, check_leakage, content_groups, is_text
from skseq.preprocessing import TokenEncoder
from skseq.report._audit_advice import advise
from skseq.report._audit_measures import (
    QUANTILES,
    duplicates_of,
    feature_table,
    imbalance_of,
    overlap_of,
    quantiles_by_class,
    serial_dependence,
    vocabulary_of,
)
from skseq.report._audit_sections import sections_of
from skseq.report._sections import as_html, as_text
from skseq.spans._reading import read_spans

_N_FOLDS = 5
_BACKGROUND = 0.8  # a smaller share may well be a class like the others


@dataclass(frozen=True)
class ImbalanceReport:
    """What `imbalance_report` found in a data set.

    Prints as a page of 80 columns, and shows as HTML in a notebook. Tables are dicts of columns,
    for ``pandas.DataFrame(report.classes)``.

    Parameters
    ----------
    kind : {"tokens", "values", "tags", "value tags"}
        What the sequences hold, and whether each step has a label, as for `strategies`.

    n_sequences, n_steps : int
        Their numbers.

    n_groups : int or None
        Number of groups, where there are some.

    unit : str
        What a step is: "word", "character", "token" or "step".

    is_ordered : bool
        Whether the labels have an order.

    background : label or None
        The tag of steps in which nothing happens.

    classes : dict of str to list
        By class, the largest first, or in order: ``label``, ``count`` of sequences, or of steps
        with this tag, and ``share``; for tags ``n_sequences`` that have it.

    imbalance : dict
        ``n_classes``; ``ratio`` of the largest to the smallest class; ``n_effective``, how many
        classes of equal size would be as even, the exponential of the entropy, and
        ``n_effective_simpson``, one over the sum of squared shares (Hill numbers of order 1 and
        2); ``evenness``, the entropy over its largest value; ``gini``, 0 for equal sizes;
        ``commonest`` and ``rarest`` class with ``commonest_share`` and ``rarest_count``; and what
        always naming the commonest gives: ``naive_accuracy``, ``naive_f1_macro`` (for tags without
        the background).

    lengths : dict of str to list
        Quantiles of the lengths in steps (``min``, ``q25``, ``median``, ``q75``, ``max``), by
        ``label``; the last row, labelled None, is of all sequences. For tags there is no other.

    spans : dict of str to list or None
        For tags: by ``type``, ``count`` of spans and quantiles of their lengths.

    dependence : dict of str to list
        ``kappa``, the agreement beyond chance of labels that lie ``lag`` apart, in steps of a
        sequence for tags, else in rows.

    n_label_runs : int or None
        How often the label changes from row to row, plus 1; None for tags.

    duplicates : dict
        ``n_repeats``, sequences that are equal to an earlier one; ``n_repeated``, distinct ones
        that occur more than once; ``n_disputed``, those of them whose labels differ, in
        ``n_rows_disputed`` rows, with ``examples``: lists of such rows, one for each labelling.

    leaks : dict of str to list
        What five shuffled folds that know of nothing would share: ``kind`` as in
        `skseq.model_selection.check_leakage`, ``share`` of the test rows, and an example,
        ``test_row`` and ``train_row``.

    overlap : int
        Steps that each row shares with the next one, if nearly all do, as windows of a series; 0
        if not, and if ``groups`` are windows.

    labels_in_one_group : list
        Classes that occur in a single group.

    features : dict of str to list or None
        For values, by ``feature``: ``mean``, ``std``, ``min``, ``max``, ``is_constant``,
        ``n_not_finite``, ``n_extreme`` values (more than 20 robust standard deviations from the
        median), and ``spread_of_series``, the upper decile of the standard deviations of single
        series over the lower one.

    vocabulary : dict or None
        For tokens: ``n_tokens``, distinct ones, and ``n_once``, those that occur once.

    common_end : (label, float) or None
        For tags of values, the tag that most sequences end in, and the share of those.

    advice : tuple of Advice
        What would help, and why.

    See Also
    --------
    imbalance_report : Makes it.

    Examples
    --------
    >>> from skseq.report import imbalance_report
    >>> report = imbalance_report(["yes", "no", "well, yes"], ["short", "short", "long"])
    >>> report.imbalance["ratio"]
    2.0
    >>> report.to_dict()["classes"]["label"]
    ['short', 'long']
    """

    kind: str
    n_sequences: int
    n_steps: int
    n_groups: int | None
    unit: str
    is_ordered: bool
    background: object
    classes: dict
    imbalance: dict
    lengths: dict
    spans: dict | None
    dependence: dict
    n_label_runs: int | None
    duplicates: dict
    leaks: dict
    overlap: int
    labels_in_one_group: list
    features: dict | None
    vocabulary: dict | None
    common_end: tuple | None
    advice: tuple = ()

    @property
    def has_tags(self):
        """bool : Whether each step has a label."""
        return self.kind in ("tags", "value tags")

    def to_dict(self):
        """Give everything as dicts, lists, numbers and texts, which JSON can write.

        Returns
        -------
        dict
            NaN stands where there is no number.
        """
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return found | {"advice": [asdict(each) for each in self.advice]}

    def __str__(self):
        return as_text(sections_of(self))

    def _repr_html_(self):
        return as_html(sections_of(self))


@validate_params(
    {
        "kind": [StrOptions({"auto", "tokens", "values", "tags", "value tags"})],
        "ordered": ["boolean", "array-like"],
    },
    prefer_skip_nested_validation=True,
)
def imbalance_report(
    X, y, *, groups=None, kind="auto", ordered=False, background="auto", ignore=None
):
    """Audit a data set: class sizes, lengths, duplicates, likely leaks, and what would help.

    Parameters
    ----------
    X : Sequences, list of str, or any form that estimators take
        The sequences.

    y : array-like of shape (n_sequences,), or one tag per step as list of lists, object array or \
            Sequences
        The labels, or tags.

    groups : array-like of shape (n_sequences,), default=None
        Rows that belong together, such as those of one patient or recording; or the ``index`` of
        `make_windows`, the rows of the series that each window holds.

    kind : {"auto", "tokens", "values", "tags", "value tags"}, default="auto"
        What the sequences hold; "auto" looks at X and y.

    ordered : bool or array-like of shape (n_classes,), default=False
        Whether the labels have an order, such as levels; or the labels from the lowest to the
        highest. True sorts them.

    background : label or None, default="auto"
        The tag of steps in which nothing happens. "auto" is "O" where it occurs, else the commonest
        if it has at least four fifths of the steps, else None. Not for labels of sequences.

    ignore : scalar or list, default=None
        Marks in ``y`` that stand where there is no tag, such as -100 or NaN: these steps are left
        out. None refuses such marks.

    Returns
    -------
    ImbalanceReport
        Print it, or read its attributes.

    Raises
    ------
    ValueError
        If y is missing, continuous or does not fit X, or ``ordered`` does not name its labels.

    See Also
    --------
    skseq.model_selection.compare_strategies : Tries what might help.
    skseq.model_selection.check_leakage : What the two sides of any split share.

    Notes
    -----
    Advice is given by these rules, each by its name in ``advice``; figures are those of the pages
    of results and of the guide:

    - "windows": rows overlap, so split by time (`WindowKFold`);
    - "groups": there are groups, so keep each on one side of a split; or, by "one group", a class
      lies in one of them alone, where no such split can both train and test it;
    - "sorted": rows are sorted by label, or nearly (at most twice as many runs as classes), so
      shuffle; "row order": labels of neighbouring rows agree (kappa of at least .3), so rows may be
      parts of one recording, which want groups;
    - "copies": equal rows on both sides of a split for at least 1 % of the test rows;
    - "disputed": equal sequences with different labels, which no model can get right;
    - "score": a ratio of at least 3, so that accuracy flatters;
    - "small classes": a class in fewer sequences than there are folds, 5;
    - "few sequences": fewer than 10 sequences of tags, to be cut for cross-validation;
    - "model": what the guide takes for such data, and what it has to beat;
    - "remedy": a ratio of at least 3, so that remedies are worth comparing;
    - "ordered": a model and a score that know the order;
    - "ends": at least 95 % of 10 or more sequences of values end in one tag that at most 25 % of
      the steps have;
    - "scale": the upper decile of the sizes of series is at least 30 times the lower one;
    - "features": features are constant, or values not finite.

    References
    ----------
    .. [1] M. O. Hill, "Diversity and evenness: a unifying notation and its consequences",
       Ecology 54 (1973).

    .. [2] C. H. Weiß, R. Göb, "Measuring serial dependence in categorical time series", AStA
       Advances in Statistical Analysis 92 (2008).

    Examples
    --------
    >>> from skseq.datasets import make_imbalanced_sequences
    >>> from skseq.report import imbalance_report
    >>> X, y = make_imbalanced_sequences(200, weights=[0.9, 0.1], n_classes=2, random_state=0)
    >>> report = imbalance_report(X, y)
    >>> report.classes
    {'label': [0, 1], 'count': [180, 20], 'share': [0.9, 0.1]}
    >>> print(f"as even as {report.imbalance['n_effective']:.2f} classes of equal size")
    as even as 1.38 classes of equal size
    >>> [advice.rule for advice in report.advice]
    ['score', 'model', 'remedy']
    """
    if y is None:
        raise ValueError("imbalance_report counts labels, so it needs y, but y is None")
    kind = guess_problem_kind(X, y) if kind == "auto" else kind
    groups = None if groups is None else as_groups(groups)
    per_step = has_step_labels(y)
    steps, unit = _read_steps(X, y, kind, per_step)
    if per_step:
        of_labels = _audit_tags(y, steps, kind, groups, ordered, background, ignore)
    else:
        of_labels = _audit_labels(y, steps, groups, ordered)
    are_windows = isinstance(groups, Sequences)
    report = ImbalanceReport(
        kind=kind,
        n_sequences=len(steps),
        n_steps=steps.n_steps,
        n_groups=None if groups is None or are_windows else len(np.unique(groups)),
        unit=unit,
        is_ordered=ordered is not False,
        duplicates=duplicates_of(content_groups(X), of_labels.pop("variants")),
        leaks=_leaks_of_shuffled_folds(X, groups),
        overlap=0 if are_windows else overlap_of(steps),
        features=feature_table(steps) if "value" in kind else None,
        vocabulary=None if "value" in kind else vocabulary_of(token_ids(steps).values),
        **of_labels,
    )
    return replace(report, advice=tuple(advise(report)))


def _read_steps(X, y, kind, per_step):
    """The steps as `Sequences`, and what one is called."""
    cells = to_cells(X)
    if "value" in kind or not is_text(cells):
        return as_sequences(cells), "step" if "value" in kind else "token"
    texts = list(cells)
    are_characters = per_step and [*map(len, texts)] == as_tags(y).lengths.tolist()
    level, unit = ("char", "character") if are_characters else ("word", "word")
    return TokenEncoder(level).fit_transform(texts), unit


def _audit_labels(y, X, groups, ordered):
    """What follows from one label for each sequence."""
    classes, codes = np.unique(check_labels(y, X, None), return_inverse=True)
    table, imbalance, order = _count_classes(classes, codes, ordered)
    rank = np.argsort(order)[codes]
    by_class = quantiles_by_class(X.lengths, rank, len(classes))
    overall = quantiles_by_class(X.lengths, np.zeros_like(rank), 1)
    return {
        "variants": codes,
        "background": None,
        "classes": table,
        "imbalance": imbalance | _naive_scores(imbalance, len(classes), None),
        "lengths": {"label": [*table["label"], None]}
        | {name: by_class[name] + overall[name] for name in by_class},
        "spans": None,
        "dependence": serial_dependence(codes, np.array([0, len(codes)])),
        "n_label_runs": int((codes[1:] != codes[:-1]).sum()) + 1,
        "labels_in_one_group": _labels_in_one_group(classes, codes, groups),
        "common_end": None,
    }


def _audit_tags(y, X, kind, groups, ordered, background, ignore):
    """What follows from one tag for each step."""
    tags = check_tags(y, X, ignore=ignore)
    kept = cut_steps(tags, known_steps(tags, ignore))
    classes, codes = np.unique(kept.values, return_inverse=True)
    table, imbalance, order = _count_classes(classes, codes, ordered)
    background = _background(background, classes, np.bincount(codes))
    row = kept.sequence_index()
    in_sequences = np.bincount(np.unique(np.stack([codes, row]), axis=1)[0])
    table["n_sequences"] = in_sequences[order].tolist()
    n_other = len(classes) - (background is not None)
    of_row = groups if groups is None or isinstance(groups, Sequences) else groups[row]
    return {
        "variants": content_groups(tags),
        "background": background,
        "classes": table,
        "imbalance": imbalance | _naive_scores(imbalance, n_other, background),
        "lengths": {"label": [None]} | quantiles_by_class(X.lengths, np.zeros(len(X), int), 1),
        "spans": _span_table(tags, classes, background, ignore),
        "dependence": serial_dependence(codes, kept.offsets),
        "n_label_runs": None,
        "labels_in_one_group": _labels_in_one_group(classes, codes, of_row),
        "common_end": _common_end(classes, codes, kept) if kind == "value tags" else None,
    }


def _count_classes(classes, codes, ordered):
    """The table of classes, what is imbalanced in it, and the classes' order in it."""
    counts = np.bincount(codes)
    if ordered is False:
        order = np.argsort(-counts, kind="stable")
    elif ordered is True:
        order = np.arange(len(classes))
    else:
        order = _named_order(classes, ordered)
    largest, smallest = counts.argmax(), counts.argmin()
    table = {
        "label": classes[order].tolist(),
        "count": counts[order].tolist(),
        "share": (counts[order] / counts.sum()).tolist(),
    }
    imbalance = imbalance_of(counts) | {
        "commonest": classes.tolist()[largest],
        "commonest_share": float(counts[largest] / counts.sum()),
        "rarest": classes.tolist()[smallest],
        "rarest_count": int(counts[smallest]),
    }
    return table, imbalance, order


def _named_order(classes, named):
    named = np.asarray(named)
    if not np.array_equal(np.sort(named), classes):
        raise ValueError(
            "ordered must name each label once, from the lowest to the highest; got "
            f"{named.tolist()} for the labels {classes.tolist()}"
        )
    return np.searchsorted(classes, named)


def _background(background, classes, counts):
    names = classes.tolist()
    if background == "auto":
        return likely_background(names, counts)
    if background is not None and background not in names:
        raise ValueError(f"background={background!r} is no tag of y, which has {names}")
    return background


def likely_background(tags, counts):
    """Tell which tag most likely says that nothing happens; None, where it may be none of them.

    Parameters
    ----------
    tags : list of length n_tags
        Distinct ones.

    counts : array-like of shape (n_tags,)
        Steps that have them.

    Returns
    -------
    label or None
    """
    if OUTSIDE in tags:
        return OUTSIDE
    commonest = int(np.argmax(counts))
    return tags[commonest] if counts[commonest] >= _BACKGROUND * np.sum(counts) else None


def _naive_scores(imbalance, n_scored, background):
    """Scores of always naming the commonest class."""
    share = imbalance["commonest_share"]
    f1 = 0.0 if background == imbalance["commonest"] else 2 * share / (1 + share)
    return {"naive_accuracy": share, "naive_f1_macro": f1 / max(n_scored, 1)}


def _span_table(tags, classes, background, ignore):
    """Number and lengths of spans by type; where tags have no prefixes, those of runs."""
    has_prefix = {split_prefix(tag) is not None for tag in classes.tolist() if tag != "O"}
    scheme = PLAIN if len(has_prefix) > 1 else None
    spans = read_spans(tags, scheme=scheme, outside=background, ignore=ignore)
    if not len(spans.start):
        return {"type": [], "count": []} | {name: [] for name in QUANTILES}
    types, codes, counts = np.unique(spans.type, return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    lengths = quantiles_by_class(spans.stop - spans.start, np.argsort(order)[codes], len(types))
    return {"type": types[order].tolist(), "count": counts[order].tolist()} | lengths


def _common_end(classes, codes, tags):
    """The tag that most sequences end in, with their share."""
    last = codes[tags.offsets[1:][tags.lengths > 0] - 1]
    counts = np.bincount(last)
    return classes.tolist()[counts.argmax()], float(counts.max() / len(last))


def _labels_in_one_group(classes, codes, groups):
    if groups is None or isinstance(groups, Sequences):
        return []
    group_codes = np.unique(groups, return_inverse=True)[1]
    n_groups = np.bincount(np.unique(np.stack([codes, group_codes]), axis=1)[0])
    return classes[n_groups == 1].tolist()


def _leaks_of_shuffled_folds(X, groups):
    """What both sides of folds share that know neither groups nor windows."""
    table = {"kind": [], "share": [], "test_row": [], "train_row": []}
    n_rows = num_samples(X)
    if n_rows < 2:
        return table
    folds = KFold(min(_N_FOLDS, n_rows), shuffle=True, random_state=0)
    windows, groups = (groups, None) if isinstance(groups, Sequences) else (None, groups)
    leaks = check_leakage(X, folds.split(np.empty(n_rows)), windows, groups)
    for kind in dict.fromkeys(leak.kind for leak in leaks):
        alike = [leak for leak in leaks if leak.kind == kind]
        table["kind"].append(kind)
        table["share"].append(sum(leak.n_test for leak in alike) / n_rows)
        table["test_row"].append(alike[0].test_row)
        table["train_row"].append(alike[0].train_row)
    return table
