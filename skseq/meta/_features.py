"""One row of numbers for each sequence, to measure how alike sequences or classes are."""

from scipy import sparse
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array

from skseq.data import Sequences, token_ids
from skseq.preprocessing import SequenceSummarizer, TokenEncoder
from skseq.samplers._base import holds_text


def row_features(X, y, transformer=None, *, estimator=None):
    """Features of each sequence: of a transformer, or else of `SequenceSummarizer`.

    Parameters
    ----------
    X : Sequences, list of arrays or texts, array or frame
        The sequences.

    y : ndarray of shape (n_sequences,)
        Their labels, for transformers that learn from them.

    transformer : transformer or None
        What makes the features; a clone of it is fitted. None summarises sequences: values by
        their statistics, trend and spectrum, standardised; tokens, and texts as words, by TF-IDF.
        A sparse matrix holds features already.

    estimator : estimator, default=None
        Whose parameter ``input``, or that of the last step of a pipeline, says what integers are.

    Returns
    -------
    ndarray or csr_matrix of shape (n_sequences, n_features)
    """
    if transformer is not None or sparse.issparse(X):
        # A sampler in a pipeline changes the rows of `fit_transform`, but not those of `transform`.
        features = X if transformer is None else clone(transformer).fit(X, y).transform(X)
        return check_array(features, accept_sparse="csr", input_name="features")
    if holds_text(X):
        X = TokenEncoder().fit_transform(X)
    if isinstance(X, Sequences):
        X = token_ids(X)
    _, last = getattr(estimator, "steps", [(None, estimator)])[-1]
    summarizer = SequenceSummarizer(input=getattr(last, "input", "auto"))
    summarizer.set_output(transform="default")
    features = summarizer.fit_transform(X)
    if summarizer.input_kind_ == "tokens":
        return features
    return StandardScaler().set_output(transform="default").fit_transform(features)
