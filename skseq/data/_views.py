"""What `Sequences` look like: as text, and as HTML in a notebook.

Both show the first sequences only, and read no step of the others, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from skseq._html import html_paragraph, html_piece, html_table
from skseq.data._channels import NumberChannel

if TYPE_CHECKING:
    from skseq.data._sequences import Sequences

_MAX_ROWS = 4
_MAX_STEPS = 8
_MAX_VECTORS = 3
_MAX_LABELS = 8
_LONGEST_STEP = 32  # letters


def as_text(X: Sequences) -> str:
    """Sizes in a line, and the beginning of the first sequences."""
    rows = [f"  [{index}] {_first_steps(X[index])}" for index in range(min(len(X), _MAX_ROWS))]
    if len(X) > _MAX_ROWS:
        rows.append("  ...")
    return "\n".join([f"Sequences: {_sizes(X)}", *rows])


def as_html(X: Sequences) -> str:
    """The same as a table, with what the sequences carry."""
    n_shown = min(len(X), _MAX_ROWS)
    shown = X[:n_shown]
    header = ["", "steps"]
    columns: list[Iterable[object]] = [range(n_shown), shown.lengths.tolist()]
    if shown.weight is not None and not shown.has_step_weight:
        header.append("weight")
        columns.append([f"{weight:.4g}" for weight in shown.weight.tolist()])
    if shown.origin is not None:
        header.append("origin")
        columns.append([" ".join(map(str, ids)) for ids in shown.origin.tolist()])
    header.append("first steps")
    words = _words_of(shown)
    columns.append([_first_steps(steps, words) for steps in shown])
    rows = [list(map(str, row)) for row in zip(*columns, strict=True)]
    if len(X) > n_shown:
        rows.append(["..."] + [""] * (len(header) - 1))
    return html_piece(
        html_paragraph(f"Sequences: {_sizes(X)}"),
        *map(html_paragraph, _carried(X)),
        html_table(header, rows, words=[len(header) - 1]),
    )


def _sizes(X: Sequences) -> str:
    content = str(X.dtype)
    if X.n_tokens is not None:
        content += f" token ids below {X.n_tokens}"
    if X.channels is not None:
        content += f", channels {', '.join(channel.name for channel in X.channels)}"
    elif X.values.ndim > 1:
        content += f", {X.n_features} features"
    lengths = X.lengths
    span = f" ({lengths.min()} to {lengths.max()} each)" if len(X) > 1 else ""
    noun = "sequence" if len(X) == 1 else "sequences"
    extras = ""
    if X.weight is not None:
        extras += f", weight per {'step' if X.has_step_weight else 'sequence'}"
    if X.origin is not None:
        extras += ", origin"
    return f"{len(X)} {noun}, {X.n_steps} steps{span}, {content}{extras}"


def _carried(X: Sequences) -> Iterator[str]:
    """What there is to say of all sequences together."""
    if len(X) > 1:
        yield f"Median length {np.median(X.lengths):.4g} steps"
    for channel in X.channels or ():
        ids = "" if isinstance(channel, NumberChannel) else f"ids below {channel.n_ids}, "
        columns = "1 column" if channel.n_columns == 1 else f"{channel.n_columns} columns"
        yield f"Channel {channel.name}: {ids}{columns} ({type(channel).__name__})"
    if X.vocabulary is not None:
        yield f"Vocabulary of {len(X.vocabulary):,} tokens"
    if X.weight is not None and len(X.weight):
        yield f"Weights from {X.weight.min():.4g} to {X.weight.max():.4g}"
    if X.label_counts:
        commonest = sorted(X.label_counts.items(), key=lambda item: -item[1])[:_MAX_LABELS]
        rest = ", ..." if len(X.label_counts) > _MAX_LABELS else ""
        listed = ", ".join(f"{label}: {count:,}" for label, count in commonest)
        yield f"Labels before a sampler ran: {listed}{rest}"


def _words_of(X: Sequences) -> dict[int, str] | None:
    """Text of each id that occurs, where ids are words; else None."""
    if X.vocabulary is None or X.values.ndim > 1:
        return None
    occurs = set(X.values.tolist())
    return {index: word for word, index in X.vocabulary.items() if index in occurs}


def _first_steps(steps: np.ndarray, words: Mapping[int, str] | None = None) -> str:
    """The beginning of a sequence, ids as words where those are known."""
    n_shown = _MAX_STEPS if steps.ndim == 1 else _MAX_VECTORS
    rest = " ..." if len(steps) > n_shown else ""
    if steps.ndim == 1:
        shown = [_short((words or {}).get(step, step)) for step in steps[:n_shown].tolist()]
    else:
        shown = [np.array2string(row, precision=3, threshold=6) for row in steps[:n_shown]]
    return " ".join(shown) + rest


def _short(step: object) -> str:
    text = str(step)
    return text if len(text) <= _LONGEST_STEP else f"{text[: _LONGEST_STEP - 3]}..."
