"""An audit in words and tables."""

import numpy as np

from skseq.report._audit_measures import QUANTILES, ratio_text, share_text
from skseq.report._sections import Section

_MOST_ROWS = 20
_LARGEST = 14  # of classes, where there are more


def sections_of(report):
    """Say what a report has found.

    Parameters
    ----------
    report : ImbalanceReport
        The facts.

    Returns
    -------
    list of Section
    """
    sections = [
        _data(report),
        _classes(report),
        _spans(report),
        _neighbours(report),
        _duplicates(report),
        _leaks(report),
        _features(report),
        _advice(report),
    ]
    return [section for section in sections if section is not None]


def _data(report):
    found = report.imbalance
    counted = "steps" if report.has_tags else "sequences"
    if found["ratio"] == 1:
        classes = (
            f"{found['n_classes']} classes of equal size, {found['rarest_count']:,} {counted}."
        )
    else:
        classes = (
            f"{found['n_classes']} classes. The commonest, {found['commonest']!r}, has "
            f"{found['commonest_share']:.1%} of the {counted}, {ratio_text(found['ratio'])} times "
            f"as many as the rarest, {found['rarest']!r} ({found['rarest_count']:,})."
        )
    even = (
        f"As even as {found['n_effective']:.2f} classes of equal size by entropy, "
        f"{found['n_effective_simpson']:.2f} by Simpson; evenness {found['evenness']:.2f}, Gini "
        f"{found['gini']:.2f}."
    )
    but = " without the background" if report.background is not None else ""
    naive = (
        f"Always naming {found['commonest']!r}: accuracy {found['naive_accuracy']:.3f}, macro F1 "
        f"{found['naive_f1_macro']:.3f}{but}."
    )
    return Section("Sizes", [_size(report), classes, even, naive])


def _size(report):
    table = report.lengths
    shortest, median, longest = (table[name][-1] for name in ("min", "median", "max"))
    length = f"{shortest:,.0f}"
    if shortest < longest:
        length += f" to {longest:,.0f} {report.unit}s (median {median:,.0f})"
    else:
        length += f" {report.unit}s"
    parts = [f"{report.n_sequences:,} sequences of {length}, {report.n_steps:,} in all"]
    if report.n_groups:
        parts.append(f"in {report.n_groups:,} groups")
    if report.features and len(report.features["feature"]) > 1:
        parts.append(f"each of {len(report.features['feature'])} values")
    if report.vocabulary:
        n_tokens, n_once = report.vocabulary["n_tokens"], report.vocabulary["n_once"]
        parts.append(f"{n_tokens:,} different ones, {n_once:,} of which occur once")
    return f"{', '.join(parts)}."


def _classes(report):
    table = report.classes
    n_classes = len(table["label"])
    shown = _shown(n_classes, report.is_ordered)
    largest = max(table["count"])
    header = ["class", "steps" if report.has_tags else "rows", "share"]
    rows = [
        [
            str(table["label"][place]),
            f"{table['count'][place]:,}",
            share_text(table["share"][place]),
        ]
        for place in shown
    ]
    if report.has_tags:
        header.append("sequences")
        for row, place in zip(rows, shown, strict=True):
            row.append(f"{table['n_sequences'][place]:,}")
    else:
        header += [f"{report.unit}s: min", "25 %", "50 %", "75 %", "max"]
        for row, place in zip(rows, shown, strict=True):
            row += [f"{report.lengths[name][place]:,.0f}" for name in QUANTILES]
    left = n_classes - len(shown)
    note = f"{left} classes between them are not shown; .classes has all." if left else ""
    bars = [table["count"][place] / largest for place in shown]
    return Section("Classes", [], header, rows, note, bars)


def _shown(n_classes, is_ordered):
    """Places of the classes that are listed: all, or the largest and the smallest."""
    if n_classes <= _MOST_ROWS or is_ordered:
        return range(n_classes)
    return [*range(_LARGEST), *range(n_classes - (_MOST_ROWS - _LARGEST), n_classes)]


