"""Every contract check can fail: what is broken on purpose is caught, and the message says why."""

import subprocess
import sys
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pytest
import torch
from imblearn.over_sampling.base import BaseOverSampler
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.exceptions import SkipTestWarning
from sklearn.linear_model import LogisticRegression

import skseq
from skseq import (
    ClassWeightTransformer,
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    Sequences,
    SequenceTagger,
)
from skseq.augment import Augmenter, NewSteps
from skseq.losses import CrossEntropyLoss, FocalLoss, SequenceLoss
from skseq.nn import RecurrentEncoder
from skseq.preprocessing import FeatureEncoder, SequenceScaler, TokenEncoder
from skseq.samplers import SequenceOverSampler, SequenceUnderSampler, TagOverSampler
from skseq.testing import (
    check_augmenter,
    check_encoder,
    check_estimator,
    check_loss,
    check_sampler,
    estimator_checks_generator,
    parametrize_with_checks,
)
from skseq.testing._examples import kind_of, make_example


def small(cls, **parameters):
    return cls(hidden_size=4, embedding_dim=4, max_epochs=2, device="cpu", **parameters)


def run_check(estimator, name):
    """Run one check, on every form of X that it is tried on."""
    checks = [check for _, check in estimator_checks_generator(estimator)]
    chosen = [check for check in checks if check.func.__name__ == name]
    assert chosen, f"no check is called {name}: {sorted({c.func.__name__ for c in checks})}"
    for check in chosen:
        check(estimator)


# -- broken estimators --------------------------------------------------------------------------


class ReturnsNothing(SequenceTagger):
    def fit(self, X, y):
        super().fit(X, y)


class TunesItself(SequenceTagger):
    def fit(self, X, y):
        self.max_epochs = 1
        return super().fit(X, y)


class SetsPublicAttribute(SequenceTagger):
    def fit(self, X, y):
        self.n_sequences = len(X)
        return super().fit(X, y)


class MutatesX(SequenceTagger):
    def fit(self, X, y):
        super().fit(X, y)
        if isinstance(X, Sequences):
            X.values[:] = X.values[::-1].copy()
        return self


class RemembersX(SequenceTagger):
    def predict(self, X):
        self.last_ = X
        return super().predict(X)


class DrawsFromGlobalState(SequenceTagger):
    def fit(self, X, y):
        np.random.random()  # noqa: NPY002 (what is broken here)
        return super().fit(X, y)


class SeedsTorch(SequenceTagger):
    def fit(self, X, y):
        torch.manual_seed(3)
        return super().fit(X, y)


class ForgetsSeed(SequenceTagger):
    def fit(self, X, y):
        super().fit(X, y)
        torch.nn.init.normal_(self.net_.module_.head[-1].bias)
        return self


class LooksAtNeighbours(SequenceTagger):
    def predict_proba(self, X):
        proba = super().predict_proba(X)
        return proba.replace(values=proba.values[::-1])


class ScalesByBatch(SequenceClassifier):
    def decision_function(self, X):
        scores = super().decision_function(X)
        return scores - scores.mean()


class ScoresUnlikePredictions(SequenceTagger):
    def decision_function(self, X):
        scores = super().decision_function(X)
        return scores.replace(values=-scores.values)


class UnnormalisedProbabilities(SequenceClassifier):
    def predict_proba(self, X):
        return 2 * super().predict_proba(X)


class GivesFlatTags(SequenceTagger):
    def predict(self, X):
        return super().predict(X).values


class NeverGivesLists(SequenceTagger):
    def predict(self, X):
        tags = super().predict(X)
        return Sequences.from_list(tags) if isinstance(tags, list) else tags


class IgnoresCarriedWeights(SequenceTagger):
    def fit(self, X, y, sample_weight=None):
        if isinstance(X, Sequences):
            X = X.replace(weight=None)
        return super().fit(X, y, sample_weight)


class IgnoresClassWeight(SequenceTagger):
    def _make_schedule(self, targets):
        schedule = super()._make_schedule(targets)
        schedule.class_weight = None
        return schedule


class FillsNaN(SequenceTagger):
    def _check_X(self, X, *, reset):
        if isinstance(X, Sequences) and X.dtype.kind == "f":
            X = X.replace(values=np.nan_to_num(X.values))
        return super()._check_X(X, reset=reset)


