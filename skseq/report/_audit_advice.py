"""What would help with a data set, by rules that the measured sets and the guide support.

A rule is a function of an `ImbalanceReport` that gives advice or None. `imbalance_report` lists
them in its docstring; figures are those of docs/results.md, docs/results_whole.md and
docs/results_entities.md.
"""

from dataclasses import dataclass

from skseq.report._audit_measures import ratio_text

UNEVEN = 3.0
N_FOLDS = 5
FEW_ROWS_OF_A_CLASS = 100  # below, `encoder="auto"` adds a bag of embeddings
IN_ORDER = 0.3
WIDE = 30.0  # from here on, `scale="auto"` reads each series by itself
FEW_SEQUENCES = 10
COPIES = 0.01


@dataclass(frozen=True)
class Advice:
    """Something to do about a data set.

    Parameters
    ----------
    rule : str
        Name of the rule that it follows from, see `imbalance_report`.

    action : str
        What to do.

    reason : str
        What was found, and why it matters.

    See Also
    --------
    imbalance_report : Gives it.

    Examples
    --------
    >>> from skseq.report import imbalance_report
    >>> advice = imbalance_report(["yes", "yes", "no", "ok"], ["a", "b", "a", "b"]).advice
    >>> next(each.reason for each in advice if each.rule == "disputed")
    '1 sequence occurs with different labels, in 2 rows. No model can get them all right.'
    """

    rule: str
    action: str
    reason: str


def advise(report):
    """Give advice, what matters most first.

    Parameters
    ----------
    report : ImbalanceReport
        The facts.

    Returns
    -------
    list of Advice
    """
    return [advice for rule in RULES if (advice := rule(report)) is not None]


# -- how to split -------------------------------------------------------------------------------


def _windows(report):
    share = _leaking(report, "overlapping windows")
    if not share and not report.overlap:
        return None
    if share:
        reason = f"In shuffled folds {share:.0%} of the test windows overlap a training window."
    else:
        reason = (
            f"Rows start with the last {report.overlap} steps of the row before, as windows do. "
            "Shuffled folds would test on steps that trained."
        )
    action = "Split by time: groups=index of make_windows, which WindowKFold keeps apart."
    return Advice("windows", action, reason)


def _groups(report):
    share = _leaking(report, "shared group")
    if not share:
        return None
    return Advice(
        "groups",
        "Keep groups on one side of a split: pass groups= to compare_strategies.",
        f"In shuffled folds {share:.0%} of the test rows have rows of their group in training.",
    )


def _one_group(report):
    labels = report.labels_in_one_group
    if not labels:
        return None
    return Advice(
        "one group",
        f"Find more groups with {_listed(labels)}, or leave out what cannot be tested.",
        "Only one group has it, so that no split by group can both train and test it.",
    )


def _row_order(report):
    table = report.dependence
    if report.has_tags or report.n_groups or not table["kappa"] or table["kappa"][0] < IN_ORDER:
        return None
    if report.n_label_runs <= 2 * report.imbalance["n_classes"]:
        return Advice(
            "sorted",
            "Shuffle: StratifiedKFold, or KFold(shuffle=True).",
            f"Rows are sorted by label, in {report.n_label_runs} runs: folds cut in this order "
            "leave classes out.",
        )
    return Advice(
        "row order",
        "If rows follow each other in time, pass their recording as groups, or tag the series as "
        "a whole with SequenceTagger.",
        f"Labels of neighbouring rows agree beyond chance (kappa {table['kappa'][0]:.2f}), so "
        "neighbours on two sides of a split give each other away.",
    )


def _copies(report):
    share = _leaking(report, "identical content") or _leaking(report, "shared origin")
    if share < COPIES:
        return None
    return Advice(
        "copies",
        "Drop copies, or keep them together: groups=skseq.data.original_groups(X).",
        f"In shuffled folds {share:.0%} of the test rows have a copy in training, which memory "
        "alone gets right. Short texts that repeat in life may stay.",
    )


def _disputed(report):
    found = report.duplicates
    if not found["n_disputed"]:
        return None
    occur = "1 sequence occurs" if found["n_disputed"] == 1 else None
    occur = occur or f"{found['n_disputed']:,} sequences occur"
    return Advice(
        "disputed",
        f"Look at rows such as {_listed(found['examples'][0])} (from 0) before anything else.",
        f"{occur} with different labels, in {found['n_rows_disputed']:,} rows. No model can get "
        "them all right.",
    )


# -- how to judge -------------------------------------------------------------------------------


def _score(report):
    found = report.imbalance
    if found["ratio"] < UNEVEN:
        return None
    score = "macro F1 without the background" if report.background is not None else "macro F1"
    if report.spans is not None and _have_prefixes(report):
        score = "F1 of spans"
    return Advice(
        "score",
        f"Judge by {score} and by the recall of each class, not by accuracy.",
        f"Always naming {found['commonest']!r} is right in {found['naive_accuracy']:.1%}, and its "
        f"macro F1 is {found['naive_f1_macro']:.3f}.",
    )


def _small_classes(report):
    table = report.classes
    counts = table["n_sequences"] if report.has_tags else table["count"]
    small = [label for label, n in zip(table["label"], counts, strict=True) if n < N_FOLDS]
    if not small:
        return None
    return Advice(
        "small classes",
        f"Collect more of {_listed(small)}, or merge them with others (ClassMerger).",
        f"Fewer than {N_FOLDS} sequences have them: some of {N_FOLDS} folds cannot test them.",
    )


def _few_sequences(report):
    if not report.has_tags or report.n_sequences >= FEW_SEQUENCES:
        return None
    return Advice(
        "few sequences",
        'Cut long ones with make_windows(label_rule="step") and split by its index.',
        f"{report.n_sequences} sequence(s) cannot make {N_FOLDS} folds that are alike.",
    )


