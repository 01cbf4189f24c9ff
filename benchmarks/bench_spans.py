"""Scoring the spans of a million tagged steps.

Claim, asserted below: F1 of spans over 1,000,000 steps in 50,000 sequences of uneven length takes
under 2 s, relaxed and strict, from tags as text and as Python objects.

seqeval, where it is installed, scores the same tags in the same run and must agree.

Run: ``python benchmarks/bench_spans.py``
"""

from time import perf_counter

import numpy as np

from skseq import Sequences
from skseq.metrics import span_f1_score

N_STEPS = 1_000_000
N_SEQUENCES = 50_000
MAX_SECONDS = 2.0
TAGS = np.array(["O", *(f"{letter}-{kind}" for kind in ("PER", "LOC", "ORG") for letter in "BI")])


def main():
    rng = np.random.default_rng(0)
    cuts = np.sort(rng.choice(np.arange(1, N_STEPS), N_SEQUENCES - 1, replace=False))
    lengths = np.diff(np.concatenate([[0], cuts, [N_STEPS]]))
    truth = rng.choice(TAGS, N_STEPS, p=[0.7, *[0.05] * 6])
    guess = np.where(rng.random(N_STEPS) < 0.9, truth, rng.choice(TAGS, N_STEPS))
    y_true, y_pred = (Sequences.from_lengths(values, lengths) for values in (truth, guess))
    objects = [y.replace(values=y.values.astype(object)) for y in (y_true, y_pred)]

    print(f"{N_STEPS:,} steps in {N_SEQUENCES:,} sequences; best of 3 runs")
    slowest = 0.0
    for scheme in (None, "IOB2"):
        for kind, pair in (("text", (y_true, y_pred)), ("objects", objects)):
            seconds, score = best_time(span_f1_score, *pair, scheme=scheme)
            slowest = max(slowest, seconds)
            print(f"  skseq    {scheme or 'relaxed':8} {kind:8} {seconds:6.2f} s  F1 {score:.6f}")
    compare_with_seqeval(y_true, y_pred)
    assert slowest < MAX_SECONDS


def compare_with_seqeval(y_true, y_pred):
    try:
        from seqeval.metrics import f1_score
    except ImportError:
        print("  seqeval is not installed; skipped")
        return
    lists = y_true.tolist(), y_pred.tolist()
    seconds, score = best_time(f1_score, *lists, runs=1)
    print(f"  seqeval  relaxed  lists    {seconds:6.2f} s  F1 {score:.6f}")
    assert np.isclose(score, span_f1_score(y_true, y_pred))


def best_time(function, *args, runs=3, **kwargs):
    times = []
    for _ in range(runs):
        start = perf_counter()
        result = function(*args, **kwargs)
        times.append(perf_counter() - start)
    return min(times), result


if __name__ == "__main__":
    main()