def _spans(report):
    table = report.spans
    if table is None:
        return None
    outside = (
        ""
        if report.background is None
        else (
            f" The background is {report.background!r}, "
            f"{_share_of(report, report.background):.1%} of the steps."
        )
    )
    lines = [f"{sum(table['count']):,} stretches of steps with one tag, or type.{outside}"]
    header = ["type", "spans", "steps: min", "25 %", "50 %", "75 %", "max"]
    rows = [
        [
            str(table["type"][place]),
            f"{table['count'][place]:,}",
            *(f"{table[name][place]:,.0f}" for name in QUANTILES),
        ]
        for place in range(min(len(table["type"]), _MOST_ROWS))
    ]
    left = len(table["type"]) - len(rows)
    return Section("Spans", lines, header, rows, f"{left} more in .spans." if left else "")


def _share_of(report, label):
    return report.classes["share"][report.classes["label"].index(label)]


def _neighbours(report):
    table = report.dependence
    if not table["lag"]:
        return None
    unit = f"{report.unit}s" if report.has_tags else "rows"
    lines = [
        f"Agreement of labels that lie some {unit} apart: 1 where they are always the same, 0 by "
        "chance."
    ]
    header = [f"{unit} apart", *map(str, table["lag"])]
    return Section(
        "Neighbouring labels",
        lines,
        header,
        [["kappa", *(f"{round(k, 2) + 0.0:.2f}" for k in table["kappa"])]],
    )


def _duplicates(report):
    found = report.duplicates
    if not found["n_repeats"]:
        return Section("Duplicates", ["No two sequences are equal."])
    n, share = found["n_repeats"], found["n_repeats"] / report.n_sequences
    are = "1 sequence is" if n == 1 else f"{n:,} sequences ({share_text(share)}) are"
    lines = [
        f"{are} equal to an earlier one; distinct ones that occur more than once: "
        f"{found['n_repeated']:,}."
    ]
    if found["n_disputed"]:
        examples = "; ".join(", ".join(map(str, rows[:5])) for rows in found["examples"])
        lines.append(
            f"With different labels: {found['n_disputed']:,} of these, in "
            f"{found['n_rows_disputed']:,} rows, such as {examples} (from 0)."
        )
    return Section("Duplicates", lines)


def _leaks(report):
    table = report.leaks
    if not table["kind"]:
        return Section("Leaks", ["Shuffled folds would share nothing between training and test."])
    lines = ["What five shuffled folds would share between training and test:"]
    header = ["kind", "test rows", "such as", "and"]
    rows = [
        [
            table["kind"][place],
            share_text(table["share"][place]),
            f"row {table['test_row'][place]}",
            f"row {table['train_row'][place]}",
        ]
        for place in range(len(table["kind"]))
    ]
    return Section("Leaks", lines, header, rows)


def _features(report):
    table = report.features
    if table is None:
        return None
    flags = [_flags(table, place) for place in range(len(table["feature"]))]
    order = np.argsort([not flag for flag in flags], kind="stable")[:_MOST_ROWS]
    header = ["feature", "mean", "std", "min", "max", "remarks"]
    rows = [
        [
            str(table["feature"][place]),
            *(f"{table[name][place]:.3g}" for name in ("mean", "std", "min", "max")),
            flags[place] or "-",
        ]
        for place in order
    ]
    left = len(flags) - len(rows)
    lines = []
    if max(table["spread_of_series"]) >= 10:
        lines.append(
            f"Sizes of series differ {max(table['spread_of_series']):,.0f} : 1 between their "
            "deciles."
        )
    return Section("Values", lines, header, rows, f"{left} more in .features." if left else "")


def _flags(table, place):
    flags = []
    if table["is_constant"][place]:
        flags.append("constant")
    if table["n_not_finite"][place]:
        flags.append(f"{table['n_not_finite'][place]:,} not finite")
    if table["n_extreme"][place]:
        flags.append(f"{table['n_extreme'][place]:,} extreme")
    return ", ".join(flags)


def _advice(report):
    lines = [
        f"{number}. {advice.action} {advice.reason}"
        for number, advice in enumerate(report.advice, start=1)
    ]
    return Section("What would help", lines)
