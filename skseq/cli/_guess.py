"""What a file holds, where no option says so.

Requirements this file meets:

- an option always wins; what is guessed is told as the options that would say the same;
- a guess looks at names first, then at what cells hold;
- where nothing points at one column, nothing is guessed: the error names the option.
"""

import re

import numpy as np

from skseq.cli._columns import first_that_is_no_number, kind_of, sortable
from skseq.cli._errors import InputError, listed, no_such_column
from skseq.cli._reading import Reading

_LABELS = ("label", "labels", "class", "target", "y", "tag", "tags", "ner_tags", "upos", "category",
           "intent", "spans", "entities")  # fmt: skip
_TEXTS = ("text", "texts", "tokens", "words", "word", "token", "sentence", "utterance", "message",
          "content", "document")  # fmt: skip
_SEQUENCES = ("sequence", "sequence_id", "series", "series_id", "sentence_id", "sentence",
              "recording", "dialogue", "session", "unit", "id")  # fmt: skip
_ORDERS = ("step", "order", "time", "timestamp", "datetime", "date", "turn", "t", "position",
           "cycle")  # fmt: skip

# Numbers side by side: more are a series in a row, fewer a step.
_MOST_CHANNELS = 16
# Labels of neighbouring rows that agree so much more than by chance are parts of a series.
_SERIES_KAPPA = 0.1
WINDOW = 50


def guess_reading(frame, asked, format, *, header):
    """Say how to read a frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Its lists parsed.

    asked : Asked
        What the user says.

    format, header
        As in `Reading`.

    Returns
    -------
    reading : Reading

    guessed : str
        What was guessed, as options; empty if nothing was.
    """
    kinds = _kinds(frame)
    label = guess_label(frame, asked)
    free = _without(kinds, label, asked.group, asked.sequence, asked.order)
    text = asked.text
    if text is None and asked.values is None:
        text = _guess_text(frame, free)
    row_is = asked.row_is or _guess_row(frame, free, kinds, asked, text, label)
    places = _guess_places(frame, free, asked, text) if row_is == "step" else {}
    values = asked.values
    if text is None and values is None:
        values = _guess_values(frame, _without(free, *places.values()), row_is)
    reading = Reading(
        format=format,
        header=header,
        row_is=row_is,
        text=text,
        values=values,
        label=label,
        group=asked.group,
        background=asked.background,
        **places,
    )
    reading = reading._replace(tags=_has_tags(frame, kinds[label], reading))
    unit, levels = _unit(frame, kinds, reading), _levels(frame, reading, asked)
    reading = reading._replace(unit=unit, levels=levels)
    if asked.background is not None and not reading.tags:
        raise InputError(
            "--background is for a label at each step, but each sequence has one label here"
        )
    return reading, _as_options(reading, asked)


def guess_label(frame, asked):
    """Name of the column that holds the labels.

    Parameters
    ----------
    frame, asked
        As for `guess_reading`.

    Returns
    -------
    str
    """
    _check_names(frame, asked)
    return asked.label or _guess_label(frame, _kinds(frame), asked)


def _kinds(frame):
    return {name: kind_of(frame[name]) for name in frame.columns}


def _check_names(frame, asked):
    names = list(frame.columns)
    for option in ("text", "label", "group", "sequence", "order"):
        name = getattr(asked, option)
        if name is not None and name not in names:
            raise no_such_column(f"--{option}", name, names)
    for name in asked.values or ():
        if name not in names:
            raise no_such_column("--values", name, names)
    if asked.text is not None and asked.values is not None:
        raise InputError("--text and --values exclude each other: texts or numbers are read")
    if asked.label is not None and asked.label in (asked.text, *(asked.values or ())):
        raise InputError(
            f"--label {asked.label}: is what the labels are learnt from, too; name another column"
        )


def _without(kinds, *names):
    return {name: kind for name, kind in kinds.items() if name not in names}


def _by_name(usual, names):
    """The first usual name among the names, in whatever case and spelling, as "Sentence #"."""
    plain = {_plain(name): name for name in reversed(list(names))}
    return next((plain[name] for name in usual if name in plain), None)


def _plain(name):
    return re.sub(r"\W+", "_", name.lower()).strip("_")


