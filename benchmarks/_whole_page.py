"""The tables of `bench_whole.py`, as a page."""

import numpy as np
from _whole_sets import WHOLE_SETS

# Read from papers and from their authors' repositories; sources are in the sets' own READMEs.
PUBLISHED = {
    "cefr": "TF-IDF of words and characters, balanced LR, same split: QWK .503, macro F1 .243",
    "clinc": "Larson et al. 2019: fastText .872, SVM .899, CNN with GloVe .891, BERT .963 in scope",
    "mrda": "CNN .846 (Lee & Dernoncourt 2016), SGNN .867 (Ravi 2018) accuracy, alone",
    "meetings": "BiLSTM-CRF with pretrained vectors .909 accuracy (Kumar et al. 2017)",
    "fd001": "LSTM with window 50, on 93 test engines: last-step F1 .96 (Azure template)",
    "ewt": "UDPipe 1.2 .774, Stanza 1.1 .811, Trankit (XLM-R) .884 sentence F1",
    "ecg5000": "best net, 5 runs: ResNet .571 balanced accuracy (Ismail Fawaz et al. 2019)",
    "medical": "best nets, 5 runs: FCN and ResNet .762 balanced accuracy",
    "plaid": "best net, 5 runs: ResNet .900 balanced accuracy",
    "phalanx": "best net, 5 runs: MCDCNN .556 balanced accuracy",
}


def write_page(path, tables, n_seeds, *, dev):
    """Write the page.

    Parameters
    ----------
    path : Path
        The Markdown file.

    tables : dict of str to dict of str to dict of str to ndarray
        Set -> candidate -> figure -> values, one for each seed.

    n_seeds : int
        Seeds of each row, at most.

    dev : bool
        Whether figures are of development parts.
    """
    command = f"python benchmarks/bench_whole.py --seeds {n_seeds}{' --dev' if dev else ''}"
    parts = [_HEAD.format(command=command, n_seeds=n_seeds, part="development" if dev else "test")]
    for name, candidates in tables.items():
        about = " ".join(WHOLE_SETS[name].__doc__.split())
        parts.append(f"## {name}\n\n{about}\n\n{_table(candidates)}")
        if name in PUBLISHED:
            parts.append(f"Published: {PUBLISHED[name]}.")
        parts.append(f"```sh\npython benchmarks/bench_whole.py --sets {name}\n```")
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


_HEAD = """# Whole sets: the net, and what it has to beat

```sh
{command} --output docs/results_whole.md
```

Written by this command: figures of the {part} parts, mean ± standard deviation over {n_seeds} seeds
(fewer where so noted), of F1 over the classes that the test part has. Parameters were chosen on
development parts or out of folds of the training part; the test part of docstrings had been looked
at for other models before the last choice. A seed draws first weights and batches; of docstrings
also which texts train. Seconds are those of a fit on one thread of a busy machine, of meetings and
most of ewt on a GPU, as a rough guide only."""


def _table(candidates):
    figures = list(next(iter(candidates.values())))
    lines = [["candidate", *figures], ["---", *["---:"] * len(figures)]]
    for name, values in candidates.items():
        n = len(values[figures[0]])
        lines.append([f"{name} ({n} seeds)" if n > 1 else f"{name} (1 seed)"])
        lines[-1] += [_cell(values[figure], figure) for figure in figures]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(values, figure):
    if figure == "seconds":
        return f"{np.mean(values):.0f}"
    spread = f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else ""
    return f"{np.mean(values):.3f}{spread}"