class CutsTags(SequenceTagger):
    def fit(self, X, y, sample_weight=None):
        if isinstance(X, Sequences) and isinstance(y, Sequences) and len(X) == len(y):
            X, y = X.replace(), Sequences(y.values[: X.n_steps], X.offsets)
        return super().fit(X, y, sample_weight)


class StartsAnew(SequenceTagger):
    def fit(self, X, y):
        for name in [name for name in vars(self) if name.endswith("_")]:
            delattr(self, name)
        return super().fit(X, y)


class AcceptsZeroWeights(SequenceTagger):
    def fit(self, X, y, sample_weight=None):
        if sample_weight is not None and not np.any(sample_weight):
            sample_weight = None
        return super().fit(X, y, sample_weight)


class RoundsNumbers(SequenceRegressor):
    def predict(self, X):
        return super().predict(X).astype(int)


class CutsWholeNumbers(SequenceRegressor):
    def fit(self, X, y, sample_weight=None):
        y = np.asarray(y)
        return super().fit(X, y // 2 if y.dtype.kind == "i" else y, sample_weight)


class LearnsOnce(SequenceRegressor):
    def partial_fit(self, X, y, sample_weight=None):
        return self if hasattr(self, "net_") else super().partial_fit(X, y, sample_weight)


class SortsTheOrder(SequenceOrdinalClassifier):
    def _make_head(self):
        self.classes = None
        return super()._make_head()


class LeavesClassesInTheirOrder(SequenceOrdinalClassifier):
    def predict_intensity(self, X):
        intensity = super().predict_intensity(X)
        self.classes_ = self.ordered_classes_
        return intensity


BROKEN_MODELS = [
    (ReturnsNothing, "check_fit_returns_self", "fit must return self, got NoneType"),
    (TunesItself, "check_fit_leaves_parameters_alone", r"but changed \['max_epochs'\]"),
    (SetsPublicAttribute, "check_fit_sets_only_learnt_attributes", r"it set \['n_sequences'\]"),
    (MutatesX, "check_input_is_not_modified", "fit must not modify X or y"),
    (RemembersX, "check_predicting_changes_nothing", r"predict must not .* changed \['last_'\]"),
    (DrawsFromGlobalState, "check_global_random_state_is_untouched", "random state of numpy alone"),
    (SeedsTorch, "check_global_random_state_is_untouched", "random state of torch alone"),
    (ForgetsSeed, "check_fit_is_repeatable", "two clones with the same random_state"),
    (LooksAtNeighbours, "check_sample_order_invariance", "predict_proba .* in another order"),
    (ScalesByBatch, "check_subset_invariance", "decision_function .* sequence 0 .* alone"),
    (ScoresUnlikePredictions, "check_scores_agree", "largest score of decision_function"),
    (UnnormalisedProbabilities, "check_scores_agree", "rows of predict_proba must sum to 1"),
    (GivesFlatTags, "check_predictions_align", "predict must give one output for each step"),
    (NeverGivesLists, "check_tags_of_a_list_are_lists", "a list of lists for a list"),
    (IgnoresCarriedWeights, "check_weights_in_X_count", "same for weights in X"),
    (IgnoresClassWeight, "check_class_weight", "nearly all predictions must be 'seldom'"),
    (FillsNaN, "check_nan_and_infinity", "fit of an X with nan must raise ValueError"),
    (CutsTags, "check_y_is_aligned", "another length than that of X must raise ValueError"),
    (StartsAnew, "check_warm_start", "a second fit must go on"),
    (RoundsNumbers, "check_predictions_are_numbers", "predict must give finite floats, got int64"),
    (CutsWholeNumbers, "check_types_of_numbers", "same for y as integers and as floats"),
    (LearnsOnce, "check_partial_fit_of_numbers", "second partial_fit must go on learning"),
    (SortsTheOrder, "check_intensity", "must follow the order, not the names"),
    (LeavesClassesInTheirOrder, "check_intensity", "classes_ must be sorted"),
    (AcceptsZeroWeights, "check_sample_weight_all_zero", "fit with zero weights only must raise"),
]


@pytest.mark.parametrize(("cls", "check", "message"), BROKEN_MODELS)
def test_a_broken_model_is_caught(cls, check, message):
    with pytest.raises(AssertionError, match=message):
        run_check(small(cls), check)


class LosesOrigins(SequenceScaler):
    def transform(self, X):
        scaled = super().transform(X)
        return scaled.replace(origin=None) if isinstance(scaled, Sequences) else scaled


class DropsFirstStep(SequenceScaler):
    def transform(self, X):
        scaled = super().transform(X)
        return Sequences.from_list([steps[1:] for steps in scaled])


class WidensFloats(SequenceScaler):
    def transform(self, X):
        scaled = super().transform(X)
        return scaled.replace(values=scaled.values.astype(np.float64))


class CentresWhatItIsGiven(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        self.is_fitted_ = True
        return self

    def transform(self, X):
        return X.replace(values=X.values - X.values.mean(axis=0))


class CentresEachWay(SequenceScaler):
    def fit_transform(self, X, y=None):
        return super().fit_transform(X).replace(values=np.zeros(X.values.shape))


class AcceptsNumbersAsText(TokenEncoder):
    def _split(self, X):
        return super()._split(X if isinstance(X, str) else [str(row) for row in X])


class WeighsUnfitted(ClassWeightTransformer):
    def transform(self, X):
        return X


BROKEN_TRANSFORMERS = [
    (LosesOrigins, "check_weight_and_origin_follow", "must pass on the origins"),
    (DropsFirstStep, "check_transform_aligns", "must keep the steps of a sequence"),
    (WidensFloats, "check_preserved_dtypes", "names float32, but transform gave float64"),
    (CentresWhatItIsGiven, "check_subset_invariance", "transform .* alone as among others"),
    (CentresEachWay, "check_fit_transform_agrees", "fit_transform must give what"),
    (AcceptsNumbersAsText, "check_rows_that_are_no_text", "whose last row is 3.0 must raise"),
    (WeighsUnfitted, "check_unfitted", "transform before fit must raise NotFittedError"),
]


@pytest.mark.parametrize(("cls", "check", "message"), BROKEN_TRANSFORMERS)
def test_a_broken_transformer_is_caught(cls, check, message):
    with pytest.raises(AssertionError, match=message):
        run_check(cls(), check)


# -- broken samplers ----------------------------------------------------------------------------


class ShufflesSteps(SequenceOverSampler):
    def fit_resample(self, X, y, **params):
        X, y = super().fit_resample(X, y, **params)
        return X.replace(values=X.values[::-1].copy()), y


class ShufflesLabels(SequenceUnderSampler):
    def fit_resample(self, X, y, **params):
        X, y = super().fit_resample(X, y, **params)
        return X, y[::-1]


class WrongIndices(SequenceOverSampler):
    def fit_resample(self, X, y, **params):
        result = super().fit_resample(X, y, **params)
        self.sample_indices_ = np.sort(self.sample_indices_)
        return result


class LosesOriginOfSamples(SequenceOverSampler):
    def fit_resample(self, X, y, **params):
        X, y = super().fit_resample(X, y, **params)
        return X.replace(origin=None), y


class LosesStepWeights(SequenceOverSampler):
    def fit_resample(self, X, y, **params):
        X, y = super().fit_resample(X, y, **params)
        return X.replace(weight=None) if X.has_step_weight else X, y


class RenumbersOrigins(SequenceOverSampler):
    def fit_resample(self, X, y, **params):
        X, y = super().fit_resample(X, y, **params)
        return X.replace(origin=self.sample_indices_), y


class ForgetsTags(TagOverSampler):
    def fit_resample(self, X, y):
        X_resampled, y_resampled = super().fit_resample(X, y)
        return X_resampled, y_resampled[:-1]


class AlwaysGivesSequences(TagOverSampler):
    def fit_resample(self, X, y):
        X, y = super().fit_resample(X, y)
        return X, y if isinstance(y, Sequences) else Sequences.from_list(y)


class DrawsAnyhow(SequenceUnderSampler):
    def _draw(self, y, random_state):
        return np.random.default_rng().permutation(len(y))


class TakesOneClass(BaseOverSampler):
    def __init__(self):
        super().__init__(sampling_strategy="auto")

    def fit_resample(self, X, y):
        return X, y

    def _fit_resample(self, X, y):
        return X, y


BROKEN_SAMPLERS = [
    (ShufflesSteps, "check_order_of_steps", "the order of their steps never touched"),
    (ShufflesLabels, "check_order_of_steps", "with its label, is not a sequence of X"),
    (WrongIndices, "check_sample_indices", r"X_resampled must be X\[sample_indices_\]"),
    (LosesOriginOfSamples, "check_origin", "fit_resample must set origin"),
    (LosesStepWeights, "check_weights_follow", "the weight of each step must follow"),
    (RenumbersOrigins, "check_earlier_origin_is_kept", "keep the origin that X brings along"),
    (ForgetsTags, "check_resampled_X_and_y_align", "sequences but .* labels"),
    (AlwaysGivesSequences, "check_resampled_types", "y_resampled must be a list for a list"),
    (DrawsAnyhow, "check_fit_is_repeatable", "two clones with the same random_state"),
    (TakesOneClass, "check_one_class_is_refused", "fit_resample of one class must raise"),
]


@pytest.mark.parametrize(("cls", "check", "message"), BROKEN_SAMPLERS)
def test_a_broken_sampler_is_caught(cls, check, message):
    with pytest.raises(AssertionError, match=message):
        run_check(cls(), check)


@pytest.mark.parametrize("cls", [ShufflesSteps, ShufflesLabels, ForgetsTags])
def test_check_sampler_catches_it_too(cls):
    with pytest.raises(AssertionError, match=cls.__name__):
        check_sampler(cls())


def test_check_sampler_refuses_what_is_no_sampler():
    with pytest.raises(TypeError, match="has the method fit_resample"):
        check_sampler(SequenceScaler())


# -- broken augmenters --------------------------------------------------------------------------


class MasksSome(Augmenter):
    """Keeps the contract; the broken ones below differ in one thing each."""

    kind = "tokens"

    def _change(self, X, y, random_state):
        return NewSteps(np.where(random_state.random_sample(X.n_steps) < 0.1, 1, X.values))


class LeavesLabelsBehind(MasksSome):
    def _change(self, X, y, random_state):
        return NewSteps(random_state.permutation(X.values))


class LeavesItsSequence(MasksSome):
    def _change(self, X, y, random_state):
        return NewSteps(source=np.roll(np.arange(X.n_steps), random_state.randint(1, 5)))


class EmptiesSequences(MasksSome):
    def _change(self, X, y, random_state):
        kept = random_state.random_sample(X.n_steps) < 0.5
        lengths = np.bincount(X.sequence_index()[kept], minlength=len(X))
        return NewSteps(source=np.flatnonzero(kept), lengths=lengths)


class GivesNegativeIds(MasksSome):
    def _change(self, X, y, random_state):
        return NewSteps(-X.values)


class MasksMost(MasksSome):
    def _change(self, X, y, random_state):
        return NewSteps(np.where(random_state.random_sample(X.n_steps) < 0.9, 1, X.values))


class LosesOriginOfAugmented(MasksSome):
    def _augment(self, X, tags, rng):
        X, tags = super()._augment(X, tags, rng)
        return X.replace(origin=None), tags


class ReadsGlobalState(MasksSome):
    def _change(self, X, y, random_state):
        return super()._change(X, y, np.random)


class MovesGlobalState(MasksSome):
    def _change(self, X, y, random_state):
        np.random.random_sample()  # noqa: NPY002 (what must not be touched)
        return super()._change(X, y, random_state)


class ForgetsSeedOfAugmenter(MasksSome):
    def _change(self, X, y, random_state):
        return super()._change(X, y, np.random.RandomState(0))


class ChangesNothing(MasksSome):
    def _change(self, X, y, random_state):
        return NewSteps(X.values)


class IgnoresProbability(MasksSome):
    def _augment_some(self, X, tags, rng):
        return self._augment(X, tags, rng)


class WritesToItsInput(MasksSome):
    def _change(self, X, y, random_state):
        X.values[0] = 1
        return NewSteps(X.values)


class StoresCounter(MasksSome):
    def __init__(self, *, p=1.0):
        super().__init__(p=p)
        self.counter = 0


class ChangesItsProbability(MasksSome):
    def _learn(self, X, y):
        self.p = 0.9


class MixesAllClasses(Augmenter):
    """By class by its own words, but it takes the mean with any sequence of one step."""

    kind = "values"
    by_class = True

    def _change(self, X, y, random_state):
        other = random_state.randint(len(X), size=len(X))
        mixed = 0.9 * X.values + 0.1 * X.values[X.offsets[other][X.sequence_index()]]
        if X.origin is None:
            return NewSteps(mixed)
        parents = [{X.origin[i].item(), X.origin[j].item()} for i, j in enumerate(other)]
        return NewSteps(mixed, origin=Sequences.from_list(map(sorted, parents)))


class ForgetsOtherParents(MixesAllClasses):
    def _change(self, X, y, random_state):
        return super()._change(X, y, random_state)._replace(origin=None)


BROKEN_AUGMENTERS = [
    (LeavesLabelsBehind, "labels must move with their steps"),
    (LeavesItsSequence, "steps must stay in their own sequence"),
    (EmptiesSequences, "must not drop or empty a sequence"),
    (GivesNegativeIds, "must give finite values, known ids"),
    (MasksMost, "must leave most steps what they were"),
    (LosesOriginOfAugmented, "must keep origin"),
    (ReadsGlobalState, "the same random_state must give the same result"),
    (MovesGlobalState, "must not draw from numpy's global state"),
    (ForgetsSeedOfAugmenter, "must depend on random_state"),
    (ChangesNothing, "must change something"),
    (IgnoresProbability, "p=0 must change nothing"),
    (WritesToItsInput, "must not raise ValueError: .*read-only"),
    (StoresCounter, r"__init__ must store its arguments only, but it set \['counter'\]"),
    (ChangesItsProbability, "fit must not change parameters"),
]


def test_the_augmenter_that_the_broken_ones_derive_from_keeps_the_contract():
    check_augmenter(MasksSome())


@pytest.mark.parametrize(("cls", "message"), BROKEN_AUGMENTERS)
def test_a_broken_augmenter_is_caught(cls, message):
    with pytest.raises(AssertionError, match=rf"{cls.__name__}\(\) on tokens: {message}"):
        check_augmenter(cls())


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (MixesAllClasses, "must mix sequences with those of their class only"),
        (ForgetsOtherParents, "must name all parents in origin"),
    ],
)
def test_a_broken_augmenter_by_class_is_caught(cls, message):
    with pytest.raises(AssertionError, match=message):
        check_augmenter(cls())


