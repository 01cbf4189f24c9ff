"""The demo's experiment: each strategy beside plain nets and baselines, with two architectures."""

from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GroupShuffleSplit, learning_curve
from sklearn.utils.parallel import Parallel, delayed

from skseq.datasets import load_python_tokens
from skseq.losses import LogitAdjustedLoss
from skseq.metrics import (
    get_scorer,
    tag_average_precision_score,
    tag_f1_score,
    tag_minority_recall_score,
)
from skseq.model_selection import StrategyComparison, compare_strategies, make_plain_pipeline
from skseq.model_selection._window_tagger import WindowTagger
from skseq.samplers import TagOverSampler

BACKGROUND = "O"
PLAIN = "plain"
# Over-sampling trains for more steps; so does this, without meeting the imbalance.
LONGER = "plain twice as long"
# The other way round, where that is the plain net.
SHORTER = "plain, half as long"

ARCHITECTURES = {
    "BiLSTM 32": {"model__encoder": "bilstm", "model__hidden_size": 32},
    "CNN 3 x 32": {"model__encoder": "cnn", "model__hidden_size": 32, "model__num_layers": 3},
}
# One of each kind: with fewer of them, each can be told from chance sooner.
STRATEGIES = {
    "weights sqrt": {"weight__strategy": "sqrt"},
    "focal loss": {"model__loss": "focal"},
    "half logit-adjusted": {"model__loss": LogitAdjustedLoss(tau=0.5)},
    "balanced decision": {"model__decision": "balanced"},
    "over-sampling sCR": {"sample": TagOverSampler("sCR", max_copies=4)},
}

# The background's F1 is near 1 for every model and would only flatter, so it is left out.
MACRO_F1 = get_scorer("tag_f1_macro", exclude=BACKGROUND)
METRICS = ("macro_f1", "minority_recall", "average_precision")


class Size(NamedTuple):
    """How much data and training."""

    n_sequences: int
    max_length: int
    max_epochs: int
    n_folds: int
    curve_fractions: tuple  # of a fold's training part; all of it is in the comparison


FULL = Size(n_sequences=800, max_length=200, max_epochs=8, n_folds=4, curve_fractions=(0.2, 0.5))
QUICK = Size(n_sequences=120, max_length=100, max_epochs=3, n_folds=2, curve_fractions=(0.5,))


class Part(NamedTuple):
    """Texts, their tags and the files they come from."""

    texts: list
    tags: object
    groups: np.ndarray

    @property
    def n_files(self):
        return len(np.unique(self.groups))


class Comparisons(NamedTuple):
    """The same strategies and baselines beside one plain net and another.

    Attributes
    ----------
    equal : StrategyComparison
        Beside the plain net that trains for as many epochs as they do.

    longer : StrategyComparison
        Beside the one that trains twice as long, which is "plain" there; the other one takes part
        as `SHORTER`.
    """

    equal: StrategyComparison
    longer: StrategyComparison


def load_parts(size, seed):
    """Load the data as two `Part`: three quarters of the files to tune on, the rest held out."""
    data = load_python_tokens(
        n_sequences=size.n_sequences, max_length=size.max_length, random_state=seed
    )
    splitter = GroupShuffleSplit(1, test_size=0.25, random_state=seed)
    halves = next(splitter.split(data.data, groups=data.groups))
    return [
        Part([data.data[row] for row in rows], data.target[rows], data.groups[rows])
        for rows in halves
    ]


def make_pipeline(size, classes, seed):
    """The plain net, whose steps the strategies change."""
    pipeline = make_plain_pipeline(
        "tags",
        # Nearly all steps are background: in few epochs a net that starts by saying so gets much
        # further. "auto" looks at the number of updates, which over-sampling raises, and all are
        # to start alike here.
        initial_bias="prior",
        embedding_dim=16,
        batch_size=16,
        max_epochs=size.max_epochs,
        classes=classes,
        random_state=seed,
    )
    return pipeline.set_params(encode__level="char")


