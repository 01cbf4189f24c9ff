"""Files of word vectors: GloVe, fastText's ``.vec``, and word2vec in text and in binary.

Only the rows that are asked for are kept, so that a file may be larger than memory.
"""

import contextlib
import gzip
from pathlib import Path

import numpy as np

from skseq.preprocessing._vectors import WordVectors, forms_of

_FASTTEXT_MODEL = (793712314).to_bytes(4, "little")


def read_vectors(source, words=None, *, binary="auto"):
    """Read vectors of words.

    Parameters
    ----------
    source : str, path-like, file in binary mode, or KeyedVectors of gensim
        The file. Lines hold a word and its numbers, separated by spaces or tabs, as GloVe writes
        them; word2vec and fastText's ``.vec`` put the number of words and of dimensions first.
        Names that end in ".gz" are unpacked on the way.

    words : iterable of str, default=None
        Words to keep, those that your texts hold: the rest is never in memory. Other spellings by
        which `WordVectors` looks them up are kept, too. None keeps all.

    binary : bool or "auto", default="auto"
        Whether it is word2vec's binary format; "auto" goes by the name, ".bin" or ".bin.gz".

    Returns
    -------
    WordVectors
        What ``embedding`` of an estimator takes. Where a word comes twice, the first counts.

    Raises
    ------
    ValueError
        If a line has too few or too many numbers, a number does not read as one or is not finite,
        the file ends too early, or none of the words is in it. The message names the line.

    Examples
    --------
    >>> import io
    >>> from skseq.preprocessing import read_vectors
    >>> file = io.BytesIO(b"the .1 .2\\ncat .3 .4\\n")
    >>> read_vectors(file, words=["Cat"]).words
    ['cat']
    """
    wanted = None if words is None else {form for word in words for form in forms_of(word)}
    if hasattr(source, "key_to_index"):
        vectors = _from_gensim(source, wanted)
    else:
        with _opened(source) as (file, name):
            is_binary = _is_binary(name) if binary == "auto" else binary
            read = _read_binary if is_binary else _read_text
            vectors = read(file, name, wanted)
    if not vectors:
        raise ValueError(
            "none of the words has a vector there; are they split as the vectors' words are?"
        )
    return WordVectors(vectors, np.stack(list(vectors.values())))


def _from_gensim(keyed, wanted):
    kept = keyed.key_to_index if wanted is None else wanted & keyed.key_to_index.keys()
    return {word: keyed.vectors[keyed.key_to_index[word]] for word in sorted(kept)}


@contextlib.contextmanager
def _opened(source):
    """The file in binary mode, and its name for messages."""
    if hasattr(source, "read"):
        yield source, str(getattr(source, "name", "the file"))
        return
    path = Path(source)
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        yield file, str(path)


def _is_binary(name):
    return name.removesuffix(".gz").endswith(".bin")


def _read_text(file, name, wanted):
    vectors, n_dims, n_words, number = {}, None, None, 0
    for number, raw in enumerate(file, start=1):
        line = _decoded(raw.rstrip(b" \t\r\n")).replace("\t", " ")
        if not line:
            continue
        if number == 1 and (sizes := _header(line)):
            n_words, n_dims = sizes
            continue
        n_dims = n_dims or line.count(" ")
        word, *numbers = line.rsplit(" ", n_dims)  # a few words of GloVe hold spaces
        place = f"{name}, line {number}"
        if not n_dims or len(numbers) < n_dims or _is_number(word.rpartition(" ")[2], word):
            raise ValueError(
                f"{place}: {line.count(' ')} number(s) after the word, but there should be "
                f"{n_dims}; it may be torn, or another format (binary=True?)"
            )
        if (wanted is None or word in wanted) and word not in vectors:
            vectors[word] = _parsed(numbers, place)
    if n_words is not None and number - 1 < n_words:
        raise ValueError(
            f"{name}, line {number}: the file ends after {number - 1} of {n_words} words"
        )
    return vectors


def _header(line):
    """Numbers of words and of dimensions, where the first line holds them."""
    sizes = line.split(" ")
    return tuple(map(int, sizes)) if len(sizes) == 2 and all(map(str.isdecimal, sizes)) else None


def _is_number(end, word):
    """Whether what follows the last space of a word is a number too many."""
    if end == word:
        return False
    try:
        float(end)
    except ValueError:
        return False
    return True


def _parsed(numbers, place):
    try:
        vector = np.array(numbers, dtype=np.float32)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None
    return _finite(vector, place)


def _finite(vector, place):
    if not np.isfinite(vector).all():
        raise ValueError(f"{place}: a number is not finite in single precision")
    return vector


def _read_binary(file, name, wanted):
    header = file.readline()
    if header.startswith(_FASTTEXT_MODEL):
        raise ValueError(f"{name} is a model of fastText; read its vectors from the .vec file")
    sizes = _header(_decoded(header.strip()))
    if sizes is None:
        raise ValueError(
            f"{name}, line 1: two numbers, of words and of dimensions, should begin a binary file; "
            "binary=False reads text"
        )
    vectors, (n_words, n_dims) = {}, sizes
    for number in range(1, n_words + 1):
        word, raw = _decoded(_read_word(file)), file.read(4 * n_dims)
        place = f"{name}, word {number} of {n_words}"
        if len(raw) < 4 * n_dims:
            raise ValueError(f"{place}: the file ends here")
        if (wanted is None or word in wanted) and word not in vectors:
            vectors[word] = _finite(np.frombuffer(raw, dtype="<f4"), place)
    return vectors


def _read_word(file):
    """Bytes up to the next space; some writers end each vector with a line break."""
    signs = []
    while (sign := file.read(1)) not in {b" ", b""}:
        signs.append(sign)
    return b"".join(signs).lstrip(b"\n")


def _decoded(raw):
    # Words that are no UTF-8 cannot be looked up, and should not stop the rest.
    return raw.decode("utf-8", errors="replace")
