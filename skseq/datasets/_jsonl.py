"""JSON lines: a text on each, with the spans that are marked in it."""

import json
import re
from itertools import chain

from sklearn.utils import Bunch

from skseq._validation import check_choice, check_consistent_length, did_you_mean
from skseq.datasets._files import read_text, write_text
from skseq.spans import Span, spans_to_tags

# What labelling tools call the spans of a text.
_USUAL_KEYS = ("spans", "entities", "label", "labels")
_WORD = r"(?u)\b\w+\b|[^\w\s]"


def read_jsonl(
    path,
    *,
    level="char",
    text="text",
    spans=None,
    scheme="IOB2",
    alignment="strict",
    token_pattern=_WORD,
    encoding="utf-8-sig",
):
    """Read texts and the spans that are marked in them, as tags of characters or of words.

    Each line is an object such as ``{"text": "Ada left", "spans": [{"start": 0, "end": 3, "label":
    "PER"}]}``, as Prodigy and others write it; ``[0, 3, "PER"]`` will do for a span, as Doccano
    writes it, and so will a number, for a single character that is marked.

    Parameters
    ----------
    path : str, path-like or file
        The file, or an open one, in text or binary mode.

    level : {"char", "word"}, default="char"
        What gets a tag.

    text : str, default="text"
        The key of the text.

    spans : str, default=None
        The key of the spans; None takes the first of "spans", "entities", "label" and "labels" that
        there is. The type of a single character that is marked is this key.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"}, default="IOB2"
        How tags spell spans. "plain" suits characters, and anything where spans of one type never
        touch.

    alignment : {"strict", "contract", "expand"}, default="strict"
        What to do where a span starts or ends inside a word: an error, or the words that lie wholly
        in it, or all that it touches.

    token_pattern : str, default=r"(?u)\\b\\w+\\b|[^\\w\\s]"
        A regular expression that finds the words; the default is that of
        `skseq.preprocessing.TokenEncoder`. Not used for a line that brings its own "tokens", a list
        of objects with "start" and "end".

    encoding : str, default="utf-8-sig"
        Of the file; the default is UTF-8 with or without a byte order mark.

    Returns
    -------
    Bunch
        With the attributes

        data : list of n_sequences str, or at level "word" lists of str
            The texts, or their words.
        target : list of n_sequences lists of str
            The tag of each character or word.
        target_names : list of str
            The tags that occur, sorted.
        texts : list of n_sequences str
            The texts.
        spans : list of n_sequences lists of `skseq.spans.Span`
            The spans, in characters.
        offsets : list of n_sequences lists of (start, end)
            Characters of each word; only at level "word".
        records : list of n_sequences dict
            The lines as they are.

    Raises
    ------
    ValueError
        If a line is not such an object, or spans overlap, lie outside their text or do not fit the
        words. The message names the file and the line.

    See Also
    --------
    write_jsonl : The way back.

    Examples
    --------
    >>> import io
    >>> from skseq.datasets import read_jsonl
    >>> line = '{"text": "Ada left.", "spans": [{"start": 0, "end": 3, "label": "PER"}]}'
    >>> read_jsonl(io.StringIO(line), level="word").target
    [['B-PER', 'O', 'O']]
    >>> read_jsonl(io.StringIO(line), scheme="plain").target
    [['PER', 'PER', 'PER', 'O', 'O', 'O', 'O', 'O', 'O']]
    """
    check_choice("level", level, ("char", "word"))
    name, content = read_text(path, encoding)
    records, places = parse_objects(content, name)
    if not records:
        raise ValueError(f"{name} has no text: every line is blank")
    return tag_records(
        records,
        places,
        level=level,
        spans=spans,
        scheme=scheme,
        alignment=alignment,
        text=text,
        token_pattern=token_pattern,
    )


def parse_objects(content, name):
    """Parse lines of JSON.

    Parameters
    ----------
    content : str
        Of the file.

    name : str
        Of the file, for messages.

    Returns
    -------
    records : list of dict
        The objects, one for each line that is not blank.

    places : list of str
        Where each of them stands, for messages.
    """
    lines = [(n, line) for n, line in enumerate(content.split("\n"), start=1) if line.strip()]
    places = [f"{name}, line {number}" for number, _ in lines]
    records = [_parse(line, place) for (_, line), place in zip(lines, places, strict=True)]
    return records, places


def tag_records(
    records, places, *, level, spans, scheme, alignment, text="text", token_pattern=_WORD
):
    """Turn texts and the spans in them into tags.

    Parameters
    ----------
    records, places : list
        As from `parse_objects`.

    level, spans, scheme, alignment, text, token_pattern
        As of `read_jsonl`.

    Returns
    -------
    Bunch
        That of `read_jsonl`.
    """
    texts = [_get(record, text, place) for record, place in zip(records, places, strict=True)]
    marked = [_spans_of(*each, spans) for each in zip(records, texts, places, strict=True)]
    result = Bunch(data=texts, texts=texts, spans=marked, records=records)
    if level == "word":
        find = re.compile(token_pattern).finditer
        result.offsets = [_words_of(*pair, find) for pair in zip(records, texts, strict=True)]
        result.data = [
            [text[start:end] for start, end in row]
            for text, row in zip(texts, result.offsets, strict=True)
        ]
    result.target = _tags_of(result, places, scheme=scheme, alignment=alignment)
    result.target_names = sorted(set(chain.from_iterable(result.target)))
    return result