def test_check_augmenter_refuses_what_is_no_augmenter():
    with pytest.raises(TypeError, match=r"is an instance of skseq\.augment\.Augmenter"):
        check_augmenter(SequenceScaler())


def test_check_augmenter_refuses_an_unknown_kind_of_data():
    with pytest.raises(ValueError, match=r"kind must be one of.*Did you mean 'tokens'"):
        check_augmenter(MasksSome(), kind="token")


# -- broken encoders ----------------------------------------------------------------------------


class PerStep(torch.nn.Module):
    """Keeps the contract; the broken ones derive from it."""

    def __init__(self, input_size, hidden_size, num_layers=1, dropout=0.0):
        super().__init__()
        self.output_size = hidden_size
        self.dense = torch.nn.Linear(input_size, hidden_size)

    def forward(self, x, lengths):
        return self.dense(x).tanh()


class LetsPaddingIn(PerStep):
    def forward(self, x, lengths):
        return super().forward(x, lengths) + x.mean(dim=1, keepdim=True).mean(-1, keepdim=True)


class CountsPadding(PerStep):
    def forward(self, x, lengths):
        return super().forward(x, lengths) * x.shape[1]


class BackwardFromPadding(RecurrentEncoder):
    """Reads backward from the end of the batch, the classic slip."""

    def forward(self, x, lengths):
        full = torch.full_like(lengths, x.shape[1])
        return super().forward(x, full)


