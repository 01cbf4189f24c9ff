"""Sampling whole sequences at random, and making new ones between neighbours.

Claims, asserted below on the best run of each, taken by turns in one process:

1. `SequenceOverSampler` and `SequenceUnderSampler` take at most twice as long on 200,000 ragged
   sequences as imbalanced-learn's on a matrix of the same number of rows and bytes.
2. `SequenceSMOTE` with DTW is at least 5 times faster than aeon's elastic SMOTE (`ESMOTE` with
   DTW) on random walks, and at least 2.5 times on noisy waves of one height, of which no lower
   bound rules out any. Univariate series of equal length, which is all that `ESMOTE` takes; same
   k, no band, one thread, compilation of aeon not counted.
3. Its memory grows with the number of sequences, not with the square: twice as many need at most
   2.5 times as much.

aeon requires older versions of numpy and pandas than others do, so give it an environment of its
own (``pip install aeon imbalanced-learn``); without it claim 2 is skipped.

Run: ``python benchmarks/bench_samplers.py``
"""

import tracemalloc
from time import perf_counter

import numpy as np
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

from skseq import Sequences
from skseq.samplers import SequenceOverSampler, SequenceSMOTE, SequenceUnderSampler

try:
    from aeon.transformations.collection.imbalance import ESMOTE
except ImportError:
    ESMOTE = None

N_SEQUENCES, MEAN_STEPS = 200_000, 20
MAX_RANDOM_RATIO = 2.0
K_NEIGHBORS = 5
# What the series are, members of the small class and of the large one, and steps.
SMOTE_DATA = [
    ("random walks", 100, 400, 100),
    ("random walks", 200, 400, 100),
    ("random walks", 100, 400, 200),
    ("waves", 100, 400, 100),
    ("waves", 200, 400, 100),
]
MIN_SMOTE_SPEEDUP = {"random walks": 5.0, "waves": 2.5}
MAX_MEMORY_RATIO = 2.5


def main():
    rng = np.random.default_rng(0)
    ratios = compare_random_sampling(rng)
    speedups = compare_smote(rng)
    memory_ratio = compare_memory(rng)

    assert max(ratios) <= MAX_RANDOM_RATIO
    assert all(speedup >= MIN_SMOTE_SPEEDUP[kind] for kind, speedup in speedups)
    assert memory_ratio <= MAX_MEMORY_RATIO


def compare_random_sampling(rng):
    """Time of ours over time of imbalanced-learn's, for over- and for under-sampling."""
    matrix = rng.normal(size=(N_SEQUENCES, MEAN_STEPS))
    ragged = Sequences.from_lengths(matrix.ravel(), lengths_of_mean(rng, N_SEQUENCES, MEAN_STEPS))
    y = (rng.uniform(size=N_SEQUENCES) < 0.2).astype(np.int64)
    print(
        f"{N_SEQUENCES:,} sequences of {ragged.lengths.min()} to {ragged.lengths.max()} steps, "
        f"and a matrix of {MEAN_STEPS} columns, {matrix.nbytes / 1e6:.0f} MB each"
    )
    ratios = []
    for ours, theirs in [
        (SequenceOverSampler(random_state=0), RandomOverSampler(random_state=0)),
        (SequenceUnderSampler(random_state=0), RandomUnderSampler(random_state=0)),
    ]:
        seconds = best_times(
            {
                ours: lambda sampler: sampler.fit_resample(ragged, y),
                theirs: lambda sampler: sampler.fit_resample(matrix, y),
            },
            runs=7,
        )
        np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)
        ratios.append(seconds[ours] / seconds[theirs])
        report(seconds, f"{ratios[-1]:.2f} times the time")
    return ratios


def lengths_of_mean(rng, n_sequences, mean):
    """Lengths from 1 to twice the mean; each two add up to twice the mean."""
    half = rng.integers(1, 2 * mean, n_sequences // 2)
    return rng.permutation(np.concatenate([half, 2 * mean - half]))


def compare_smote(rng):
    """Kind of series and time of ESMOTE over time of ours, for each size."""
    if ESMOTE is None:
        print("aeon is not installed: claim 2 is skipped")
        return []
    speedups = []
    for kind, n_small, n_large, n_steps in SMOTE_DATA:
        print(f"{n_small} and {n_large} {kind} of {n_steps} steps, k = {K_NEIGHBORS}, DTW")
        X = SERIES[kind](rng, n_small + n_large, n_steps)[:, None]
        y = np.repeat([1, 0], [n_small, n_large])
        ours = SequenceSMOTE(k_neighbors=K_NEIGHBORS, random_state=0)
        theirs = ESMOTE(n_neighbors=K_NEIGHBORS, distance="dtw", random_state=0)
        few = np.r_[:10, n_small : n_small + 20]
        theirs.fit_transform(X[few], y[few])  # compiles
        seconds = best_times(
            {
                ours: lambda sampler, X=X[:, 0], y=y: sampler.fit_resample(X, y),
                theirs: lambda sampler, X=X, y=y: sampler.fit_transform(X, y),
            },
            runs=3,
        )
        speedups.append((kind, seconds[theirs] / seconds[ours]))
        report(seconds, f"{speedups[-1][1]:.1f} times faster")
    return speedups


def random_walks(rng, n_series, n_steps):
    return rng.normal(size=(n_series, n_steps)).cumsum(axis=1)


def waves(rng, n_series, n_steps):
    frequency, phase = rng.uniform(1, 4, (n_series, 1)), rng.uniform(0, 1, (n_series, 1))
    wave = np.sin(2 * np.pi * (frequency * np.arange(n_steps) / n_steps + phase))
    return wave + rng.normal(scale=0.2, size=wave.shape)


SERIES = {"random walks": random_walks, "waves": waves}


def compare_memory(rng, n_sequences=400, mean_steps=50):
    """Peak of `SequenceSMOTE` on twice as many sequences over the peak on these."""
    peaks = []
    for n in (n_sequences, 2 * n_sequences):
        lengths = lengths_of_mean(rng, n, mean_steps)
        X = Sequences.from_lengths(rng.normal(size=(lengths.sum(), 2)), lengths)
        y = np.arange(n) < 0.4 * n
        tracemalloc.start()
        SequenceSMOTE(random_state=0).fit_resample(X, y)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        print(f"  {n:>5} sequences, {X.values.nbytes / 1e6:.1f} MB: peak {peaks[-1] / 1e6:.1f} MB")
    return peaks[1] / peaks[0]


def best_times(functions, runs):
    """Least seconds of each; they take turns, so that a busy machine slows all of them."""
    seconds = dict.fromkeys(functions, np.inf)
    for _ in range(runs):
        for sampler, run in functions.items():
            start = perf_counter()
            run(sampler)
            seconds[sampler] = min(seconds[sampler], perf_counter() - start)
    return seconds


def report(seconds, verdict):
    for sampler, best in seconds.items():
        print(f"  {type(sampler).__name__:<22} {best:7.3f} s")
    print(f"  {verdict}")


if __name__ == "__main__":
    main()
