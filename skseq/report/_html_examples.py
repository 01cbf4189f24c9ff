"""Mistakes of a candidate on held-out rows, worst or rarest first, as pieces to be shown."""

from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from skseq._validation import safe_indexing
from skseq.data import OUTSIDE, PLAIN, Sequences, as_sequences, split_prefix, to_cells
from skseq.folds import is_text
from skseq.metrics import span_errors
from skseq.report._spelling import spell

_MOST_OF_A_PAIR = 3  # rows with the same true and predicted label
_LONGEST_TEXT = 400
_MOST_POINTS, _MOST_LINES = 240, 3
# Steps around an error that are shown, by what a step is.
_AROUND = {"character": 60, "word": 12, "token": 12, "step": 40}


class WrongRow(NamedTuple):
    """A sequence with a wrong label."""

    row: int
    true: str
    predicted: str
    proba_true: float  # NaN where there are no probabilities
    proba_predicted: float
    text: str  # "" for numbers
    lines: list  # of points "x,y x,y" in a box of 100 by 30, one for each feature


class Piece(NamedTuple):
    """Steps in a row with the same true and the same predicted type."""

    text: str  # "" for numbers
    n_steps: int
    status: str  # "hit", "missed", "spurious", "wrong" or "" for the background
    true: str
    predicted: str
    label: str = ""  # types of neighbouring spans, at the last piece of them


class Excerpt(NamedTuple):
    """A stretch of a sequence around an error."""

    row: int
    start: int
    stop: int
    n_steps: int
    errors: list  # of str
    pieces: list  # of Piece
    lines: list  # of points, for numbers


def wrong_rows(held_out, X, y, n_rows):
    """Find the most confident mistakes, no more than three of one kind.

    Parameters
    ----------
    held_out : HeldOut
        Predictions.

    X, y : indexable of length n_sequences
        The data.

    n_rows : int
        At most so many.

    Returns
    -------
    list of WrongRow
    """
    true = np.asarray(y)[held_out.rows]
    wrong = np.flatnonzero(true != held_out.labels)
    of_true, of_predicted = (
        _proba_of(held_out, labels) for labels in (true, np.asarray(held_out.labels))
    )
    wrong = wrong[np.argsort(of_true[wrong], kind="stable")]
    chosen, n_of_pair = [], {}
    for place in wrong.tolist():
        pair = true[place], held_out.labels[place]
        n_of_pair[pair] = n_of_pair.get(pair, 0) + 1
        if n_of_pair[pair] <= _MOST_OF_A_PAIR:
            chosen.append(place)
        if len(chosen) == n_rows:
            break
    contents = _contents(X, held_out.rows[chosen])
    return [
        WrongRow(
            int(held_out.rows[place]),
            str(true[place]),
            str(held_out.labels[place]),
            float(of_true[place]),
            float(of_predicted[place]),
            *content,
        )
        for place, content in zip(chosen, contents, strict=True)
    ]


def _proba_of(held_out, labels):
    """Probability of each row's label; NaN where there is none."""
    if held_out.proba is None:
        return np.full(len(labels), np.nan)
    place = np.searchsorted(held_out.classes, labels).clip(max=len(held_out.classes) - 1)
    proba = held_out.proba[np.arange(len(labels)), place]
    return np.where(held_out.classes[place] == labels, proba, 0.0)


def _contents(X, rows):
    """Text and lines of some rows."""
    rows = safe_indexing(to_cells(X), rows)
    if not len(rows):
        return []
    if is_text(rows):
        return [(_cut(text), []) for text in rows]
    sequences = as_sequences(rows)
    words = step_words(sequences)
    if words is not None:
        return [(_cut(" ".join(words[row])), []) for row in range(len(sequences))]
    return [("", _sparklines(steps)) for steps in sequences]


def _cut(text):
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def step_words(sequences):
    """The word of each step, as a list of lists; None for numbers."""
    if sequences.dtype.kind in "fcb" and sequences.channels is None:
        return None
    if sequences.values.ndim > 1 and sequences.channels is None:
        return None
    return spell(sequences, unknown="{}" if sequences.vocabulary is None else "<{}>")


