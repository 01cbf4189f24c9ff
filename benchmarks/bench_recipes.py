"""Recipes of training on the training parts of real sets: what makes the plain net stronger.

Each recipe changes the encoder of the plain net, or how it learns, and nothing about imbalance. All
are compared on the same folds of the training parts (`_real_sets.py`); test parts are not used. No
claim is asserted: the tables are the result. Finished fits are kept, so a run that was stopped
resumes where it ended.

Run: ``python benchmarks/bench_recipes.py [--sets docstrings phalanx] [--repeats 1]``
"""

import argparse
import warnings
from pathlib import Path

import torch
from _real_sets import SETS

from skseq.metrics import get_scorer
from skseq.model_selection import compare_strategies, make_plain_pipeline

HERE = Path(__file__).parent

DECAY = {"lr_schedule": "linear"}
COSINE = {"lr_schedule": "cosine"}
STRONG_DROPOUT = {"dropout": 0.5, "embedding_dropout": 0.2}
SMALL_START = {"embedding_std": 0.1}
BAG = {"encoder": "bag", "pooling": "mean", "embedding_dim": 128}
RESNET = {
    "encoder": "resnet",
    "pooling": "mean",
    "dropout": 0.0,
    "optimizer": "adamw",
    "lr": 0.002,
    "weight_decay": 0.01,
}

RECIPES = {
    "tokens": {
        "linear": DECAY,
        "cosine": COSINE,
        "linear, dropout .5": DECAY | STRONG_DROPOUT,
        "linear, small start": DECAY | SMALL_START,
        "bag, linear, small start": BAG | DECAY | SMALL_START,
        "bag, linear, small start, 60 epochs": BAG | DECAY | SMALL_START | {"max_epochs": 60},
        "bilstm+bag, linear, small start": DECAY | SMALL_START | {"encoder": "bilstm+bag"},
    },
    "values": {
        "linear": DECAY,
        "cosine": COSINE,
        "cnn, cosine": COSINE | {"encoder": "cnn", "num_layers": 3},
        "tcn, cosine": COSINE | {"encoder": "tcn", "lr": 0.004},
        "resnet": RESNET,
        "resnet, cosine": RESNET | COSINE,
        "resnet, cosine, 60 epochs": RESNET | COSINE | {"max_epochs": 60},
    },
    "tags": {
        "linear": DECAY,
        "cosine": COSINE,
        "linear, locked dropout .5": DECAY | {"dropout": 0.5, "locked_dropout": True},
        "linear, step dropout .1": DECAY | {"step_dropout": 0.1},
    },
    "value tags": {
        "linear": DECAY,
        "cosine": COSINE,
        "tcn, linear": DECAY | {"encoder": "tcn", "lr": 0.004},
        "tcn, causal, linear": DECAY | {"encoder": "tcn", "lr": 0.004, "causal": True},
        "lstm, causal, linear": DECAY | {"encoder": "lstm", "causal": True},
    },
}


def compare_on(name, n_repeats, n_jobs, directory):
    """Compare all recipes on folds of the training part of a set."""
    part = SETS[name](0)
    recipes = {
        recipe: {f"model__{parameter}": value for parameter, value in parameters.items()}
        for recipe, parameters in RECIPES[part.kind].items()
    }
    scoring = "f1_macro"
    if "tags" in part.kind:
        scoring = get_scorer("tag_f1_macro", exclude=part.background)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a collapse shows in the scores
        return compare_strategies(
            make_plain_pipeline(part.kind, random_state=0),
            part.X_train,
            part.y_train,
            recipes,
            kind=part.kind,
            cv=3,
            n_repeats=n_repeats,
            scoring=scoring,
            baselines=False,
            directory=directory,
            n_jobs=n_jobs,
            verbose=0,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--repeats", type=int, default=1, help="how often other folds are drawn")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=HERE / ".cache" / "recipes")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in options.sets:
        print(f"\n{name}: {' '.join(SETS[name].__doc__.split())}\n", flush=True)
        print(compare_on(name, options.repeats, options.jobs, options.cache / name), flush=True)


if __name__ == "__main__":
    main()
