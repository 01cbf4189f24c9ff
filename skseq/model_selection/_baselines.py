"""What a net has to beat: models without one, for each kind of data."""

from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skseq._validation import check_choice
from skseq.model_selection._strategies import KINDS
from skseq.model_selection._window_tagger import WindowTagger
from skseq.preprocessing import SequenceSummarizer


def baselines(kind, *, random_state=None):
    """List models without a net, by name, that take the same sequences.

    Parameters
    ----------
    kind : {"values", "tokens", "value tags", "tags"}
        What the sequences hold, see `strategies`.

    random_state : int, RandomState instance or None, default=None
        Seed of those that draw.

    Returns
    -------
    dict of str to estimator
        Name -> estimator of `Sequences` of token ids or values, as an encoder or scaler gives them.
        The first one names the commonest class always.

    Raises
    ------
    ValueError
        If the kind is unknown.

    See Also
    --------
    skseq.preprocessing.SequenceSummarizer : Makes a table of sequences, for any classifier.

    Examples
    --------
    >>> from skseq.model_selection import baselines
    >>> list(baselines("tokens"))
    ['commonest class', 'TF-IDF + logistic regression', 'TF-IDF + balanced logistic regression']
    """
    check_choice("kind", kind, KINDS)
    return _BASELINES[kind](random_state)


def _for_tokens(random_state):
    tf_idf = SequenceSummarizer(["counts"], ngram_range=(1, 2), sublinear_tf=True)
    logistic = LogisticRegression(C=10.0, max_iter=1000)
    return {
        "commonest class": DummyClassifier(),
        "TF-IDF + logistic regression": make_pipeline(tf_idf, logistic),
        "TF-IDF + balanced logistic regression": make_pipeline(
            clone(tf_idf), clone(logistic).set_params(class_weight="balanced")
        ),
    }


def _for_values(random_state):
    logistic = LogisticRegression(class_weight="balanced", max_iter=1000)
    forest = RandomForestClassifier(300, class_weight="balanced", random_state=random_state)
    return {
        "commonest class": DummyClassifier(),
        "summary + balanced logistic regression": make_pipeline(
            SequenceSummarizer(), StandardScaler(), logistic
        ),
        "summary + balanced random forest": make_pipeline(SequenceSummarizer(), forest),
    }


def _for_tags(random_state):
    linear = SGDClassifier(loss="log_loss", alpha=1e-5, random_state=random_state)
    balanced = clone(linear).set_params(class_weight="balanced")
    return {
        "commonest tag": WindowTagger(DummyClassifier(), radius=0, max_n=1),
        "window + logistic regression": WindowTagger(linear, radius=3),
        "window + balanced logistic regression": WindowTagger(balanced, radius=3),
    }


def _for_value_tags(random_state):
    boosting = HistGradientBoostingClassifier(random_state=random_state)
    balanced = clone(boosting).set_params(class_weight="balanced")
    return {
        "commonest tag": WindowTagger(DummyClassifier(), radius=0),
        "window + boosting": WindowTagger(boosting, radius=2),
        "window + balanced boosting": WindowTagger(balanced, radius=2),
    }


_BASELINES = {
    "tags": _for_tags,
    "tokens": _for_tokens,
    "value tags": _for_value_tags,
    "values": _for_values,
}