def _guess_label(frame, kinds, asked):
    taken = {asked.text, asked.group, asked.sequence, asked.order, *(asked.values or ())}
    names = [name for name in kinds if name not in taken]
    found = _by_name(_LABELS, names)
    if found is not None:
        return found
    for name in [*names[-1:], *_words_beside_a_series(kinds, names)]:
        if kinds[name] in ("text", "number") and _are_classes(frame[name]):
            return name
    raise InputError(
        "cannot tell which column holds the label; say it with --label, one of "
        f"{listed(frame.columns)}"
    )


def _words_beside_a_series(kinds, names):
    """The only column of words, where all others hold the numbers of a series."""
    words = [name for name in names if kinds[name] == "text" and _plain(name) not in _SEQUENCES]
    n_numbers = [kinds[name] for name in names].count("number")
    is_alone = len(words) == 1 and n_numbers == len(names) - 1 > _MOST_CHANNELS
    return words if is_alone else []


def _are_classes(column):
    """Whether a column may name classes: few different cells, and no fractions."""
    is_whole = column.dtype.kind != "f" or bool((column.dropna() % 1 == 0).all())
    return is_whole and 2 <= column.nunique() <= max(2, len(column) // 5)


def _guess_text(frame, free):
    texts = [name for name, kind in free.items() if kind in ("text", "words")]
    found = _by_name(_TEXTS, texts)
    if found is not None or any(kind in ("numbers", "steps") for kind in free.values()):
        return found
    long = [name for name in texts if _mean_length(frame[name]) > _MOST_CHANNELS]
    return max(long, key=lambda name: _mean_length(frame[name]), default=None)


def _mean_length(column):
    return np.mean([len(cell) for cell in column.dropna().tolist()[:200]])


def _guess_row(frame, free, kinds, asked, text, label):
    """Whether a row is a sequence or a step of one."""
    if asked.sequence or asked.order or asked.window:
        return "step"
    if kinds[label] not in ("text", "number"):
        return "sequence"
    if text is not None:
        is_word = kinds[text] == "text" and not frame[text].astype(str).str.contains(r"\s").any()
        return "step" if is_word and _guess_sequence(frame, free, text) else "sequence"
    names = asked.values or [name for name, kind in free.items() if kind in ("numbers", "steps")]
    if names and kinds[names[0]] == "steps":
        return "sequence"
    if names and kinds[names[0]] == "numbers":
        lengths = set(frame[names[0]].dropna().map(len))
        is_short = len(lengths) == 1 and lengths.pop() <= _MOST_CHANNELS
        return "step" if is_short and _is_series(frame[label]) else "sequence"
    numbers = asked.values or [name for name, kind in free.items() if kind == "number"]
    is_step = len(numbers) <= _MOST_CHANNELS or _are_steps_by_name(frame, free)
    return "step" if is_step else "sequence"


def _are_steps_by_name(frame, free):
    """Whether columns are named as sequences and places in them are, and each place comes once."""
    sequence, order = _guess_sequence(frame, free, None), _guess_order(frame, free)
    if sequence is None or order is None:
        return False
    return not frame.duplicated([sequence, order]).any()


def _is_series(labels):
    """Whether neighbouring labels agree more than by chance, but are not merely sorted."""
    codes = labels.astype("category").cat.codes.to_numpy()
    agree = np.mean(codes[1:] == codes[:-1])
    expected = np.sum((np.bincount(codes[codes >= 0]) / len(codes)) ** 2)
    n_runs = 1 + np.count_nonzero(codes[1:] != codes[:-1])
    n_classes = codes.max() + 1
    return agree - expected > _SERIES_KAPPA * (1 - expected) and n_runs > 2 * n_classes


def _guess_places(frame, free, asked, text):
    """Where a step belongs: which column names its sequence and which orders it, or the window."""
    # Steps of two patients are never one sequence.
    sequence = asked.sequence or _guess_sequence(frame, free, text) or asked.group
    window = asked.window or (WINDOW if sequence is None else None)
    order = asked.order or _guess_order(frame, free)
    return {"sequence": sequence, "order": order, "window": window}


def _guess_order(frame, free):
    usual = [name for name in free if _plain(name) in _ORDERS]
    return _by_name(_ORDERS, [name for name in usual if sortable(frame[name]) is not None])


def _guess_sequence(frame, free, text):
    names = [
        name
        for name, kind in free.items()
        if kind in ("text", "number") and name != text and frame[name].nunique() <= len(frame) / 2
    ]
    return _by_name(_SEQUENCES, names)


def _guess_values(frame, free, row_is):
    lists = [name for name, kind in free.items() if kind in ("numbers", "steps")]
    if lists:
        return lists if row_is == "step" else lists[:1]
    for name, kind in free.items():
        if kind == "text":
            _check_is_text(frame[name])
    numbers = [
        name for name, kind in free.items() if kind == "number" and not _names_rows(frame[name])
    ]
    if not numbers:
        raise InputError(
            "no column besides the label holds texts or numbers to learn from; name it with "
            f"--text or --values, of {listed(frame.columns)}"
        )
    return numbers


def _check_is_text(column):
    """Refuse to leave out a column of numbers because of a few cells such as "?"."""
    row, share = first_that_is_no_number(column)
    if share < 0.5:
        raise InputError(
            f"column {column.name}, row {row + 1}: {column.iloc[row]!r} is no number, as most of "
            "its cells are; mend or empty the cell, or name the columns to read with --values"
        )


def _names_rows(column):
    """Whether a column holds ids or numbers the rows, which measures nothing."""
    if column.name.lower() == "id" or column.name.lower().endswith("_id"):
        return True
    if column.dtype.kind not in "iu":
        return False
    cells = column.to_numpy()
    return len(cells) > 2 and bool((np.diff(cells) == 1).all())


def _has_tags(frame, label_kind, reading):
    """Whether there is a label for each step."""
    if reading.row_is == "sequence":
        return label_kind in ("words", "numbers", "spans")
    if reading.window is not None:
        return True
    return bool((frame.groupby(reading.sequence)[reading.label].nunique() > 1).any())


def _unit(frame, kinds, reading):
    """What the cells of the text column are."""
    if reading.text is None:
        return None
    if kinds[reading.text] == "words":
        return "words"
    if reading.row_is == "step":
        has_spaces = frame[reading.text].astype(str).str.contains(r"\s").mean()
        return "utterance" if has_spaces > 0.2 else "word"
    if not reading.tags:
        return "text"
    cells = frame[reading.label].tolist()
    if kinds[reading.label] == "spans":
        return "text"
    texts = frame[reading.text].tolist()
    n_marks = [len(cell) for cell in cells]
    if n_marks == [len(each) for each in texts]:
        return "character"
    if all(isinstance(mark, int) for cell in cells for mark in cell):
        return "character"  # places of single characters
    raise InputError(
        f"--label {reading.label}: its lists are not as long as the texts in {reading.text}; give "
        "a tag for each character, spans with start, end and label, or lists of words as texts"
    )


def _levels(frame, reading, asked):
    """Ordered labels, the lowest first; None where they have no order."""
    if not asked.is_ordinal:
        return None
    if reading.tags:
        raise InputError("--ordinal is for one label a sequence, but each step has one here")
    found = _in_order(frame[reading.label].dropna().tolist())
    if asked.levels is None:
        return found
    by_text = {str(each): each for each in found}
    if sorted(asked.levels) != sorted(by_text):
        raise InputError(
            f"--levels {','.join(asked.levels)}: must name each label once, lowest first; there "
            f"are {', '.join(by_text)}"
        )
    return [by_text[each] for each in asked.levels]


def _in_order(labels):
    """Distinct labels, sorted; by number where they are texts of numbers, such as "+10"."""
    found = sorted(set(labels))
    try:
        return sorted(found, key=float)
    except ValueError:
        return found


def _as_options(reading, asked):
    """What was guessed, as options that say the same."""
    parts = []
    for option in ("text", "values", "label", "sequence", "order", "window"):
        value, said = getattr(reading, option), getattr(asked, option)
        if value is not None and said is None:
            shown = ",".join(value[:3]) + ",..." * (len(value) > 3) if option == "values" else value
            parts.append(f"--{option} {shown}")
    if asked.is_ordinal and asked.levels is None:
        parts.append(f"--levels {','.join(map(str, reading.levels))}")
    if asked.row_is is None and not (asked.sequence or asked.order or asked.window):
        parts.append(f"--row-is {reading.row_is}")
    return " ".join(parts)
