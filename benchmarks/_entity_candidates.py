"""What is fitted on sets of named entities: one pipeline, and one change of it for each remedy."""

from imblearn.pipeline import Pipeline

from skseq import ClassWeightTransformer, SequenceTagger
from skseq.augment import MentionReplacement
from skseq.meta import ThresholdTuner
from skseq.metrics import get_scorer
from skseq.model_selection import baselines
from skseq.preprocessing import TokenEncoder
from skseq.samplers import TagOverSampler, TagUnderSampler

# The pipeline of the guide, without a remedy; chosen on development parts.
PLAIN = "CRF"
ADVICE = "CRF, nsCRD"

NET = {
    "encoder": "bilstm",
    "hidden_size": 100,
    "embedding_dim": 100,
    "dropout": 0.5,
    "embedding_dropout": 0.5,
    "locked_dropout": True,
    "step_dropout": 0.1,
    "lr": 0.003,
}
# More of them learn names by heart where those of the test part are new; anatomy needs them.
USUAL_EPOCHS = 15
EPOCHS = {"wnut17": USUAL_EPOCHS, "anem": 40}
CRF = {"head": "crf", "constraints": "IOB2"}


def pipeline(seed, sample="passthrough", weight=None, **params):
    """Words with their characters, a sampler, weights, a tagger."""
    return Pipeline(
        [
            ("encode", TokenEncoder("word+char", min_count=2)),
            ("sample", sample),
            ("weight", ClassWeightTransformer(weight)),
            ("model", SequenceTagger(**(NET | CRF | params), random_state=seed)),
        ]
    )


def candidates(name, seed):
    """Estimators of lists of words, by name: what to compare, and makers that fit them.

    All make about as many updates: a sampler makes an epoch longer, or shorter.
    """
    epochs = EPOCHS[name]
    no_chain = {"head": "auto", "constraints": None}

    def changed(**params):
        return pipeline(seed, **({"max_epochs": epochs} | params))

    def over_sampled(criterion, epochs=epochs, **params):
        sampler = TagOverSampler(criterion=criterion, max_copies=3, random_state=seed)
        return changed(sample=sampler, max_epochs=round(0.6 * epochs), **params)

    found = {
        "CRF baseline": baselines("tags", random_state=seed).get("CRF"),
        "softmax": changed(**no_chain),
        "softmax, constraints": changed(head="auto"),
        PLAIN: changed(),
        ADVICE: over_sampled("nsCRD"),
        "CRF, sC": over_sampled("sC"),
        "CRF, sCR": over_sampled("sCR"),
        "CRF, sCRD": over_sampled("sCRD"),
        "CRF, BUS": changed(sample=TagUnderSampler(random_state=seed), max_epochs=2 * epochs),
        "CRF, mention replacement": changed(augment=MentionReplacement(0.3)),
        "CRF, sqrt weights": changed(weight="sqrt"),
        "marginal CRF, sqrt weights": changed(head="marginal_crf", weight="sqrt"),
        "CRF, focal": changed(loss="focal"),
        "CRF, Dice": changed(loss="dice"),
        "CRF, logit-adjusted": changed(loss="logit_adjusted"),
        "marginal CRF, logit-adjusted": changed(head="marginal_crf", loss="logit_adjusted"),
        "CRF, thresholds": ThresholdTuner(
            changed(), scoring=get_scorer("span_f1_macro"), cv=0.2, random_state=seed
        ),
        "CRF, nsCRD, 3 seeds": over_sampled("nsCRD", n_seeds=3),
    }
    if epochs != USUAL_EPOCHS:
        found |= {
            "CRF, 15 epochs": changed(max_epochs=USUAL_EPOCHS),
            "CRF, nsCRD, 9 epochs": over_sampled("nsCRD", epochs=USUAL_EPOCHS),
        }
    return found
