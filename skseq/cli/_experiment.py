"""The demo's experiment: strategies x architectures x baselines in one grid, folds by file."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.callback import ProgressBar
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    GroupShuffleSplit,
    learning_curve,
)
from sklearn.utils.parallel import Parallel, delayed

from skseq.datasets import load_python_tokens
from skseq.estimators import SequenceTagger
from skseq.losses import LogitAdjustedLoss
from skseq.metrics import get_scorer
from skseq.model_selection._window_tagger import WindowTagger
from skseq.preprocessing import TokenEncoder
from skseq.samplers import TagOverSampler
from skseq.weights import ClassWeightTransformer

BACKGROUND = "O"
_LINEAR = "linear 3-grams"

# The background's F1 is near 1 for every model and would only flatter, so it is left out.
SCORERS = {
    "macro_f1": get_scorer("tag_f1_macro", exclude=BACKGROUND),
    "minority_recall": get_scorer("tag_minority_recall"),
    "average_precision": get_scorer("tag_average_precision_macro", exclude=BACKGROUND),
}


class Size(NamedTuple):
    """How much data and training."""

    n_sequences: int
    max_length: int
    max_epochs: int
    n_folds: int
    curve_fractions: tuple  # of a fold's training part; all of it is in the grid


FULL = Size(n_sequences=800, max_length=200, max_epochs=8, n_folds=3, curve_fractions=(0.2, 0.5))
QUICK = Size(n_sequences=120, max_length=100, max_epochs=3, n_folds=2, curve_fractions=(0.5,))


class Part(NamedTuple):
    """Texts, their tags and the files they come from."""

    texts: list
    tags: object
    groups: np.ndarray

    @property
    def n_files(self):
        return len(np.unique(self.groups))


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


@dataclass
class Candidate:
    """A point of the grid and, once it is searched, its scores.

    Attributes
    ----------
    strategy, architecture : str
        What the table calls it.

    params : dict
        Parameters of the pipeline.

    role : {"plain", "strategy", "baseline"}
        Whether it meets the imbalance at all, and whether it is a net.

    scores : dict of str to ndarray of shape (n_folds,)
        By name of the metric, and "seconds" of a fit.
    """

    strategy: str
    architecture: str
    params: dict
    role: str
    scores: dict = field(default_factory=dict)

    @property
    def name(self):
        return f"{self.strategy} + {self.architecture}"

    @property
    def f1(self):
        return self.scores["macro_f1"]


def make_pipeline(size, classes, seed):
    """The pipeline whose steps the grid changes; as it stands, it is the plain net."""
    return Pipeline(
        [
            ("encode", TokenEncoder(level="char")),
            ("sample", "passthrough"),
            ("weight", ClassWeightTransformer(strategy=None)),
            (
                "model",
                SequenceTagger(
                    # Nearly all steps are background: in few epochs a net that starts by saying
                    # so gets much further.
                    initial_bias="prior",
                    embedding_dim=16,
                    batch_size=16,
                    max_epochs=size.max_epochs,
                    classes=classes,
                    random_state=seed,
                ),
            ),
        ]
    )


def make_candidates(size, seed):
    """Every strategy with every architecture, and the baselines."""
    architectures = {
        "BiLSTM 32": {"model__encoder": "bilstm", "model__hidden_size": 32},
        "CNN 3 x 32": {
            "model__encoder": "cnn",
            "model__hidden_size": 32,
            "model__num_layers": 3,
        },
    }
    plain = {
        "plain": {},
        # Over-sampling trains for more steps; so does this, without meeting the imbalance.
        "plain twice as long": {"model__max_epochs": 2 * size.max_epochs},
    }
    strategies = {
        "weights sqrt": {"weight__strategy": "sqrt"},
        "weights effective": {"weight__strategy": "effective"},
        "focal loss": {"model__loss": "focal"},
        "half logit adjustment": {"model__loss": LogitAdjustedLoss(tau=0.5)},
        "balanced decision": {"model__decision": "balanced"},
        "over-sampling nsCRD": {"sample": TagOverSampler("nsCRD")},
        "over-sampling sCR": {"sample": TagOverSampler("sCR", max_copies=4)},
    }
    nets = [
        Candidate(strategy, architecture, chosen | params, role)
        for role, table in [("plain", plain), ("strategy", strategies)]
        for strategy, params in table.items()
        for architecture, chosen in architectures.items()
    ]
    linear = SGDClassifier("log_loss", alpha=1e-5, max_iter=10, tol=None, random_state=seed)
    balanced = clone(linear).set_params(class_weight="balanced")
    majority = WindowTagger(DummyClassifier(strategy="prior"), radius=0, max_n=1)
    baselines = [
        Candidate("majority", "dummy", {"model": majority}, "baseline"),
        Candidate("plain", _LINEAR, {"model": WindowTagger(linear)}, "baseline"),
        Candidate("weights balanced", _LINEAR, {"model": WindowTagger(balanced)}, "baseline"),
    ]
    return [*nets, *baselines]


def search_grid(pipeline, candidates, part, size, *, n_jobs, show_progress):
    """Cross-validate all candidates in one grid, write down their scores, and fit the best.

    A net or a baseline: what has the highest macro F1 is the best.

    Parameters
    ----------
    pipeline : Pipeline
        From `make_pipeline`.

    candidates : list of Candidate
        Their ``scores`` are filled in.

    part : Part
        What to tune on.

    size : Size
        How many folds.

    n_jobs : int
        Fits at the same time.

    show_progress : bool
        Whether to draw a progress bar.

    Returns
    -------
    Pipeline
        The best, fitted on all of ``part``.
    """
    search = GridSearchCV(
        pipeline,
        [{name: [value] for name, value in each.params.items()} for each in candidates],
        scoring=SCORERS,
        refit="macro_f1",
        cv=GroupKFold(size.n_folds),
        n_jobs=n_jobs,
        error_score="raise",
    )
    if show_progress:
        search.set_callbacks(ProgressBar(max_propagation_depth=0))
    search.fit(part.texts, part.tags, groups=part.groups)
    table = search.cv_results_
    for row, candidate in enumerate(candidates):
        for name in SCORERS:
            folds = [table[f"split{fold}_test_{name}"][row] for fold in range(size.n_folds)]
            candidate.scores[name] = np.array(folds)
        candidate.scores["seconds"] = table["mean_fit_time"][row]
    return search.best_estimator_


def contenders(candidates):
    """The best plain net, the best strategy and the best baseline; the best of them first."""
    leaders = [
        max((each for each in candidates if each.role == role), key=mean_f1)
        for role in ("plain", "strategy", "baseline")  # a tie goes to what is simpler
    ]
    return sorted(leaders, key=mean_f1, reverse=True)


def mean_f1(candidate):
    """What candidates are ranked by."""
    return candidate.f1.mean()


def fit_all(pipeline, candidates, part, *, n_jobs):
    """Fit the pipeline of each candidate on a part."""
    models = [_pipeline_of(pipeline, each) for each in candidates]
    return Parallel(n_jobs=n_jobs)(delayed(model.fit)(part.texts, part.tags) for model in models)


def score_on(model, part):
    """Every score of a fitted model on a part, as a dict."""
    return {name: scorer(model, part.texts, part.tags) for name, scorer in SCORERS.items()}


def macro_f1_by_size(pipeline, candidate, part, size, *, n_jobs, seed):
    """Macro F1 of a candidate trained on ever more sequences, on the folds of the grid.

    Returns
    -------
    train_sizes : ndarray of shape (n_sizes,)

    test_scores : ndarray of shape (n_sizes, n_folds)
        The last size is all there is, and its scores are those of the grid.
    """
    train_sizes, _, test_scores = learning_curve(
        _pipeline_of(pipeline, candidate),
        part.texts,
        part.tags,
        groups=part.groups,
        train_sizes=np.array(size.curve_fractions),
        cv=GroupKFold(size.n_folds),
        scoring=SCORERS["macro_f1"],
        shuffle=True,
        random_state=seed,
        n_jobs=n_jobs,
        error_score="raise",
    )
    full = round(len(part.texts) * (1 - 1 / size.n_folds))
    return np.append(train_sizes, full), np.vstack([test_scores, candidate.f1])


def _pipeline_of(pipeline, candidate):
    return clone(pipeline).set_params(**clone(candidate.params, safe=False))
