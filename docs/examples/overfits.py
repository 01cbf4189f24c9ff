"""A net that learns a few hundred texts by heart, and what changes that: pictures of `history_`.

Run: ``python docs/examples/overfits.py [PICTURE]``; the picture goes to overfits.png by default.
"""

import sys
import warnings

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import f1_score
from sklearn.model_selection import train_test_split

from skseq import SequenceClassifier
from skseq.datasets import load_docstrings
from skseq.preprocessing import TokenEncoder

WATCHED = {"early_stopping": "best", "validation_fraction": 0.25, "n_iter_no_change": 1000}
NETS = {
    "BiLSTM, constant rate": {"encoder": "bilstm", "lr_schedule": "constant"},
    "BiLSTM, dropout .5": {"encoder": "bilstm", "dropout": 0.5, "embedding_dropout": 0.2},
    "defaults": {},
}


def main(path="overfits.png"):
    texts, y = load_docstrings(return_X_y=True)
    train, test = train_test_split(np.arange(len(y)), test_size=0.33, random_state=0)
    encoder = TokenEncoder().fit([texts[row] for row in train])
    X = [encoder.transform([texts[row] for row in rows]) for rows in (train, test)]
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    axes = figure.subplots(1, len(NETS), sharey=True)
    for ax, (name, params) in zip(axes, NETS.items(), strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rare classes that are never predicted
            watched = SequenceClassifier(max_epochs=40, random_state=0, **params, **WATCHED)
            watched.fit(X[0], y[train])
            model = SequenceClassifier(random_state=0, **params).fit(X[0], y[train])
        score = f1_score(y[test], model.predict(X[1]), average="macro")
        print(f"  {name:<24}{score:.2f}")
        epochs = np.arange(1, watched.n_iter_ + 1)
        ax.plot(epochs, watched.history_[:, "train_loss"], label="training")
        ax.plot(epochs, watched.history_[:, "valid_loss"], label="held out")
        ax.set(title=f"{name}\nmacro F1 on other texts {score:.2f}", xlabel="epoch")
    axes[0].set(ylabel="loss")
    axes[-1].legend()
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main(*sys.argv[1:])