class NormalisesOverBatch(PerStep):
    def forward(self, x, lengths):
        real = torch.arange(x.shape[1]) < lengths[:, None]
        return super().forward(x, lengths) - x[real].mean()


class DependsOnPosition(PerStep):
    def forward(self, x, lengths):
        return super().forward(x, lengths) * (1 + torch.arange(len(x)))[:, None, None]


class NeverStopsDropping(PerStep):
    def forward(self, x, lengths):
        return torch.nn.functional.dropout(super().forward(x, lengths), 0.5, training=True)


class PoolsAlready(PerStep):
    def forward(self, x, lengths):
        return super().forward(x, lengths).mean(dim=1)


class GivesNoStep(PerStep):
    def forward(self, x, lengths):
        return super().forward(x, lengths)[:, ::2]

    def output_lengths(self, lengths):
        return lengths // 2


class MiscountsSteps(GivesNoStep):
    def output_lengths(self, lengths):
        return (lengths + 2) // 3


class LooksAhead(PerStep):
    causal = True

    def forward(self, x, lengths):
        mask = torch.arange(x.shape[1]) < lengths[:, None]
        last = torch.arange(x.shape[1]) == lengths[:, None] - 1
        ends = (x * last[..., None]).sum(dim=1, keepdim=True)
        return super().forward(x + ends * mask[..., None], lengths)


