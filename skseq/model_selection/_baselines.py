"""What a net has to beat: models without one, for each kind of data."""

from importlib.util import find_spec

import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, RobustScaler, StandardScaler

from skseq._validation import check_choice
from skseq.decisions import STRENGTHS
from skseq.ensemble import SequenceBlender
from skseq.meta import OrdinalThresholdClassifier
from skseq.model_selection._calibrated_ridge import CalibratedRidge
from skseq.model_selection._crf_tagger import CrfTagger
from skseq.model_selection._minirocket import MiniRocket
from skseq.model_selection._strategies import KINDS
from skseq.model_selection._token_lengths import LastColumns, TokenLengths
from skseq.model_selection._token_tfidf import TokenTfidf
from skseq.model_selection._tuned import Tuned
from skseq.model_selection._window_tagger import WindowTagger
from skseq.preprocessing import SequenceSummarizer


def baselines(kind, *, ordered=False, scoring=None, inner_cv=3, random_state=None):
    """List models without a net, by name, that take the same sequences.

    Those that have something to tune do so when they are fitted, by folds of the data that they
    are fitted on: the regularisation of a linear model, and how far around a step it looks; of
    texts also whether their lengths tell something, and how strongly rare classes are favoured.

    Parameters
    ----------
    kind : {"values", "tokens", "value tags", "tags"}
        What the sequences hold, see `strategies`.

    ordered : bool or array-like of shape (n_classes,), default=False
        Whether labels of sequences have an order, or which, the lowest first. Then there is one
        more, which cuts the expected place in the order where each class gets its share, as
        `skseq.meta.OrdinalThresholdClassifier` does. True sorts them.

    scoring : str, callable or None, default=None
        What they tune for: a name of `skseq.metrics.get_scorer`, or a scorer that looks at
        predictions or probabilities. None is macro F1.

    inner_cv : int or splitter, default=3
        Folds of that tuning; a number makes stratified ones. Of 5,000 sequences or more, or 20,000
        steps with a tag, only the first of these is held out.

    random_state : int or None, default=None
        Seed of the folds and of those that draw.

    Returns
    -------
    dict of str to estimator
        Name -> estimator of `Sequences` of token ids or values, as an encoder or scaler gives them;
        those for "tokens" take texts as well, and "CRF" takes lists of tokens, of which it reads
        the spelling. The first one always predicts the commonest class.

    Raises
    ------
    ValueError
        If the kind is unknown.

    See Also
    --------
    skseq.preprocessing.SequenceSummarizer : Makes a table of sequences, for any classifier.

    Notes
    -----
    "CRF" is only there where sklearn-crfsuite is installed (``pip install skseq[crf]``).

    References
    ----------
    Dempster, Schmidt & Webb, "MiniRocket: A Very Fast (Almost) Deterministic Transform for Time
    Series Classification", KDD 2021. https://arxiv.org/abs/2012.08791

    Rennie, Shih, Teevan & Karger, "Tackling the Poor Assumptions of Naive Bayes Text Classifiers",
    ICML 2003.

    Okazaki, "CRFsuite: a fast implementation of Conditional Random Fields", 2007.
    http://www.chokkan.org/software/crfsuite/

    Examples
    --------
    >>> from skseq.model_selection import baselines
    >>> for name in baselines("tokens"):
    ...     print(name)
    commonest class
    TF-IDF + logistic regression
    TF-IDF + logistic regression and naive Bayes
    TF-IDF + balanced logistic regression
    """
    check_choice("kind", kind, KINDS)

    def tuned(estimator, param_grid, **params):
        asked = {"scoring": scoring, "cv": inner_cv, "random_state": random_state}
        return Tuned(estimator, param_grid, **asked, **params)

    table = _BASELINES[kind](tuned, random_state)
    if ordered is not False and kind in _LAST_UNTUNED:
        columns, classifier = _LAST_UNTUNED[kind](random_state)
        classes = None if ordered is True else ordered
        cut = OrdinalThresholdClassifier(classifier, classes=classes, cv=3)
        table[f"{list(table)[-1]}, cut by shares"] = make_pipeline(columns, cut)
    return table


def _for_tokens(tuned, random_state):
    def of(classifier):
        grid = [
            {"classifier__C": [1.0]},
            {"classifier__C": [10.0], "lengths__weight": [0.0, 0.5]},
            {"classifier__C": [100.0]},
        ]
        return make_pipeline(_words_and_lengths(), tuned(classifier, grid, strengths=STRENGTHS))

    return {
        "commonest class": DummyClassifier(),
        "TF-IDF + logistic regression": of(_logistic()),
        "TF-IDF + logistic regression and naive Bayes": make_pipeline(
            TokenTfidf(), tuned(_logistic_and_bayes(), {}, strengths=STRENGTHS)
        ),
        "TF-IDF + balanced logistic regression": of(_logistic(class_weight="balanced")),
    }


