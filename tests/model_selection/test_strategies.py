"""One grid holds every strategy, and each of them fits without a word."""

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

import skseq.samplers
from skseq.losses import LOSSES
from skseq.metrics import get_scorer
from skseq.model_selection import make_plain_pipeline, strategies, strategy_grid
from skseq.model_selection._strategies import KINDS
from skseq.weights import WEIGHT_STRATEGIES

TOY = {"hidden_size": 8, "embedding_dim": 8, "max_epochs": 6, "lr": 0.03, "batch_size": 6}


# Training is so brief that a strategy may leave a tag out, of which it warns.
@pytest.mark.filterwarnings("ignore::skseq.exceptions.MissedClassWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_grid_fits_without_error_or_warning(kind, toy_data):
    X, y = toy_data(kind)
    pipe = make_plain_pipeline(kind, random_state=0, **TOY)
    grid = strategy_grid("all", kind=kind, random_state=0)
    scoring = get_scorer("tag_f1_macro" if "tags" in kind else "f1_macro")
    rows = np.arange(len(X))
    search = GridSearchCV(pipe, grid, scoring=scoring, cv=[(rows, rows)], error_score="raise")
    search.fit(X, y)
    assert len(search.cv_results_["params"]) == len(grid) == len(strategies(kind))
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_the_grid_holds_every_loss_weight_and_sampler(kind):
    grid = strategy_grid("all", kind=kind)
    held = {
        name: [each[name][0] for each in grid if name in each] for each in grid for name in each
    }
    assert set(held["model__loss"]) == set(LOSSES) - {"cross_entropy", "self_adjusting_dice"}
    assert held["weight__strategy"] == list(WEIGHT_STRATEGIES)
    samplers = {type(sampler).__name__ for sampler in held["sample"]}
    for_tags = {"TagOverSampler", "TagUnderSampler", "ContextUnderSampler"}
    for_values = {"SequenceSMOTE", "SequenceEditedNearestNeighbours", "SequenceTomekLinks"}
    if "tags" in kind:
        assert samplers == for_tags
    else:
        left_out = for_tags | (set() if kind == "values" else for_values)
        assert samplers == set(skseq.samplers.__all__) - left_out


def test_each_strategy_is_a_candidate_of_its_own_and_plain_comes_first():
    grid = strategy_grid(kind="values")
    assert grid[0] == {}
    texts = [repr(sorted(each.items())) for each in grid]
    assert len(set(texts)) == len(texts)


def test_samplers_take_the_seed():
    table = strategies("values", random_state=7)
    assert table["SequenceSMOTE"]["sample"].random_state == 7
    assert table["SequenceOverSampler, augmented"]["sample"].get_params()["random_state"] == 7


def test_names_that_are_not_there_are_refused_with_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'loss focal'"):
        strategy_grid(["los focal"], kind="tokens")
    with pytest.raises(ValueError, match="kind must be one of"):
        strategies("words")
    with pytest.raises(ValueError, match="'SequenceSMOTE' is not a strategy for data of this kind"):
        strategy_grid(["SequenceSMOTE"], kind="tokens")