class OverstatesItsSize(PerStep):
    def __init__(self, input_size, hidden_size, num_layers=1, dropout=0.0):
        super().__init__(input_size, hidden_size)
        self.output_size = 2 * hidden_size


class HidesItsSize(PerStep):
    def __init__(self, input_size, hidden_size, num_layers=1, dropout=0.0):
        super().__init__(input_size, hidden_size)
        del self.output_size


class TakesNoLayers(PerStep):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)


class StopsGradients(PerStep):
    def forward(self, x, lengths):
        return super().forward(x.detach(), lengths)


class ExplodingGradient(PerStep):
    def forward(self, x, lengths):
        return super().forward(x, lengths) + (x[..., :1] * 0).sqrt()


class NeedsCompany(PerStep):
    def forward(self, x, lengths):
        if len(x) == 1:
            raise ValueError("more than one sequence expected")
        return super().forward(x, lengths)


BROKEN_ENCODERS = [
    (LetsPaddingIn, "what stands in the padding must change nothing"),
    (CountsPadding, "more padding must change nothing"),
    (BackwardFromPadding, "what stands in the padding must change nothing"),
    (NormalisesOverBatch, r"a sequence of 5 step\(s\) must have the same states alone"),
    (DependsOnPosition, "the order of the sequences in a batch must change nothing"),
    (NeverStopsDropping, "the same batch twice must give the same in eval mode"),
    (PoolsAlready, r"states must have shape \(batch, time, output_size\) = \(4, 7, 4\), got"),
    (GivesNoStep, "output_lengths must give from 1 to as many steps as there were"),
    (MiscountsSteps, r"= \(4, 3, 4\), got \(4, 4, 4\)"),
    (LooksAhead, "causal is True, so later steps must not change earlier states"),
    (OverstatesItsSize, r"= \(4, 7, 8\), got \(4, 7, 4\)"),
    (HidesItsSize, "and have output_size, got TypeError"),
    (TakesNoLayers, r"must be made from \(input_size, hidden_size, num_layers, dropout\)"),
    (StopsGradients, "states must depend on x, and let gradients pass"),
    (ExplodingGradient, "the gradient with respect to x must be finite"),
    (NeedsCompany, "got ValueError: more than one sequence expected"),
]


