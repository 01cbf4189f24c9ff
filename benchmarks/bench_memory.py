"""Memory that a fit needs on top of the data.

Claim, asserted below: the process of a fit, from the data on, never holds more than 3 times the
data plus the model (weights, gradients and Adam's two moments: 4 times its parameters), for 200 MB
of values in float32 and in float64, for a classifier and a tagger.

Each fit runs in a process of its own, which measures how far the peak of its resident memory
rises above what it was after imports and a fit on a little data.

Run: ``python benchmarks/bench_memory.py``
"""

import resource
import subprocess
import sys
import warnings

import numpy as np

MEGABYTES = 200
LENGTH, N_FEATURES = 100, 200
MAX_RATIO = 3.0
DTYPES = ["float32", "float64"]
ESTIMATORS = ["SequenceClassifier", "SequenceTagger"]


def main():
    print(f"{MEGABYTES} MB of steps in sequences of {LENGTH}; peak of a fit of one epoch, MB")
    ratios = {}
    for estimator in ESTIMATORS:
        for dtype in DTYPES:
            process = subprocess.run(
                [sys.executable, __file__, estimator, dtype],
                check=True,
                capture_output=True,
                text=True,
            )
            data, model, peak = map(float, process.stdout.split())
            ratios[estimator, dtype] = (peak - model) / data
            print(
                f"  {estimator:<18} {dtype:<7} data {data:5.0f}, model {model:4.1f}, "
                f"peak {peak:5.0f}: {ratios[estimator, dtype]:.2f} times the data"
            )
    worst = max(ratios, key=ratios.get)
    assert ratios[worst] <= MAX_RATIO, f"{worst} needs {ratios[worst]:.2f} times its data"


def measure(estimator, dtype):
    """Print megabytes of the data, of the model, and of the peak of a fit, data included."""
    import skseq

    warnings.simplefilter("ignore", skseq.exceptions.CollapseWarning)
    # Few states: what grows with the data is looked for here, and an epoch stays short.
    model = getattr(skseq, estimator)("cnn", hidden_size=4, max_epochs=1)
    model.fit(*make_data(estimator, dtype, megabytes=1))
    before = resident()
    X, y = make_data(estimator, dtype, MEGABYTES)
    model.fit(X, y)
    data = X.values.nbytes + (y.nbytes if isinstance(y, np.ndarray) else y.values.nbytes)
    weights = sum(weight.nbytes for weight in model.net_.module_.parameters())
    for size in (data, 4 * weights, peak() - before):
        print(size / 2**20)


def make_data(estimator, dtype, megabytes):
    import skseq

    rng = np.random.default_rng(0)
    n_sequences = megabytes * 2**20 // (LENGTH * N_FEATURES * np.dtype(dtype).itemsize)
    n_steps = n_sequences * LENGTH
    # Drawn in its own precision: float64 noise on the way to float32 would be the peak itself.
    values = rng.random((n_steps, N_FEATURES), dtype=dtype)
    offsets = np.arange(0, n_steps + 1, LENGTH)
    X = skseq.Sequences(values, offsets)
    if estimator == "SequenceTagger":
        return X, skseq.Sequences(rng.integers(0, 2, n_steps, dtype=np.int8), offsets)
    return X, np.arange(len(X)) % 2


def resident():
    """Bytes of memory that this process holds now."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def peak():
    """Bytes of memory that this process ever held; Linux counts kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measure(*sys.argv[1:])
    else:
        main()
