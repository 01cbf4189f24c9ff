"""Marks in place of labels (-100, None, NaN): left out by all that learns, and predicted."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skseq import ClassWeightTransformer, SequenceRegressor, Sequences, SequenceTagger
from skseq.data import cut_steps, fill_marks
from skseq.meta import PriorCorrector, ThresholdTuner
from skseq.metrics import get_scorer, tag_f1_score, tag_minority_f1_score
from skseq.model_selection import TagStratifiedKFold, compare_strategies
from skseq.samplers import ContextUnderSampler, TagOverSampler, TagUnderSampler

RNG = np.random.default_rng(0)
LENGTHS = RNG.integers(3, 9, 40)
X = Sequences.from_lengths(RNG.integers(0, 12, LENGTHS.sum()), LENGTHS)
TAGS = X.replace(values=np.where(X.values > 8, X.values - 8, 0))  # 0, the commonest, to 3
KNOWN = RNG.random(X.n_steps) < 0.7
MARKS = [(-100, -100), (float("nan"), np.nan), (None, [None])]
SAMPLERS = [
    TagOverSampler(),
    TagOverSampler("sCRD", merge_spans=False),
    TagUnderSampler({0: 40}, criterion="nsCRD", random_state=0),
    TagUnderSampler(random_state=0),
]


def marked(mark, y=TAGS):
    values = y.values.astype(object if mark is None else float)
    values[~KNOWN] = mark
    return y.replace(values=values)


def tagger(**parameters):
    size = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 3}
    return SequenceTagger(**size, random_state=0, **parameters)


# -- estimators ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("mark", "ignore"), MARKS)
@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"class_weight": "balanced"},
        {"loss": "ldam"},
        {"loss": "logit_adjusted", "initial_bias": "prior"},
        {"batch_balance": 0.0},
        {"second_stage": "crt"},
        {"early_stopping": True},
        {"loss": "focal", "target_prior": "data"},
        {"augment": "token_dropout"},
        {"chunk_length": 4, "chunk_context": 1},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_a_mark_is_a_label_of_weight_zero(parameters, mark, ignore):
    of_marks = tagger(ignore=ignore, **parameters).fit(X, marked(mark))
    filled = X.replace(values=fill_marks(TAGS, KNOWN))
    of_weights = tagger(**parameters).fit(X, filled, sample_weight=KNOWN.astype(float))
    np.testing.assert_array_equal(
        of_marks.predict_proba(X).values, of_weights.predict_proba(X).values
    )
    for name in ("class_weight_", "class_prior_", "train_prior_", "data_prior_"):
        np.testing.assert_array_equal(getattr(of_marks, name), getattr(of_weights, name))


@pytest.mark.parametrize(("mark", "ignore"), MARKS)
@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_a_tagger_counts_only_what_has_a_label(mark, ignore):
    model = tagger(ignore=ignore, class_weight="balanced").fit(X, marked(mark))
    assert model.classes_.tolist() == [0, 1, 2, 3]
    counts = np.bincount(TAGS.values[KNOWN])
    np.testing.assert_allclose(model.data_prior_, counts / counts.sum())
    np.testing.assert_allclose(model.class_prior_, 0.25)
    assert model.predict(X).aligns_with(X)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_a_tagger_scores_what_has_a_label():
    model = tagger(ignore=-100).fit(X.tolist(), marked(-100).tolist())
    whole = model.predict(X)
    kept = cut_steps(TAGS, KNOWN), cut_steps(whole, KNOWN)
    assert model.score(X, marked(-100)) == tag_f1_score(*kept)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_partial_fit_takes_marks():
    ours = tagger(ignore=-100).partial_fit(X, marked(-100), classes=[0, 1, 2, 3])
    filled = X.replace(values=fill_marks(TAGS, KNOWN))
    theirs = tagger().partial_fit(X, filled, [0, 1, 2, 3], sample_weight=KNOWN.astype(float))
    assert ours.predict_proba(X) == theirs.predict_proba(X)


@pytest.mark.parametrize(("mark", "ignore"), MARKS)
def test_marks_are_refused_unless_they_are_named(mark, ignore):
    doors = [tagger().fit, ClassWeightTransformer().fit]
    doors += [sampler.fit_resample for sampler in (*SAMPLERS, ContextUnderSampler())]
    for door in doors:
        with pytest.raises(ValueError, match=r"which is not a label: step \d of y\[\d\].*ignore="):
            door(X, marked(mark))
    with pytest.raises(ValueError, match=r"which is not a label.*ignore="):
        next(TagStratifiedKFold(2).split(X, marked(mark)))


def test_steps_with_a_label_must_not_all_have_weight_zero():
    with pytest.raises(ValueError, match="every step of y that has a label has weight 0"):
        tagger(ignore=-100).fit(X, marked(-100), sample_weight=(~KNOWN).astype(float))


NUMBERS = X.replace(values=X.values * 2.0 + 100)


@pytest.mark.parametrize(("mark", "ignore"), MARKS)
@pytest.mark.parametrize("parameters", [{}, {"target_weight": "dense"}, {"loss": "absolute"}])
def test_a_regressor_of_steps_leaves_out_steps_without_a_number(parameters, mark, ignore):
    y = marked(mark, NUMBERS)
    plain = SequenceRegressor(hidden_size=4, max_epochs=3, random_state=0, **parameters)
    ours = clone(plain).set_params(ignore=ignore).fit(X, y)
    theirs = plain.fit(X, NUMBERS, sample_weight=KNOWN.astype(float))
    np.testing.assert_allclose(ours.target_mean_, NUMBERS.values[KNOWN].mean())
    np.testing.assert_allclose(ours.predict(X).values, theirs.predict(X).values)
    assert ours.score(X, y) == pytest.approx(
        theirs.score(X, NUMBERS, sample_weight=KNOWN.astype(float))
    )


def test_a_regressor_refuses_nan_with_the_cure_and_takes_minus_100_for_a_number():
    with pytest.raises(ValueError, match=r"contains NaN.*ignore=float\('nan'\)"):
        SequenceRegressor().fit(X, marked(float("nan"), NUMBERS))
    model = SequenceRegressor(hidden_size=4, max_epochs=1).fit(X, marked(-100, NUMBERS))
    assert model.target_mean_ < NUMBERS.values.mean()


# -- weights, samplers, folds -------------------------------------------------------------------


@pytest.mark.parametrize(("mark", "ignore"), MARKS)
def test_class_weights_are_those_of_the_labels(mark, ignore):
    cut = cut_steps(TAGS, KNOWN)
    alone = Sequences.from_lengths(np.ones(cut.n_steps), cut.lengths)
    rows = cut.lengths > 0
    theirs = ClassWeightTransformer("effective").fit(alone[rows], cut[rows])
    ours = ClassWeightTransformer("effective", ignore=ignore)
    weight = ours.fit_transform(X, marked(mark)).weight
    assert ours.classes_.tolist() == [0, 1, 2, 3]
    assert ours.class_count_.tolist() == theirs.class_count_.tolist()
    np.testing.assert_allclose(ours.class_weight_, theirs.class_weight_)
    np.testing.assert_allclose(weight, np.where(KNOWN, theirs.class_weight_[TAGS.values], 0))


@pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
@pytest.mark.parametrize(("mark", "ignore"), MARKS)
def test_samplers_choose_as_if_steps_without_a_label_were_not_there(sampler, mark, ignore):
    kept = cut_steps(TAGS, KNOWN)
    rows = kept.lengths > 0
    alone = Sequences.from_lengths(np.zeros(kept.n_steps), kept.lengths)
    some = X[rows], marked(mark)[rows]
    ours = clone(sampler).set_params(ignore=ignore)
    X_new, y_new = ours.fit_resample(*some)
    theirs = clone(sampler).fit(alone[rows], kept[rows])
    assert ours.sample_indices_.tolist() == theirs.sample_indices_.tolist()
    assert X_new.label_counts == dict(enumerate(np.bincount(kept.values).tolist()))
    np.testing.assert_array_equal(
        y_new.values.astype(float), some[1][ours.sample_indices_].values.astype(float)
    )


@pytest.mark.parametrize(("mark", "ignore"), MARKS)
def test_context_is_cut_as_if_marks_were_background(mark, ignore):
    filled = X.replace(values=np.where(KNOWN, TAGS.values, 0))
    ours = ContextUnderSampler(ignore=ignore)
    _, y_new = ours.fit_resample(X, marked(mark))
    theirs = ContextUnderSampler().fit(X, filled)
    assert ours.step_indices_.tolist() == theirs.step_indices_.tolist()
    marks = np.isnan(y_new.values.astype(float)) | (y_new.values == -100)
    assert marks.tolist() == (~KNOWN[ours.step_indices_]).tolist()


@pytest.mark.parametrize("augment", ["mention_replacement", "token_dropout", "random_deletion"])
def test_marks_move_along_with_their_steps_in_copies(augment):
    # The id of a step tells whether it has a label.
    steps = X.replace(values=X.values + 100 * ~KNOWN)
    sampler = TagOverSampler(ignore=-100, augment=augment, random_state=0)
    X_new, y_new = sampler.fit_resample(steps, marked(-100))
    assert len(X_new) > len(X)
    if augment == "random_deletion":
        assert ((X_new.values >= 100) == (y_new.values == -100)).all()
    assert set(np.unique(y_new.values)) == {-100, 0, 1, 2, 3}


def test_a_sequence_without_any_label_says_nothing():
    y = [[-100, -100], [0, 1], [0, 0], [1, 0]]
    sampler = TagOverSampler(criterion="sCRD", ignore=-100).fit([[1, 2]] * 4, y)
    assert sampler.n_copies_[0] == 1
    _, left = TagUnderSampler(ignore=-100, random_state=0).fit_resample([[1, 2]] * 4, y)
    assert [0, 1] in left


def test_folds_spread_tags_and_not_marks():
    y = [["A", "-"], ["A", "-"], ["O", "-"], ["O", "-"]]
    folds = TagStratifiedKFold(2, ignore="-").split(y, y)
    assert [sum(y[row][0] == "A" for row in test) for _, test in folds] == [1, 1]


# -- tools around an estimator ------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize(("mark", "ignore"), MARKS)
@pytest.mark.parametrize("scoring", [None, get_scorer("tag_f1_minority")])
def test_thresholds_are_tuned_on_steps_with_a_label(scoring, mark, ignore):
    model = tagger(ignore=ignore).fit(X, marked(mark))
    tuner = ThresholdTuner(model, cv="prefit", refit=False, scoring=scoring).fit(X, marked(mark))
    filled = X.replace(values=fill_marks(TAGS, KNOWN))
    assert tuner.classes_.tolist() == [0, 1, 2, 3]
    metric = tag_f1_score if scoring is None else tag_minority_f1_score
    expected = metric(cut_steps(filled, KNOWN), cut_steps(tuner.predict(X), KNOWN))
    assert tuner.best_score_ == pytest.approx(expected)
    f1 = tag_f1_score(marked(mark), tuner.predict(X), ignore=ignore)
    assert tuner.score(X, marked(mark)) == f1
    assert tuner.predict(X).aligns_with(X)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_thresholds_are_tuned_on_folds_of_steps_with_a_label():
    tuner = ThresholdTuner(make_pipeline("passthrough", tagger(ignore=-100)), cv=2)
    assert tuner.fit(X, marked(-100)).offsets_.shape == (4,)


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize(("mark", "ignore"), MARKS)
@pytest.mark.parametrize("form", [lambda X: X, lambda X: X.tolist()])
def test_priors_are_corrected_to_the_shares_of_the_labels(form, mark, ignore):
    model = tagger(ignore=ignore, class_weight="balanced")
    corrector = PriorCorrector(model, train_prior="estimate", cv=2)
    corrector.fit(form(X), marked(mark))
    counts = np.bincount(TAGS.values[KNOWN])
    np.testing.assert_allclose(corrector.data_prior_, counts / counts.sum())


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
@pytest.mark.parametrize(("mark", "ignore"), MARKS)
def test_strategies_are_compared_on_steps_with_a_label(mark, ignore):
    names = ["TagOverSampler", "ContextUnderSampler", "weight balanced", "loss focal"]
    model = tagger(ignore=ignore)
    found = compare_strategies(model, X, marked(mark), names, cv=2, kind="tags", random_state=0)
    assert set(found.scores_) >= {"plain", "commonest tag", *names}
    assert all(np.isfinite(scores).all() for scores in found.scores_.values())
    for prediction, score in zip(found.predictions_["plain"], found.scores_["plain"], strict=True):
        truth = marked(mark)[prediction.rows]
        assert score == tag_f1_score(truth, prediction.labels, ignore=ignore)