def test_the_encoder_that_the_broken_ones_derive_from_keeps_the_contract():
    check_encoder(PerStep)


def test_an_encoder_that_gives_every_other_step_keeps_the_contract():
    class EveryOther(GivesNoStep):
        def output_lengths(self, lengths):
            return (lengths + 1) // 2

    check_encoder(EveryOther)


@pytest.mark.parametrize(("cls", "message"), BROKEN_ENCODERS)
def test_a_broken_encoder_is_caught(cls, message):
    with pytest.raises(AssertionError, match=message):
        check_encoder(cls)


# -- broken losses ------------------------------------------------------------------------------


class IgnoresMask(CrossEntropyLoss):
    def __call__(self, scores, target, *, mask=None, weight=None, class_weight=None):
        return super().__call__(scores, target, weight=weight, class_weight=class_weight)


class MultipliesByMask(CrossEntropyLoss):
    """Averages over true steps, but NaN under the mask comes through."""

    def __call__(self, scores, target, *, mask=None, weight=None, class_weight=None):
        if mask is None:
            return super().__call__(scores, target, weight=weight, class_weight=class_weight)
        losses = self.per_step(scores.flatten(0, -2), target.clamp_min(0).flatten())
        return (losses * mask.flatten()).sum() / mask.sum()


class IgnoresWeight(CrossEntropyLoss):
    def __call__(self, scores, target, *, mask=None, weight=None, class_weight=None):
        return super().__call__(scores, target, mask=mask, class_weight=class_weight)


class IgnoresClassWeightLoss(CrossEntropyLoss):
    def __call__(self, scores, target, *, mask=None, weight=None, class_weight=None):
        return super().__call__(scores, target, mask=mask, weight=weight)