def _logistic_and_bayes():
    """Two linear models that learn from few texts in different ways, and so err differently.

    Naive Bayes in the form that was made for classes of unequal size: its counts for a class are
    those of all others.
    """
    logistic = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000)
    members = [("logistic", logistic), ("bayes", ComplementNB(alpha=0.1))]
    return SequenceBlender(members, weights="mean")


def _words_and_lengths():
    """TF-IDF, and how long texts are, in the last two columns."""
    lengths = make_pipeline(TokenLengths(), StandardScaler())
    return FeatureUnion([("words", TokenTfidf()), ("lengths", lengths)])


def _logistic(class_weight=None, lengths=0.0):
    """Logistic regression that may look at lengths; of few texts it would learn them by heart."""
    # Warm, for the tuning: coefficients of one C are near those of the next.
    classifier = LogisticRegression(
        C=10.0, class_weight=class_weight, max_iter=1000, warm_start=True
    )
    return Pipeline([("lengths", LastColumns(2, weight=lengths)), ("classifier", classifier)])


def _for_values(tuned, random_state):
    logistic = _balanced(LogisticRegression(max_iter=1000))
    forest = RandomForestClassifier(300, class_weight="balanced", random_state=random_state)
    return {
        "commonest class": DummyClassifier(),
        "summary + balanced logistic regression": make_pipeline(
            SequenceSummarizer(input="values"),
            StandardScaler(),
            tuned(logistic, {"C": [0.01, 0.1, 1.0, 10.0]}),
        ),
        "summary + balanced random forest": make_pipeline(
            SequenceSummarizer(input="values"), forest
        ),
        "MiniRocket of differences + balanced ridge": make_pipeline(
            _shapes(random_state, differences=True), CalibratedRidge()
        ),
        "MiniRocket + balanced ridge": make_pipeline(
            _shapes_and_summary(random_state), CalibratedRidge()
        ),
    }


def _shapes(random_state, differences=False):
    return make_pipeline(
        MiniRocket(differences=differences, random_state=random_state), StandardScaler()
    )


def _shapes_and_summary(random_state):
    """MiniRocket's columns, which do not see the level and spread of a series, and both of these.

    A summary of a few columns counts ten times, or thousands of others would drown it.
    """
    summary = make_pipeline(
        SequenceSummarizer(input="values"),
        RobustScaler(),
        FunctionTransformer(np.arcsinh),  # of both signs, and of scales that differ by powers of 10
        StandardScaler(),
    )
    return FeatureUnion(
        [("shapes", _shapes(random_state)), ("summary", summary)],
        transformer_weights={"summary": 10.0},
    )


def _for_tags(tuned, random_state):
    linear = SGDClassifier(loss="log_loss", alpha=1e-5, random_state=random_state)
    grid = {"radius": [2, 6, 16], "classifier__alpha": [1e-5, 1e-4]}
    table = {
        "commonest tag": WindowTagger(DummyClassifier(), radius=0, max_n=1),
        "window + logistic regression": tuned(WindowTagger(linear, radius=6), grid),
        "window + balanced logistic regression": tuned(
            WindowTagger(_balanced(linear), radius=6), grid
        ),
    }
    if find_spec("sklearn_crfsuite"):
        grid = [{"c1": [c1], "c2": [c2]} for c1, c2 in ((0.1, 0.1), (0.1, 0.01), (0.01, 0.01))]
        table["CRF"] = tuned(CrfTagger(c1=0.01, c2=0.01), grid)
    return table


def _for_value_tags(tuned, random_state):
    boosting = HistGradientBoostingClassifier(random_state=random_state)
    grid = {"radius": [2, 8, 24]}

    def window(classifier, radius=8):
        return WindowTagger(classifier, radius=radius, input="values")

    return {
        "commonest tag": window(DummyClassifier(), radius=0),
        "window + boosting": tuned(window(boosting), grid),
        "window + balanced boosting": tuned(window(_balanced(boosting)), grid),
    }


def _balanced(classifier):
    return clone(classifier).set_params(class_weight="balanced")


_BASELINES = {
    "tags": _for_tags,
    "tokens": _for_tokens,
    "value tags": _for_value_tags,
    "values": _for_values,
}

# Columns and classifier of the last one, to be cut by shares. Levels of texts go with their length.
_LAST_UNTUNED = {
    "tokens": lambda random_state: (_words_and_lengths(), _logistic("balanced", 0.5)),
    "values": lambda random_state: (_shapes_and_summary(random_state), CalibratedRidge()),
}
