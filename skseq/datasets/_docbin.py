"""spaCy's files of annotated documents."""

from itertools import chain

from sklearn.utils import Bunch

from skseq._optional import import_optional
from skseq._validation import check_consistent_length
from skseq.spans import spans_to_tags, tags_to_spans


def read_docbin(source, *, scheme="IOB2"):
    """Read tokens and named entities from a DocBin of spaCy.

    Parameters
    ----------
    source : str, path-like or iterable of Doc
        A ``.spacy`` file; or documents of spaCy themselves, for which it need not be installed.

    scheme : {"IOB1", "IOB2", "IOE1", "IOE2", "IOBES", "BILOU", "plain"}, default="IOB2"
        How tags spell entities.

    Returns
    -------
    Bunch
        With the attributes

        data : list of n_sequences lists of str
            The tokens of each document.
        target : list of n_sequences lists of str
            Their tags; tokens that spaCy counts as not annotated are outside, too.
        target_names : list of str
            The tags that occur, sorted.
        texts : list of n_sequences str
            The texts.
        offsets : list of n_sequences lists of (start, end)
            Characters of each token in its text.

    Raises
    ------
    ImportError
        If ``source`` is a path and spaCy is not installed.

    See Also
    --------
    write_docbin : The way back.

    Examples
    --------
    >>> from skseq.datasets import read_docbin
    >>> documents = read_docbin("train.spacy")  # doctest: +SKIP
    >>> documents.target[0]  # doctest: +SKIP
    ['B-PERSON', 'I-PERSON', 'O']
    """
    is_path = isinstance(source, str) or hasattr(source, "__fspath__")
    docs = list(_load(source) if is_path else source)
    tokens = [[token.text for token in doc] for doc in docs]
    entities = [[(entity.start, entity.end, entity.label_) for entity in doc.ents] for doc in docs]
    tags = spans_to_tags(entities, tokens, scheme=scheme)
    return Bunch(
        data=tokens,
        target=tags,
        target_names=sorted(set(chain.from_iterable(tags))),
        texts=[doc.text for doc in docs],
        offsets=[[(token.idx, token.idx + len(token.text)) for token in doc] for doc in docs],
    )


def write_docbin(path, tokens, tags, *, scheme=None, language="xx"):
    """Write tokens and their tags as a DocBin of spaCy, which ``spacy train`` reads.

    Parameters
    ----------
    path : str or path-like
        The file.

    tokens : list of n_sequences lists of str
        The tokens of each document.

    tags : list of n_sequences lists of str
        Their tags.

    scheme : str, default=None
        The scheme of the tags; None looks, as `skseq.spans.tags_to_spans` does.

    language : str, default="xx"
        The language of the vocabulary, a code of spaCy's; "xx" is any.

    Raises
    ------
    ImportError
        If spaCy is not installed.

    See Also
    --------
    read_docbin : The way back.

    Examples
    --------
    >>> from skseq.datasets import write_docbin
    >>> write_docbin("train.spacy", [["Ada", "left"]], [["B-PER", "O"]])  # doctest: +SKIP
    """
    check_consistent_length(tokens, tags)
    spacy, parts = (
        import_optional(name, extra="spacy", needed_by="write_docbin")
        for name in ("spacy", "spacy.tokens")
    )
    vocab = spacy.blank(language).vocab
    file = parts.DocBin()
    for words, spans in zip(tokens, tags_to_spans(tokens, tags, scheme=scheme), strict=True):
        doc = parts.Doc(vocab, words=list(map(str, words)))  # it refuses strings of numpy
        doc.ents = [parts.Span(doc, span.start, span.end, label=span.type) for span in spans]
        file.add(doc)
    file.to_disk(path)


def _load(path):
    spacy, parts = (
        import_optional(name, extra="spacy", needed_by="read_docbin of a path")
        for name in ("spacy", "spacy.tokens")
    )
    return parts.DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab)