class GivesMean(SequenceLoss):
    def per_step(self, scores, target):
        return torch.nn.functional.cross_entropy(scores, target)


class NaiveLogarithm(SequenceLoss):
    def per_step(self, scores, target):
        p = scores.exp() / scores.exp().sum(-1, keepdim=True)
        return -p.gather(-1, target[:, None])[:, 0].log()


class WrongSign(SequenceLoss):
    def per_step(self, scores, target):
        return -torch.nn.functional.cross_entropy(scores, target, reduction="none")


class DependsOnOrder(SequenceLoss):
    def per_step(self, scores, target):
        losses = torch.nn.functional.cross_entropy(scores, target, reduction="none")
        return losses * (1 + torch.arange(len(losses)))


class DividesByCounts(SequenceLoss):
    def per_step(self, scores, target):
        losses = torch.nn.functional.cross_entropy(scores, target, reduction="none")
        return losses * (1 / self.class_counts_).sum()


class PriorOfNothing(CrossEntropyLoss):
    def prior_of_scores(self, prior):
        return 2 * prior


class FitsElsewhere(CrossEntropyLoss):
    def fit(self, class_counts, class_prior=None):
        super().fit(class_counts, class_prior)


class StoresMore(CrossEntropyLoss):
    def __init__(self, label_smoothing=0.0):
        super().__init__(label_smoothing)
        self.table = [1, 2]


class ChangesItsParameter(CrossEntropyLoss):
    def fit(self, class_counts, class_prior=None):
        self.label_smoothing = 0.1
        return super().fit(class_counts, class_prior)


class WantsArguments(CrossEntropyLoss):
    def __init__(self, label_smoothing):
        super().__init__(label_smoothing)


BROKEN_LOSSES = [
    (IgnoresMask, "only steps under a True mask must count"),
    (MultipliesByMask, "what stands under a False mask must not be read"),
    (IgnoresWeight, "weight must multiply each row before the mean"),
    (IgnoresClassWeightLoss, "class_weight must count like the weight"),
    (GivesMean, r"per_step must give one number for each of 12 rows, got \(\)"),
    (NaiveLogarithm, r"must be finite for scores of"),
    (WrongSign, "a row whose true class has the largest score must cost less"),
    (DependsOnOrder, "a row the same in another order of rows"),
    (DividesByCounts, "must be finite where a class has no members"),
    (PriorOfNothing, "prior_of_scores must give shares that sum to 1"),
    (FitsElsewhere, "fit must return self"),
    (StoresMore, r"__init__ must store its arguments only, but it set \['table'\]"),
    (ChangesItsParameter, "fit must not change parameters"),
    (WantsArguments, "must be made without arguments"),
    (object, "have the methods of SequenceLoss"),
]


@pytest.mark.parametrize(("cls", "message"), BROKEN_LOSSES)
def test_a_broken_loss_is_caught(cls, message):
    with pytest.raises(AssertionError, match=message):
        check_loss(cls)


@pytest.mark.parametrize("loss", ["focal", FocalLoss, FocalLoss(gamma=0.5, alpha=[1, 2, 3])])
def test_a_loss_is_checked_by_name_class_or_instance(loss):
    check_loss(loss)


# -- the runner ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimator", "kind"),
    [
        (SequenceClassifier(), "classifier"),
        (LogisticRegression(), "classifier"),
        (SequenceTagger(), "tagger"),
        (SequenceOrdinalClassifier(), "classifier"),
        (SequenceRegressor(), "regressor"),
        (SequenceScaler(), "transformer"),
        (ClassWeightTransformer(), "transformer"),
        (TokenEncoder(), "text_transformer"),
        (FeatureEncoder(), "dict_transformer"),
        (SequenceUnderSampler(), "sampler"),
        (TagOverSampler(), "tag_sampler"),
    ],
)
def test_the_kind_of_an_estimator_is_read_off_its_methods(estimator, kind):
    assert kind_of(estimator) == kind


def test_something_without_methods_is_no_estimator():
    with pytest.raises(TypeError, match="none of the methods fit_resample, predict and transform"):
        check_estimator(object())


def test_a_class_is_refused():
    with pytest.raises(TypeError, match=r"got the class SequenceScaler; pass SequenceScaler\(\)"):
        check_estimator(SequenceScaler)


