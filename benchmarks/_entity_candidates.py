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
    "max_epochs": 15,
}
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


def over_sampled(seed, criterion, **params):
    """As many updates as without: a sampler makes an epoch longer."""
    sampler = TagOverSampler(criterion=criterion, max_copies=3, random_state=seed)
    return pipeline(seed, sampler, **({"max_epochs": 9} | params))


def candidates(seed):
    """Estimators of lists of words, by name: what to compare, and makers that fit them."""
    no_chain = {"head": "auto", "constraints": None}
    return {
        "CRF baseline": baselines("tags", random_state=seed).get("CRF"),
        "softmax": pipeline(seed, **no_chain),
        "softmax, constraints": pipeline(seed, head="auto"),
        PLAIN: pipeline(seed),
        ADVICE: over_sampled(seed, "nsCRD"),
        "CRF, sC": over_sampled(seed, "sC"),
        "CRF, sCR": over_sampled(seed, "sCR"),
        "CRF, sCRD": over_sampled(seed, "sCRD"),
        "CRF, BUS": pipeline(seed, TagUnderSampler(random_state=seed), max_epochs=30),
        "CRF, mention replacement": pipeline(seed, augment=MentionReplacement(0.3)),
        "CRF, sqrt weights": pipeline(seed, weight="sqrt"),
        "CRF, focal": pipeline(seed, loss="focal"),
        "CRF, Dice": pipeline(seed, loss="dice"),
        "CRF, logit-adjusted": pipeline(seed, loss="logit_adjusted"),
        "CRF, thresholds": ThresholdTuner(
            pipeline(seed), scoring=get_scorer("span_f1_macro"), cv=0.2, random_state=seed
        ),
        "CRF, nsCRD, 3 seeds": over_sampled(seed, "nsCRD", n_seeds=3),
    }
