"""What is fitted on whole sets: the net with its defaults, the guide's advice, baselines."""

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from skseq import SequenceOrdinalClassifier
from skseq.model_selection import baselines, make_plain_pipeline

NET = "net, defaults"
ADVICE = "what the guide says"

# Where labels are ordered, the net is the one that knows it.
ORDINAL_SETS = {"cefr"}


def candidates_of(name, kind, seed):
    """Estimators of raw sequences, by name."""
    net = make_plain_pipeline(kind, random_state=seed)
    if name in ORDINAL_SETS:
        net.set_params(model=SequenceOrdinalClassifier(random_state=seed))
    shared = [(step, clone(each)) for step, each in net.steps if step == "encode"]
    behind = {
        each: Pipeline([*shared, ("model", model)])
        for each, model in baselines(kind, random_state=seed).items()
    }
    return {NET: net} | behind
