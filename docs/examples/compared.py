"""The comparison of the front page, as a picture.

Run: ``python docs/examples/compared.py [PICTURE]``; the picture goes to compared.svg by default.
It takes a few minutes.
"""

import sys
import warnings

from matplotlib.figure import Figure

from skseq.datasets import load_python_tokens
from skseq.metrics import get_scorer
from skseq.model_selection import compare_strategies, make_plain_pipeline
from skseq.report import StrategyComparisonDisplay


def main(path="compared.svg"):
    data = load_python_tokens(n_sequences=300, max_length=100, random_state=0)
    net = make_plain_pipeline("tags", random_state=0).set_params(encode__level="char")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rare tags that are never predicted
        comparison = compare_strategies(
            net, data.data, data.target, ["TagOverSampler", "weight sqrt"], groups=data.groups,
            cv=3, scoring=get_scorer("tag_f1_macro", exclude="O"), n_jobs=2, verbose=0,
        )  # fmt: skip
    print(comparison)
    figure = Figure(figsize=(8, 3.5), layout="constrained", facecolor="white")
    display = StrategyComparisonDisplay.from_comparison(comparison, ax=figure.subplots())
    display.ax_.set_xlabel("macro F1 of the rare tags, three folds of files")
    figure.savefig(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
