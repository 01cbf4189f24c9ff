"""What is fitted on whole sets: the net with its defaults, the guide's advice, baselines."""

from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skseq import SequenceClassifier, SequenceOrdinalClassifier, SequenceTagger
from skseq.ensemble import SequenceBlender
from skseq.model_selection import baselines, make_plain_pipeline
from skseq.preprocessing import StepTransformer, TokenEncoder, TrailingMeans

NET = "net, defaults"
CAUSAL = "net, causal=True"
ADVICE = "what the guide says"

# Sets whose labels are ordered, which the net should know; and whose records are cut off in use.
ORDINAL_SETS, CUT_SETS = {"cefr"}, {"fd001"}


def candidates_of(name, kind, seed):
    """Estimators of raw sequences, by name."""
    if kind == "dialogues":
        return _dialogues(seed)
    net = make_plain_pipeline(kind, random_state=seed)
    if name in ORDINAL_SETS:
        net.set_params(model=SequenceOrdinalClassifier(random_state=seed))
    found = {NET: net}
    if name in CUT_SETS:
        found[CAUSAL] = clone(net).set_params(model__causal=True)
    if name in _ADVICE:
        found[ADVICE] = _ADVICE[name](seed)
    return found | baselines_of(kind, seed)


def baselines_of(kind, seed):
    """Models without a net, of raw sequences: texts as they are, tokens as ids."""
    found = baselines(kind, random_state=seed)
    if kind == "tags":
        return {
            name: model if name == "CRF" else make_pipeline(TokenEncoder(), model)
            for name, model in found.items()
        }
    return found


def _dialogues(seed):
    """Taggers that read what each utterance says by itself, in context."""
    alone = make_pipeline(TokenEncoder(), SequenceClassifier(random_state=seed))
    return {
        NET: make_pipeline(
            StepTransformer(alone, random_state=seed),
            SequenceTagger(dropout=0.5, random_state=seed),
        ),
    }


def _texts(seed, model=SequenceClassifier, decision="tuned", n_seeds=3, cv=3):
    """Nets that differ by their seed, blended with a linear model of words and characters."""
    net = make_pipeline(TokenEncoder(), model(n_seeds=n_seeds, random_state=seed))
    linear = baselines("tokens", random_state=seed)["TF-IDF + balanced logistic regression"]
    members = [("net", net), ("linear", linear)]
    return SequenceBlender(members, cv=cv, decision=decision, random_state=seed)


def _series(seed):
    """The net and MiniRocket count alike; half way between argmax and balanced."""
    rocket = baselines("values", random_state=seed)["MiniRocket + balanced ridge"]
    members = [("net", SequenceClassifier(random_state=seed)), ("rocket", rocket)]
    return SequenceBlender(members, weights="mean", decision=0.5)


def _levels(seed):
    return _texts(seed, SequenceOrdinalClassifier, decision=0.5, n_seeds=2, cv=0.2)


def _engines(seed):
    """Smoothed sensors, a net that does not look ahead, mild weights, three seeds."""
    return make_pipeline(
        TrailingMeans(10),
        SequenceTagger(
            causal=True, hidden_size=32, class_weight="sqrt", n_seeds=3, random_state=seed
        ),
    )


_ADVICE = {
    "docstrings": _texts,
    "cefr": _levels,
    "clinc": lambda seed: _texts(seed, decision="argmax", n_seeds=2, cv=0.2),
    "fd001": _engines,
    "ecg5000": _series,
    "medical": _series,
    "plaid": _series,
    "phalanx": _series,
}
