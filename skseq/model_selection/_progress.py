"""What a long comparison shows while it runs: the candidate, the leader, the time left."""

import sys

import numpy as np
from tqdm import tqdm

from skseq._progress import is_watched

_FORMAT = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"


def follow(results, tasks, score, verbose):
    """Pass results on as they come, and show the progress.

    Parameters
    ----------
    results : iterable
        The results of the tasks, in their order.

    tasks : list of (str, int)
        Name of the candidate and number of the fold, of each fit.

    score : callable
        Gives the score of a result; NaN for a failed one. Not called where nothing is shown.

    verbose : int
        0 shows nothing, 1 shows it to a person (a terminal or a notebook), 2 always writes it to
        stderr.

    Yields
    ------
    object
        Each of the results.
    """
    if not (verbose > 1 or (verbose and is_watched())):
        yield from results
        return
    scores = {name: [] for name, _ in tasks}
    n_folds = 1 + max(fold for _, fold in tasks)
    results = iter(results)
    with tqdm(total=len(tasks), bar_format=_FORMAT, file=sys.stderr, dynamic_ncols=True) as bar:
        for name, fold in tasks:
            so_far = f" ({np.mean(scores[name]):.3f} so far)" if scores[name] else ""
            bar.set_description_str(f"{name}{so_far}, fold {fold + 1} of {n_folds}")
            result = next(results)
            scores[name].append(score(result))
            bar.set_postfix_str(_leader(scores), refresh=False)
            bar.update()
            yield result


def _leader(scores):
    means = {name: np.mean(known) for name, known in scores.items() if known}
    best = max(means, key=lambda name: np.nan_to_num(means[name], nan=-np.inf))
    return f"best {means[best]:.3f}: {best}"
