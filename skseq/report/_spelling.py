"""The words that token ids stand for."""

from skseq.data import token_ids


def spell(sequences, unknown="{}"):
    """Give the word of each step.

    Parameters
    ----------
    sequences : Sequences
        Of token ids, alone or among channels, or of text.

    unknown : str, default="{}"
        How an id is written that is not in the vocabulary.

    Returns
    -------
    list of n_sequences lists of str
    """
    ids = token_ids(sequences)
    # Of a large vocabulary, few words occur in what is shown.
    occurs = set(ids.values.tolist())
    word_of = {index: word for word, index in (ids.vocabulary or {}).items() if index in occurs}
    return [[word_of.get(step, unknown.format(step)) for step in row] for row in ids.tolist()]