def _sparklines(steps):
    """Points of each feature, thinned out and brought to a box of 100 by 30."""
    table = np.asarray(steps, dtype=np.float64).reshape(len(steps), -1)[:, :_MOST_LINES]
    kept = np.unique(np.linspace(0, len(table) - 1, _MOST_POINTS).astype(int))
    x = kept / max(len(table) - 1, 1) * 100
    lines = []
    for column in table[kept].T:
        column = np.where(np.isfinite(column), column, np.nan)
        low, high = (np.nanmin(column), np.nanmax(column)) if np.isfinite(column).any() else (0, 0)
        y = 15.0 - np.zeros_like(column) if high == low else 29 - 28 * (column - low) / (high - low)
        lines.append(" ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True) if b == b))
    return lines


# -- tags ---------------------------------------------------------------------------------------


class TagErrors:
    """True and predicted tags of the rows that were tested, as text, with their wrong spans.

    Parameters
    ----------
    held_out : HeldOut
        Predictions.

    tags : Sequences
        True tags of all rows.

    background : label or None
        The tag of steps in which nothing happens.

    known : ndarray of bool of shape (n_steps_total,) or None
        Which steps of the tested rows have a tag.
    """

    def __init__(self, held_out, tags, background, known):
        self.rows = held_out.rows
        tested = tags[held_out.rows]
        self.true, self.predicted = (
            _as_words(each, background, known) for each in (tested, held_out.labels)
        )
        names = np.unique([*np.unique(self.true.values), *np.unique(self.predicted.values)])
        has_prefix = [split_prefix(name) is not None for name in names.tolist() if name != OUTSIDE]
        self.scheme = None if has_prefix and all(has_prefix) else PLAIN
        self.types = {name: self._type_of(name) for name in names.tolist()}
        self.errors = span_errors(self.true, self.predicted, scheme=self.scheme)

    def _type_of(self, name):
        if name == OUTSIDE:
            return ""
        return name if self.scheme == PLAIN else split_prefix(name)[1]

    def _in_turn(self):
        """Errors of each kind and type in turn, the rarest first."""
        by_kind = {}
        for error in self.errors:
            kind = error.kind, error.type if error.type is not None else error.predicted_type
            by_kind.setdefault(kind, []).append(error)
        rounds = zip_longest(*sorted(by_kind.values(), key=len))
        return (error for each in rounds for error in each if error is not None)

    def excerpts(self, X, unit, n_excerpts):
        """Cut stretches around errors, none of which is shown twice.

        Parameters
        ----------
        X : indexable of length n_sequences
            The data.

        unit : str
            What a step is.

        n_excerpts : int
            At most so many.

        Returns
        -------
        list of Excerpt
        """
        around, taken = _AROUND[unit], []
        for error in self._in_turn():
            if len(taken) == n_excerpts:
                break
            first, last = _reach(error)
            stop = min(last + around, len(self.true[error.sequence]))
            is_shown = any(
                row == error.sequence and low < last and first < high for row, low, high in taken
            )
            if not is_shown:
                taken.append((error.sequence, max(first - around, 0), stop))
        return [self._excerpt(X, *place) for place in taken]

    def _excerpt(self, X, place, start, stop):
        true, predicted = (
            [self.types[tag] for tag in each[place][start:stop].tolist()]
            for each in (self.true, self.predicted)
        )
        errors = [
            _in_words(error)
            for error in self.errors
            if error.sequence == place and _reach(error)[0] < stop and _reach(error)[1] > start
        ]
        row = int(self.rows[place])
        cell = safe_indexing(to_cells(X), [row])
        words, lines = _words_of_cell(cell), []
        if words is None:
            lines = _sparklines(as_sequences(cell)[0][start:stop])
            words = [""] * len(self.true[place])
        pieces = _pieces(words[start:stop], true, predicted)
        return Excerpt(row, start, stop, len(self.true[place]), errors, pieces, lines)


def _as_words(tags, background, known):
    """Tags as text, "O" for the background and for steps whose tag is not known."""
    is_known = np.ones(tags.n_steps, dtype=bool) if known is None else known
    names, codes = np.unique(np.array(tags.values[is_known].tolist()), return_inverse=True)
    words = [OUTSIDE if name == background else str(name) for name in names.tolist()]
    place = np.full(tags.n_steps, len(words))
    place[is_known] = codes
    return Sequences(np.array([*words, OUTSIDE])[place], tags.offsets)


def _reach(error):
    """First and last step of an error, true and predicted span together."""
    starts = [each for each in (error.start, error.predicted_start) if each is not None]
    ends = [each for each in (error.end, error.predicted_end) if each is not None]
    return min(starts), max(ends)


def _in_words(error):
    if error.kind == "missed":
        return f"{error.type} missed"
    if error.kind == "spurious":
        return f"{error.predicted_type} spurious"
    if error.kind == "wrong boundary":
        return f"{error.type} with wrong boundary"
    return f"{error.type} taken for {error.predicted_type}"


def _words_of_cell(cell):
    """The text of each step of a single sequence; None for numbers."""
    if is_text(cell):
        return [*next(iter(cell))]
    words = step_words(as_sequences(cell))
    return None if words is None else [f"{word} " for word in words[0]]


def _pieces(words, true, predicted):
    """Neighbouring steps with one true and one predicted type, joined."""
    pieces = []
    for word, right, guess in zip(words, true, predicted, strict=True):
        last = pieces[-1] if pieces else None
        if last and (last.true, last.predicted) == (right, guess):
            pieces[-1] = last._replace(text=last.text + word, n_steps=last.n_steps + 1)
        else:
            pieces.append(Piece(word, 1, _status(right, guess), right, guess))
    return _labelled(pieces)


def _labelled(pieces):
    """Pieces, of which the last in a row outside the background says what all of them are."""
    done, cluster = [], []
    for piece, following in zip_longest(pieces, pieces[1:]):
        cluster = [*cluster, piece] if piece.status else []
        is_last = cluster and (following is None or not following.status)
        done.append(piece._replace(label=_label_of(cluster)) if is_last else piece)
    return done


def _label_of(cluster):
    true, predicted = (
        ", ".join(dict.fromkeys(name for name in names if name)) or "–"
        for names in ([each.true for each in cluster], [each.predicted for each in cluster])
    )
    return true if true == predicted else f"{true} → {predicted}"


def _status(true, predicted):
    if true == predicted:
        return "hit" if true else ""
    if not predicted:
        return "missed"
    return "wrong" if true else "spurious"
