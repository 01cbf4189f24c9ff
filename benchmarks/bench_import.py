"""What `import skseq` and the command cost, before anything is computed.

Claims, asserted below, of the median of fresh interpreters:

1. `import skseq` takes less than 0.3 s more than `import numpy`.
2. `import skseq.metrics` takes at most 1.25 times as long as `import sklearn.metrics`, on which it
   stands.

Run: ``python benchmarks/bench_import.py``
"""

import subprocess
import sys
from statistics import median
from time import perf_counter

N_RUNS = 7
MAX_SECONDS_BEYOND_NUMPY = 0.3
MAX_METRICS_RATIO = 1.25
MODULES = ["numpy", "skseq", "skseq.cli", "sklearn.metrics", "skseq.metrics", "skseq.estimators"]


def main():
    runs = {module: [] for module in MODULES}
    for _ in range(N_RUNS):  # in turn, so that a busy moment hits all of them
        for module in MODULES:
            runs[module].append(seconds_to_import(module))
    seconds = {module: median(taken) for module, taken in runs.items()}

    print(f"a fresh interpreter that imports, median of {N_RUNS}")
    for module, taken in seconds.items():
        print(f"  {module:17} {taken:5.2f} s {taken / seconds['numpy']:6.1f} times numpy")

    assert seconds["skseq"] - seconds["numpy"] < MAX_SECONDS_BEYOND_NUMPY
    assert seconds["skseq.metrics"] <= MAX_METRICS_RATIO * seconds["sklearn.metrics"]


def seconds_to_import(module):
    start = perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)
    return perf_counter() - start


if __name__ == "__main__":
    main()