def write_jsonl(path, texts, spans):
    """Write texts and the spans in them, one object a line, which `read_jsonl` reads.

    Parameters
    ----------
    path : str, path-like or file
        The file, written as UTF-8, or one that is open in text mode.

    texts : list of n_sequences str
        The texts.

    spans : list of n_sequences lists of Span or of (start, end, type)
        In characters, such as `skseq.spans.tags_to_spans` gives them. Probabilities are written
        where they are known.

    Raises
    ------
    ValueError
        If there is not a list of spans for each text, or a span has another text than stands in its
        place, as one that counts tokens has.

    See Also
    --------
    read_jsonl : The way back.

    Examples
    --------
    >>> import io
    >>> from skseq.datasets import write_jsonl
    >>> file = io.StringIO()
    >>> write_jsonl(file, ["Ada left"], [[(0, 3, "PER")]])
    >>> print(file.getvalue().strip())
    {"text": "Ada left", "spans": [{"start": 0, "end": 3, "label": "PER"}]}
    """
    check_consistent_length(texts, spans)
    lines = [
        json.dumps({"text": text, "spans": _as_objects(text, row, number)}, ensure_ascii=False)
        for number, (text, row) in enumerate(zip(texts, spans, strict=True))
    ]
    write_text(path, "".join(f"{line}\n" for line in lines))


def _as_objects(text, row, number):
    if not isinstance(text, str):
        raise ValueError(
            f"texts[{number}] must be a text, got a {type(text).__name__}; join the tokens, and "
            "give their places to tags_to_spans by offsets=token_offsets(texts, tokens)"
        )
    if any(isinstance(span, str) for span in row):
        raise ValueError(
            f"spans[{number}] must hold spans, such as (0, 3, 'PER'), got tags; "
            "skseq.spans.tags_to_spans makes spans of them"
        )
    return [_as_object(Span(*span), text, number) for span in row]


def _as_object(span, text, number):
    start, end = int(span.start), int(span.end)
    if span.text is not None and span.text != text[start:end]:
        raise ValueError(
            f"spans[{number}] has a span from {start} to {end} of {span.text!r}, but "
            f"{text[start:end]!r} stands there: positions must be characters of the text, which "
            "tags_to_spans gives for tokens by offsets=token_offsets(texts, tokens)"
        )
    marked = {"start": start, "end": end, "label": span.type}
    return marked if span.probability is None else marked | {"probability": float(span.probability)}


def _parse(line, place):
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{place}: not JSON ({error}); each line has to be an object of its own"
        ) from None
    if not isinstance(record, dict):
        raise ValueError(
            f"{place}: an object such as {{'text': ...}} is needed, got {str(record)[:30]}"
        )
    return record


def _get(record, key, place):
    if key not in record:
        raise ValueError(
            f"{place}: no text under {key!r}; its keys are {list(record)}."
            f"{did_you_mean(key, record)}"
        )
    if not isinstance(record[key], str):
        raise ValueError(f"{place}: {key!r} must be a text, got {record[key]!r}")
    return record[key]


def _spans_of(record, text, place, key):
    """Checked spans of a line, sorted."""
    if key is None:
        key = next((each for each in _USUAL_KEYS if each in record), None)
    elif key not in record:
        raise ValueError(
            f"{place}: no spans under {key!r}; its keys are {list(record)}."
            f"{did_you_mean(key, record)}"
        )
    found = sorted(_read_span(entry, key, place) for entry in (record[key] if key else None) or [])
    end = 0
    for span in found:
        if not end <= span.start < span.end <= len(text):
            raise ValueError(
                f"{place}: the span from {span.start} to {span.end} {_flaw(span, text)}"
            )
        end = span.end
    return [span._replace(text=text[span.start : span.end]) for span in found]


def _flaw(span, text):
    if span.start >= span.end:
        return "is empty"
    if span.start < 0 or span.end > len(text):
        return f"lies outside the text, which has {len(text)} characters"
    return "overlaps the one before it, and a character has one tag; leave one of them out"


def _read_span(entry, key, place):
    if isinstance(entry, int):
        return Span(entry, entry + 1, key)
    if isinstance(entry, dict) and {"start", "end", "label"} <= entry.keys():
        entry = [entry["start"], entry["end"], entry["label"]]
    if isinstance(entry, (list, tuple)) and len(entry) == 3:
        start, end, kind = entry
        if type(start) is type(end) is int and isinstance(kind, str):
            return Span(start, end, kind)
    raise ValueError(
        f"{place}: a span is {{'start': 0, 'end': 3, 'label': 'PER'}} or [0, 3, 'PER'], got "
        f"{entry!r}"
    )


def _words_of(record, text, find):
    tokens = record.get("tokens")
    if tokens and all({"start", "end"} <= token.keys() for token in tokens):
        return [(token["start"], token["end"]) for token in tokens]
    return [match.span() for match in find(text)]


def _tags_of(content, places, **how):
    """Tags of all texts at once; a misfit is looked for line by line, to name it."""
    offsets = content.get("offsets")
    try:
        return spans_to_tags(content.spans, content.texts, offsets=offsets, **how)
    except ValueError:
        for row, place in enumerate(places):
            own = None if offsets is None else [offsets[row]]
            try:
                spans_to_tags([content.spans[row]], [content.texts[row]], offsets=own, **how)
            except ValueError as error:
                raise ValueError(f"{place}: {error}".replace("spans[0]", "it")) from None
        raise
