"""From the arguments of a command to data, with a word on what was guessed."""

from typing import NamedTuple

from skseq.cli._background import NONE, background_of
from skseq.cli._columns import parse_lists
from skseq.cli._data import Data, make_data
from skseq.cli._files import STDIN, TABLES, format_of, has_header, read_bytes, read_frame
from skseq.cli._guess import guess_label, guess_reading
from skseq.cli._reading import Reading


class Opened(NamedTuple):
    """A file that was read."""

    path: str
    name: str
    content: bytes
    reading: Reading
    data: Data
    guessed: str


def open_file(path, asked):
    """Read a file with labels.

    Parameters
    ----------
    path : str
        A file, or "-" for standard input.

    asked : Asked
        What the user says of it.

    Returns
    -------
    Opened
    """
    name = name_of(path)
    format = format_of(path, asked.format)
    content = read_bytes(path)
    header = has_header(content, format) if asked.has_header is None else asked.has_header
    frame = _read_labelled(content, name, format, header, lambda frame: guess_label(frame, asked))
    reading, guessed = guess_reading(frame, asked, format, header=header)
    data = make_data(frame, reading)
    if reading.tags:
        background = background_of(asked.background, data.y)
        reading = reading._replace(background=background)
        if asked.background is None:
            guessed = f"{guessed} --background {NONE if background is None else background}".strip()
    return Opened(path, name, content, reading, data, guessed)


def _read_labelled(content, name, format, header, label_of):
    """Read a file, with labels such as "01" and "TRUE" as they are written.

    Where numbers are written in several ways, as "1" and "01", they are one class, a number.
    """
    frame = parse_lists(read_frame(content, name, format, header=header))
    label = label_of(frame)
    read = frame[label]
    if format not in TABLES or read.dtype.kind not in "ib":
        return frame
    written = read_frame(content, name, format, header=header, as_text=True)[label]
    is_lost = (written != read.astype(str)).any() and written.nunique() == read.nunique()
    return frame.assign(**{label: written}) if is_lost else frame


def open_again(path, reading):
    """Read a file with labels as it was read before.

    Returns
    -------
    content : bytes

    data : Data
    """
    content = read_bytes(path)
    frame = _read_labelled(
        content, path, reading.format, reading.header, lambda frame: reading.label
    )
    return content, make_data(frame, reading)


def open_unlabelled(path, reading, format=None):
    """Read a file whose sequences are to be predicted, as the model's own was read.

    Parameters
    ----------
    path : str
        A file, or "-" for standard input.

    reading : Reading
        Kept with the model.

    format : str, default=None
        What the user says of the file.

    Returns
    -------
    Data
        Without labels.
    """
    name = name_of(path)
    format = format or (reading.format if path == STDIN else format_of(path))
    content = read_bytes(path)
    header = reading.header and has_header(content, format)
    frame = parse_lists(read_frame(content, name, format, header=header, with_tags=False))
    return make_data(frame, reading, with_labels=False)


def name_of(path):
    """A file for messages."""
    return "standard input" if path == STDIN else path
