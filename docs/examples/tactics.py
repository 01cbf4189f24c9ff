"""Eight tactics against imbalance on one real set of texts: what each of them adds to a plain net.

Run: ``python docs/examples/tactics.py``; two to three minutes on one core.
"""

import warnings

import numpy as np
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.pipeline import Pipeline, make_pipeline
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import OneClassSVM

from skseq import SequenceClassifier
from skseq.augment import TokenDropout
from skseq.datasets import load_docstrings
from skseq.meta import AnomalyClassifier, ClassMerger, MajoritySplitter
from skseq.model_selection import baselines
from skseq.preprocessing import SequenceSummarizer, TokenEncoder
from skseq.samplers import SequenceOverSampler, SequenceUnderSampler
from skseq.stages import HiddenSMOTE

N_SPLITS = 5


def net(sampler="passthrough", **params):
    model = SequenceClassifier("bag", random_state=0, **params)
    return Pipeline([("encode", TokenEncoder()), ("sample", sampler), ("model", model)])


def words(classifier):
    return make_pipeline(TokenEncoder(), SequenceSummarizer(), classifier)


def each(normal):
    """Each class by a detector that learns it (1), or all but it (0)."""
    detector = OneClassSVM(kernel="linear")
    return OneVsRestClassifier(AnomalyClassifier(detector, normal=normal, cv=3))


PLAIN = "plain net"
HALF = "1 half of the data"
MODELS = {
    PLAIN: net(),
    "always the commonest": words(DummyClassifier()),
    HALF: net(),
    "3 over-sampling": net(SequenceOverSampler(random_state=0)),
    "3 longer instead": net(max_epochs=194),  # as many updates as over-sampling makes
    "3 under-sampling": net(SequenceUnderSampler(random_state=0)),
    "4 altered copies": net(SequenceOverSampler(augment=TokenDropout(), random_state=0)),
    "4 SMOTE on states": net(second_stage=HiddenSMOTE(k_neighbors=3)),
    "5 linear on TF-IDF": baselines("tokens", random_state=0)[
        "TF-IDF + balanced logistic regression"
    ],
    "5 with naive Bayes": baselines("tokens", random_state=0)[
        "TF-IDF + logistic regression and naive Bayes"
    ],
    "5 forest on TF-IDF": words(BalancedRandomForestClassifier(random_state=0)),
    "6 class weights": net(class_weight="balanced"),
    "6 focal loss": net(loss="focal"),
    "6 balanced decision": net(decision="balanced"),
    "7 unlike the rest, words": words(each(normal=0)),
    "7 like its own, words": words(each(normal=1)),
    "7 like its own, states": make_pipeline(*(step for _, step in net().steps), each(normal=1)),
    "8 big class in parts": MajoritySplitter(net(), n_clusters=3, random_state=0),
    "8 small classes as one": ClassMerger(net(), min_count=15, refine=True),
}


def main():
    texts, y = load_docstrings(return_X_y=True)
    texts = np.array(texts, dtype=object)
    splits = list(StratifiedShuffleSplit(N_SPLITS, test_size=1 / 3, random_state=0).split(texts, y))
    print(f"{len(y)} texts, {len(np.unique(y))} classes, mean of {N_SPLITS} splits")
    print("  tactic                    accuracy  macro F1   less that of the plain net")
    plain = None
    for name, model in MODELS.items():
        step = 2 if name == HALF else 1
        scores = [score(model, texts, y, train[::step], test) for train, test in splits]
        accuracy, f1 = np.transpose(scores)
        plain = f1 if plain is None else plain
        gain, error = (f1 - plain).mean(), (f1 - plain).std(ddof=1) / np.sqrt(N_SPLITS)
        print(
            f"  {name:<26}{accuracy.mean():.3f}     {f1.mean():.3f}      {gain:+.3f} ± {error:.3f}",
            flush=True,
        )


def score(model, texts, y, train, test):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rare classes that are never predicted
        predicted = model.fit(texts[train], y[train]).predict(texts[test])
    return accuracy_score(y[test], predicted), f1_score(y[test], predicted, average="macro")


if __name__ == "__main__":
    main()
