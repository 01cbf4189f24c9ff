"""Dialogue acts from two numbers per row: by a tagger, and by a classifier of windows.

34,890 rows of one frame, two measurements each and 5 acts, of which one makes up 90 %. A row alone
tells little; what came just before tells its act. The rows are made up, by a process whose best
possible predictions are known: the last line says how much there was to gain.

Run it with ``python docs/examples/dialogue.py``; it takes less than a minute.
"""

import numpy as np
import pandas as pd
import torch
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupShuffleSplit

from skseq import SequenceClassifier, SequenceTagger
from skseq.datasets import make_imbalanced_tags
from skseq.preprocessing import make_windows, merge_windows

N_ROWS = 34_890
ACTS = np.array(["statement", "question", "answer", "backchannel", "disruption"])
SPLIT = GroupShuffleSplit(1, test_size=0.25, random_state=0)  # whole talks, never parts of one


def make_frame():
    """One row per turn: talk, number in it, two measurements, act; and the best predictions."""
    X, y, posterior = make_imbalanced_tags(
        400,
        n_classes=len(ACTS),
        weights=0.9,
        length=(40, 200),
        class_sep=4.0,
        random_state=0,
        return_posterior=True,
    )
    frame = pd.DataFrame(X.values, columns=["pitch", "energy"])
    frame["talk"] = X.sequence_index()
    frame["turn"] = frame.groupby("talk").cumcount()
    frame["act"] = ACTS[y.values]
    best = ACTS[posterior.values.argmax(axis=1)]
    return frame[:N_ROWS], best[:N_ROWS]


def tag(frame):
    """One label per step: the tagger reads stretches of 64 turns, in both directions."""
    X, y, groups, index = make_windows(
        frame, "act", length=64, label_rule="step", by="talk", time="turn"
    )
    train, test = next(SPLIT.split(X, groups=groups))
    model = SequenceTagger(max_epochs=20, random_state=0)
    predicted = model.fit(X[train], y[train]).predict(X[test])
    return merge_windows(predicted, index[test], len(frame), fill_value="")


def classify(frame):
    """One label per window: the classifier reads a turn and the 7 before it, and names the turn."""
    X, y, groups, index = make_windows(
        frame, "act", length=8, stride=1, padding="short-start", by="talk", time="turn"
    )
    train, test = next(SPLIT.split(X, groups=groups))
    model = SequenceClassifier(pooling="last", batch_size=256, max_epochs=5, random_state=0)
    predicted = model.fit(X[train], y[train]).predict(X[test])
    return merge_windows(predicted, index[test], len(frame), how="first", fill_value="")


if __name__ == "__main__":
    torch.set_num_threads(1)  # nets as small as these run fastest so
    frame, best = make_frame()
    acts = frame["act"].to_numpy()
    predictions = {
        "always the commonest": np.full(len(frame), "statement"),
        "classifier of windows": classify(frame),
        "tagger": tag(frame),
        "best possible": best,
    }
    is_test = predictions["tagger"] != ""
    print(f"{len(frame)} rows, macro F1 on {is_test.sum()} of them:")
    for name, predicted in predictions.items():
        score = f1_score(acts[is_test], predicted[is_test], average="macro")
        print(f"  {name:22} {score:.2f}")
