"""A trained net predicts the same however its rows are batched."""

import numpy as np
import pytest

from skseq import SequenceClassifier, SequenceTagger
from skseq.datasets import make_imbalanced_sequences, make_imbalanced_tags
from skseq.nn import _batches

SMALL = {"hidden_size": 4, "max_epochs": 1, "random_state": 0}


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")  # of one epoch
@pytest.mark.parametrize(
    ("make", "model"),
    [
        (make_imbalanced_sequences, SequenceClassifier("cnn", **SMALL)),
        (make_imbalanced_tags, SequenceTagger("bilstm", **SMALL)),
    ],
    ids=["classifier", "tagger"],
)
def test_wide_steps_are_predicted_in_smaller_batches(make, model, monkeypatch):
    X, y = make(30, length=(5, 20), n_features=8, n_classes=2, random_state=0)
    expected = model.fit(X, y).predict_proba(X)
    sizes = []
    plan_of = _batches.scoring_plan

    def watched(lengths, *args):
        plan = plan_of(lengths, *args)
        sizes.append(max(lengths[rows].max() * len(rows) for rows in plan))
        return plan

    monkeypatch.setattr(_batches, "scoring_plan", watched)
    monkeypatch.setattr(_batches, "_MOST_NUMBERS", 8 * 60)
    found = model.predict_proba(X)
    assert sizes
    assert max(sizes) <= 60
    expected, found = (getattr(each, "values", each) for each in (expected, found))
    np.testing.assert_allclose(found, expected, atol=1e-6)