# -- what to fit --------------------------------------------------------------------------------


def _model(report):
    return Advice("model", *_MODELS[report.kind](report))


def _model_of_texts(report):
    if report.n_sequences / report.imbalance["n_classes"] < FEW_ROWS_OF_A_CLASS:
        return (
            "Begin without a net: TF-IDF with logistic regression, alone and with naive Bayes "
            "(compare_strategies fits both beside the net).",
            "Fewer than 100 rows for a class. On docstrings (18 classes) macro F1 was .780 by "
            "logistic regression, .791 with naive Bayes, .689 by a net with defaults.",
        )
    return (
        "Compare the net, with its defaults, with TF-IDF and logistic regression "
        "(compare_strategies does).",
        "With 100 rows for a class and more the two are close: on utterances of meetings (75,067 "
        "rows) the net had a macro F1 of .882, TF-IDF one of .876.",
    )


def _model_of_series(report):
    return (
        "Blend the net with MiniRocket, of values and of differences, and a forest over summaries: "
        "baselines('values') has them, SequenceBlender(weights='mean', decision=0.5) the mean.",
        "In balanced accuracy MiniRocket was ahead of the net with defaults on 3 of 4 sets of "
        "series, and the blend of all four ahead of both on 3 of 4.",
    )


def _model_of_tags(report):
    if not _have_prefixes(report):
        return (
            "Compare SequenceTagger with a CRF (compare_strategies does).",
            "Neighbouring tags depend on each other, which both can use.",
        )
    return (
        'Words: TokenEncoder("word+char", min_count=2), TagOverSampler(max_copies=3) and '
        'SequenceTagger(head="crf", constraints="IOB2").',
        "Over a CRF tagger without remedies the sampler brought +1.7 ± 0.8 points of macro span "
        "F1 on posts and +0.5 ± 0.1 on biomedical names, where the net needed 40 epochs.",
    )


def _model_of_tagged_series(report):
    return (
        "Compare SequenceTagger with boosted windows (compare_strategies does).",
        "On engines that fail a net that looks ahead lost to them, .472 to .688 macro F1, and one "
        'that does not, as causal="auto" chooses there, won, .853.',
    )


_MODELS = {
    "tokens": _model_of_texts,
    "values": _model_of_series,
    "tags": _model_of_tags,
    "value tags": _model_of_tagged_series,
}


def _remedy(report):
    ratio = report.imbalance["ratio"]
    if ratio < UNEVEN:
        return None
    return Advice(
        "remedy",
        "Name a few remedies and compare them on the same folds with compare_strategies; "
        'decision="balanced" or ThresholdTuner cost no fit.',
        f"The commonest class is {ratio_text(ratio)} times the rarest. On eight sets remedies that "
        "raised the recall of rare classes rarely raised macro F1: decide which one you are after.",
    )


def _ordered(report):
    if not report.is_ordered:
        return None
    model = "SequenceTagger" if report.has_tags else "SequenceOrdinalClassifier(classes=...)"
    return Advice(
        "ordered",
        f"Fit {model}, and put OrdinalThresholdClassifier around what wins; judge by quadratic "
        "weighted kappa or macro-averaged absolute error.",
        "Scores for names count a neighbouring level as wrong as the farthest one.",
    )


def _ends(report):
    if report.common_end is None or report.n_sequences < 10:
        return None
    label, share = report.common_end
    overall = report.classes["share"][report.classes["label"].index(label)]
    if share < 0.95 or overall > 0.25:
        return None
    return Advice(
        "ends",
        "Set causal=True of the net if sequences in use are cut off before they end, else False.",
        f"{share:.0%} of the sequences end in {label!r}, which {overall:.1%} of the steps have. "
        "A net that looks ahead reads it off the end: .472 macro F1 on engines, .853 causal.",
    )


# -- what the steps hold ------------------------------------------------------------------------


def _scale(report):
    widest = max(report.features["spread_of_series"]) if report.features else 1
    if widest < WIDE:
        return None
    return Advice(
        "scale",
        'Leave scale="auto" of the net, which reads each series at its own scale; give other '
        "models series of unit size, and their sizes as features.",
        f"Standard deviations of series differ {widest:,.0f} : 1 between their deciles.",
    )


def _features(report):
    table = report.features
    if table is None:
        return None
    constant = _named(table, table["is_constant"])
    broken = _named(table, table["n_not_finite"])
    if not constant and not broken:
        return None
    actions = [f"Drop feature(s) {_listed(constant)}."] if constant else []
    actions += [f"Fill or drop what is not finite in {_listed(broken)}."] if broken else []
    reasons = ["What is constant tells nothing."] if constant else []
    reasons += [f"{sum(table['n_not_finite']):,} values are NaN or infinite."] if broken else []
    return Advice("features", " ".join(actions), " ".join(reasons))


RULES = (
    _windows,
    _groups,
    _one_group,
    _row_order,
    _copies,
    _disputed,
    _score,
    _small_classes,
    _few_sequences,
    _model,
    _remedy,
    _ordered,
    _ends,
    _scale,
    _features,
)


def _leaking(report, kind):
    table = report.leaks
    return dict(zip(table["kind"], table["share"], strict=True)).get(kind, 0.0)


def _have_prefixes(report):
    return report.spans["type"] != [] and not set(report.spans["type"]) <= set(
        report.classes["label"]
    )


def _named(table, chosen):
    return [name for name, keep in zip(table["feature"], chosen, strict=True) if keep]


def _listed(things, most=5):
    more = f" and {len(things) - most} more" if len(things) > most else ""
    return ", ".join(map(repr, things[:most])) + more