def test_a_misspelt_kind_is_refused():
    with pytest.raises(ValueError, match=r"kind must be one of .* Did you mean 'tagger'\?"):
        check_estimator(SequenceScaler(), kind="taggger")


class MeasuresOnly(SequenceScaler):
    def fit(self, X, y=None, sample_weight=None):
        if X.dtype.kind == "i":
            raise ValueError("token ids have no mean")
        return super().fit(X, y, sample_weight)


def test_an_estimator_of_values_is_tried_on_values_only():
    name = "check_fit_returns_self"
    forms = [
        check.keywords["form"]
        for _, check in estimator_checks_generator(MeasuresOnly(), forms=["values"])
        if check.func.__name__ == name
    ]
    assert forms == ["values"]
    with pytest.raises(AssertionError, match=r"on tokens: must not raise ValueError"):
        run_check(MeasuresOnly(), name)


def test_a_form_that_the_kind_is_not_tried_on_is_refused():
    with pytest.raises(ValueError, match=r"each form of a transformer must be one of .* 'value'"):
        check_estimator(SequenceScaler(), forms=["value"])


def test_a_failure_names_check_estimator_and_form_of_X():
    with pytest.raises(
        AssertionError, match=r"^check_fit_returns_self of ReturnsNothing on tokens"
    ):
        check_estimator(small(ReturnsNothing))


def test_an_unexpected_error_is_a_failure():
    class Crashes(SequenceScaler):
        def fit(self, X, y=None, sample_weight=None):
            raise KeyError("lost")

    with pytest.raises(AssertionError, match="must not raise KeyError: 'lost'"):
        run_check(Crashes(), "check_fit_returns_self")


def test_expected_failures_are_told_apart_and_callbacks_hear_of_all():
    heard = []
    results = check_estimator(
        LosesOrigins(),
        expected_failed_checks={"check_weight_and_origin_follow": "on purpose"},
        callback=lambda **result: heard.append(result["check_name"]),
    )
    status = {result["check_name"]: result["status"] for result in results}
    assert status.pop("check_weight_and_origin_follow") == "xfail"
    assert set(status.values()) == {"passed"}
    assert heard == [result["check_name"] for result in results]


def test_failures_can_be_warnings():
    with pytest.warns(UserWarning, match="must pass on the origins"):
        results = check_estimator(LosesOrigins(), on_fail="warn")
    assert "failed" in {result["status"] for result in results}


class SkipsInverse(SequenceScaler):
    def inverse_transform(self, X):
        raise SkipTest("not here")


def test_a_skipped_check_is_reported():
    with pytest.warns(SkipTestWarning, match="check_inverse_transform was skipped: not here"):
        results = check_estimator(SkipsInverse())
    assert "skipped" in {result["status"] for result in results}


def test_marked_checks_are_skipped():
    expected = {"check_inverse_transform": "on purpose"}
    for estimator, check in estimator_checks_generator(
        SequenceScaler(), expected_failed_checks=expected, mark="skip"
    ):
        if check.func.__name__ == "check_inverse_transform":
            with pytest.raises(SkipTest, match="on purpose"):
                check(estimator)


def test_parametrize_marks_expected_failures():
    mark = parametrize_with_checks(
        [LosesOrigins()],
        expected_failed_checks=lambda _: {"check_weight_and_origin_follow": "on purpose"},
    )
    parameters = mark.mark.args[1]
    assert sum(hasattr(parameter, "marks") for parameter in parameters) == 2  # tokens and values


def test_the_checks_run_without_pytest():
    code = (
        "import sys; sys.modules['pytest'] = None\n"
        "from skseq.preprocessing import SequenceScaler\n"
        "from skseq.testing import check_encoder, check_estimator, check_loss\n"
        "check_estimator(SequenceScaler()); check_loss('focal'); check_encoder('cnn')"
    )
    root = Path(skseq.__file__).parents[1]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


@pytest.mark.parametrize("form", ["tokens", "values"])
def test_examples_are_ragged_with_rare_classes(form):
    labelled, tagged = make_example("classifier", form), make_example("tagger", form)
    assert len(np.unique(labelled.X.lengths)) > 2
    assert labelled.X.lengths.min() == 1
    assert tagged.y.aligns_with(tagged.X)
    for labels in (labelled.y, tagged.y.values):
        _, counts = np.unique(labels, return_counts=True)
        assert len(counts) == 3
        assert counts.min() < counts.max() / 2
