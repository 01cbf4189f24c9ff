"""Recipes of training on the training parts of real sets: what makes the plain net stronger.

Each recipe changes one default of the net, its encoder or how it learns, and nothing about
imbalance. All are compared on the same folds of the training parts (`_real_sets.py`); test parts
are not used. No claim is asserted: the tables are the result. Finished fits are kept, so a run that
was stopped resumes where it ended.

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

CONSTANT = {"constant rate": {"lr_schedule": "constant"}, "cosine": {"lr_schedule": "cosine"}}

# What the defaults would be worth with one thing changed.
RECIPES = {
    "tokens": CONSTANT
    | {
        "bilstm": {"encoder": "bilstm"},
        "bag": {"encoder": "bag"},
        "bilstm+bag": {"encoder": "bilstm+bag"},
        "embedding_std=1": {"embedding_std": 1.0},
        "dropout .2": {"dropout": 0.2, "embedding_dropout": 0.0},
        "dropout .5": {"dropout": 0.5, "embedding_dropout": 0.2},
        "30 epochs": {"max_epochs": 30},
    },
    "values": CONSTANT
    | {
        "bilstm": {"encoder": "bilstm"},
        "cnn": {"encoder": "cnn", "num_layers": 3, "lr": 0.004},
        "tcn": {"encoder": "tcn"},
        "mean pooling": {"pooling": "mean"},
        "no dropout": {"dropout": 0.0},
        "adamw": {"optimizer": "adamw", "weight_decay": 0.01},
        "30 epochs": {"max_epochs": 30},
    },
    "tags": CONSTANT
    | {
        "dropout .2": {"dropout": 0.2, "embedding_dropout": 0.0},
        "dropout .5": {"dropout": 0.5, "embedding_dropout": 0.2},
        "locked dropout": {"locked_dropout": True},
        "step dropout .1": {"step_dropout": 0.1},
        "crf": {"head": "crf"},
    },
    "value tags": CONSTANT
    | {
        "bilstm": {"encoder": "bilstm"},
        "causal": {"causal": True},
        "lstm, causal": {"encoder": "lstm", "causal": True},
        "32 channels, causal": {"hidden_size": 32, "causal": True},
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
            refit=False,
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
