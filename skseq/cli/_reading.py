"""How the rows and columns of a file become sequences and labels."""

from typing import NamedTuple


class Reading(NamedTuple):
    """What a file holds; kept with a model, so that other files are read alike.

    Parameters
    ----------
    format : str
        One of `FORMATS`.

    header : bool
        Whether the first line of a table names its columns.

    row_is : {"sequence", "step"}
        What a row is.

    text : str or None
        Column of the texts.

    values : list of str or None
        Columns of the numbers.

    label : str
        Column of the labels.

    sequence, order, group : str or None
        Columns: which sequence a step belongs to, its place there, and which sequences belong
        together.

    window : int or None
        Steps of a window that a series is cut into.

    tags : bool
        Whether each step has a label.

    unit : {"text", "words", "word", "character", None}
        What the cells of ``text`` are: texts of which words are read, lists of words, a word of a
        sentence, or texts with a tag for each character.

    levels : list or None
        Labels from the lowest to the highest, for ordered classes.

    background : label or None
        The tag of steps in which nothing happens.
    """

    format: str
    header: bool
    row_is: str
    text: str | None
    values: list | None
    label: str | None
    sequence: str | None = None
    order: str | None = None
    group: str | None = None
    window: int | None = None
    tags: bool = False
    unit: str | None = None
    levels: list | None = None
    background: object = None

    def in_words(self):
        """One clause that says what is learnt from what."""
        source = {
            "text": "texts",
            "words": "lists of words",
            "word": "words",
            "utterance": "utterances",
            "character": "characters of texts",
            None: "series of numbers",
        }[self.unit]
        if self.tags:
            return f"a label for each step of {source}"
        return f"{'an ordered' if self.levels else 'a'} class for each of {source}"


class Asked(NamedTuple):
    """The options of the command line that say how to read; None is to be guessed."""

    format: str | None = None
    has_header: bool | None = None
    text: str | None = None
    values: list | None = None
    label: str | None = None
    group: str | None = None
    sequence: str | None = None
    order: str | None = None
    window: int | None = None
    row_is: str | None = None
    is_ordinal: bool = False
    levels: list | None = None
    background: str | None = None
