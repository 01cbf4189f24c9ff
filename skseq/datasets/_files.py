"""Text of files that users name by a path, or have opened themselves."""

from pathlib import Path


def name_of(path):
    """Name of a file for messages."""
    return str(getattr(path, "name", "the file") if hasattr(path, "read") else path)


def read_text(path, encoding):
    """Text of a path, or of a file that is open in text or binary mode.

    Parameters
    ----------
    path : str, path-like or file
        What to read.

    encoding : str
        Not used for a file that is open in text mode.

    Returns
    -------
    name : str
        Its name for messages.

    text : str

    Raises
    ------
    ValueError
        If it does not decode; the message names the line.
    """
    name = name_of(path)
    content = path.read() if hasattr(path, "read") else Path(path).read_bytes()
    if isinstance(content, bytes):
        try:
            content = content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise ValueError(
                f"{name}, line {line}: not {encoding} ({error.reason}); pass encoding="
            ) from None
    return name, content


def write_text(path, text):
    """Write text as UTF-8, with the line ends it has, to a path or to a file open in text mode."""
    if hasattr(path, "write"):
        path.write(text)
    else:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