def make_baselines(seed):
    """Models without a net, by the names of the table: (strategy, architecture)."""
    linear = SGDClassifier("log_loss", alpha=1e-5, max_iter=10, tol=None, random_state=seed)
    balanced = clone(linear).set_params(class_weight="balanced")
    majority = WindowTagger(DummyClassifier(strategy="prior"), radius=0, max_n=1)
    return {
        ("majority", "dummy"): majority,
        ("plain", "linear"): WindowTagger(linear),
        ("weights balanced", "linear"): WindowTagger(balanced),
    }


def compare(pipeline, baselines, part, size, *, seed, directory, n_jobs):
    """Cross-validate every strategy with a network, beside the baselines, on folds by file.

    Parameters
    ----------
    pipeline : Pipeline
        The plain net.

    baselines : dict of (str, str) to estimator
        From `make_baselines`.

    part : Part
        What to tune on.

    size : Size
        How long to train and how many folds.

    seed : int
        Of the folds.

    directory : Path
        Where finished fits are kept: the second comparison asks for those of the first.

    n_jobs : int
        Fits at the same time.

    Returns
    -------
    Comparisons
    """
    epochs = {"model__max_epochs": size.max_epochs}
    strategies = {name: epochs | params for name, params in STRATEGIES.items()}

    def beside(max_epochs, others, verbose):
        return compare_strategies(
            clone(pipeline).set_params(model__max_epochs=max_epochs),
            part.texts,
            part.tags,
            others | strategies,
            kind="tags",
            cv=size.n_folds,
            scoring=MACRO_F1,
            baselines={baseline_name(key): model for key, model in baselines.items()},
            blend=False,
            groups=part.groups,
            refit=False,
            directory=directory,
            n_jobs=n_jobs,
            error_score="raise",
            random_state=seed,
            verbose=verbose,
        )

    longer = beside(2 * size.max_epochs, {SHORTER: epochs}, 1)
    equal = beside(size.max_epochs, {}, 0)
    return Comparisons(equal, longer)


def baseline_name(key):
    """What a comparison calls a baseline of `make_baselines`."""
    strategy, architecture = key
    return f"{architecture}, {strategy}"


def all_scores(tags, labels, proba, classes):
    """Score predictions by each of `METRICS`, as a dict."""
    return {
        "macro_f1": tag_f1_score(tags, labels, exclude=BACKGROUND),
        "minority_recall": tag_minority_recall_score(tags, labels),
        "average_precision": tag_average_precision_score(
            tags, proba, classes=classes, exclude=BACKGROUND, unseen="zero"
        ),
    }


def fit_all(candidates, part, *, n_jobs):
    """Fit the pipeline of each candidate on a part."""
    return Parallel(n_jobs=n_jobs)(
        delayed(clone(each.pipeline).fit)(part.texts, part.tags) for each in candidates
    )


def score_on(model, part):
    """Every score of a fitted model on a part, as a dict."""
    return all_scores(
        part.tags, model.predict(part.texts), model.predict_proba(part.texts), model.classes_
    )


def macro_f1_by_size(candidate, part, splits, size, *, n_jobs, seed):
    """Macro F1 of a candidate trained on ever more sequences, on the folds of the comparison.

    Returns
    -------
    train_sizes : ndarray of shape (n_sizes,)

    test_scores : ndarray of shape (n_sizes, n_folds)
        The last size is all there is, and its scores are those of the comparison.
    """
    train_sizes, _, test_scores = learning_curve(
        candidate.pipeline,
        part.texts,
        part.tags,
        train_sizes=np.array(size.curve_fractions),
        cv=splits,
        scoring=MACRO_F1,
        shuffle=True,
        random_state=seed,
        n_jobs=n_jobs,
        error_score="raise",
    )
    full = round(np.mean([len(train) for train, _ in splits]))
    return np.append(train_sizes, full), np.vstack([test_scores, candidate.scores["macro_f1"]])
