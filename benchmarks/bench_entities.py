"""Named entities at published splits: one tagger, and one change of it for each remedy.

Span F1 of `skseq.metrics.span_f1_score`, micro and macro; sklearn-crfsuite with its tutorial's
features runs beside it. ``--dev`` leaves test parts alone: then a fifth of the training sentences
of AnEM, its last documents, and the development part of WNUT-17 are scored. Finished fits are
kept, so a run that was stopped goes on where it ended. No claim is asserted.

Run: ``python benchmarks/bench_entities.py [--sets wnut17 anem] [--seeds 3] [--output PAGE]``
"""

import argparse
import warnings
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from _entity_candidates import ADVICE, PLAIN, candidates
from _kept_fits import keep, path_of, read
from _real_sets import DATA
from joblib import Parallel, delayed

from skseq.datasets import read_conll
from skseq.metrics import span_f1_score

HERE = Path(__file__).parent

ABOUT = {
    "wnut17": "Posts with names that training has not seen, 6 types; 95 % of the words are none.",
    "anem": "Biomedical sentences with parts of bodies, 11 types; 96 % of the words are none.",
}


def load(name, dev):
    """Training and test sentences with their tags."""
    train = read_conll(DATA / name / "train.conll")
    if not dev:
        test = read_conll(DATA / name / "test.conll")
    elif name == "wnut17":
        test = read_conll(DATA / name / "dev.conll")
    else:
        cut = int(0.8 * len(train.data))  # documents stand one after the other
        parts = slice(cut), slice(cut, None)
        return [part for rows in parts for part in (train.data[rows], train.target[rows])]
    return train.data, train.target, test.data, test.target


def fit_and_score(name, candidate, seed, dev):
    """Fit a candidate: micro and macro span F1, and seconds."""
    torch.set_num_threads(1)
    X_train, y_train, X_test, y_test = load(name, dev)
    start = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a collapse shows in the scores
        model = candidates(name, seed)[candidate].fit(X_train, y_train)
    seconds = perf_counter() - start
    predicted = model.predict(X_test)
    scores = {each: span_f1_score(y_test, predicted, average=each) for each in ("micro", "macro")}
    return scores | {"seconds": seconds}


def cached(name, candidate, seed, dev, cache):
    """Fit unless the cache has it."""
    keep(
        path_of(cache, name, candidate, seed, dev),
        f"{name}, {candidate}, seed {seed}",
        partial(fit_and_score, name, candidate, seed, dev),
    )


def write_page(path, options):
    """Write what the cache has as tables."""
    command = f"python benchmarks/bench_entities.py --output {path}"
    parts = [_HEAD.format(command=command, part="development" if options.dev else "test")]
    for name in options.sets:
        rows = {each: _figures(name, each, options) for each in candidates(name, 0)}
        rows = {each: figures for each, figures in rows.items() if figures}
        plain = rows.get(PLAIN, [])
        lines = [
            "| | micro F1 | macro F1 | macro, above plain | seconds |",
            "|---|--:|--:|--:|--:|",
        ]
        lines += [_line(each, figures, plain) for each, figures in rows.items()]
        parts.append(f"## {name}\n\n{ABOUT[name]}\n\n" + "\n".join(lines))
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


_HEAD = f"""# Named entities: what helps rare ones

```sh
{{command}}
```

Written by this command: span F1 of the {{part}} parts in percent, mean ± standard deviation over
seeds, whose number is in brackets. Everything learns from the training part alone; nothing from
outside. `{PLAIN}` is the tagger of the guide without a remedy, `{ADVICE}` what the guide advises;
each other row is one change of `{PLAIN}`, for about as many updates. "Above plain" is the mean
difference by seed with its standard error; **bold** is above two of them. What was chosen, was
chosen on development parts. Seconds are those of a fit on one thread of a busy machine."""


def _figures(name, candidate, options):
    seeds = range(options.seeds)
    return read([path_of(options.cache, name, candidate, seed, options.dev) for seed in seeds])


def _line(name, figures, plain):
    micro, macro = ([100 * each[key] for each in figures] for key in ("micro", "macro"))
    lead = ""
    n = min(len(figures), len(plain))
    if n > 1 and figures is not plain:
        gains = np.subtract(macro[:n], [100 * each["macro"] for each in plain[:n]])
        error = np.std(gains, ddof=1) / np.sqrt(n)
        lead = f"{gains.mean():+.1f} ± {error:.1f}"
        lead = f"**{lead}**" if gains.mean() > 2 * error else lead
    seconds = np.mean([each["seconds"] for each in figures])
    label = f"{name} ({len(figures)})"
    return f"| {label} | {_spread(micro)} | {_spread(macro)} | {lead} | {seconds:.0f} |"


def _spread(values):
    return f"{np.mean(values):.1f}" + (
        f" ± {np.std(values, ddof=1):.1f}" if len(values) > 1 else ""
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=ABOUT, default=list(ABOUT))
    parser.add_argument("--only", nargs="+", help="candidates by name")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--dev", action="store_true", help="development parts, not test parts")
    parser.add_argument("--cache", type=Path, default=HERE / ".cache" / "entities")
    parser.add_argument("--output", type=Path, help="Markdown page to write")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    todo = [
        (name, candidate, seed, options.dev, options.cache)
        for name in options.sets
        for candidate in candidates(name, 0)
        if not options.only or candidate in options.only
        for seed in range(options.seeds)
    ]
    Parallel(options.jobs)(delayed(cached)(*each) for each in todo)
    if options.output is not None:
        write_page(options.output, options)
        print(f"wrote {options.output}")


if __name__ == "__main__":
    main()
