"""skorch's `EpochScoring` on our nets: it scores labels, where batches hold padded scores."""

from functools import cached_property

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from skorch.callbacks import Callback, EpochScoring
from skorch.utils import to_numpy


def scoring_labels(callback):
    """Give a user's callback, an `EpochScoring` so that it sees labels and what is predicted.

    Parameters
    ----------
    callback : Callback or tuple of (str, Callback)
        As skorch takes it. One that shall not use what the epoch has predicted is left alone.

    Returns
    -------
    Callback or tuple of (str, Callback)
    """
    if isinstance(callback, tuple):
        name, callback = callback
        return name, scoring_labels(callback)
    is_scored = isinstance(callback, EpochScoring) and callback.use_caching
    return LabelScoring(callback) if is_scored else callback


class LabelScoring(Callback):
    """Passes labels and predictions on to an `EpochScoring`, of each sequence or step that counts.

    Predictions are decided as those of the estimator. Numbers of a regression come as the net has
    them: standardised.

    Parameters
    ----------
    scoring : EpochScoring
        What takes any scorer of scikit-learn, by name or as a callable, which sees a fitted model.
    """

    def __init__(self, scoring):
        self.scoring = scoring

    def initialize(self):
        """Start anew."""
        self.scoring.initialize()
        return self

    def on_train_begin(self, net, **kwargs):
        self.scoring.on_train_begin(net, **kwargs)

    def on_epoch_begin(self, net, **kwargs):
        self.scoring.on_epoch_begin(net, **kwargs)

    def on_batch_end(self, net, batch=None, training=None, y_pred=None, **kwargs):
        if training != self.scoring.on_train:
            return
        validation_score = dict(net.callbacks_).get("validation_score")
        if validation_score is None:
            target, told = _numbers(batch, y_pred)
        else:
            target, told = validation_score.labels(net, batch, y_pred)
        batch = batch[0], target
        self.scoring.on_batch_end(net, batch=batch, training=training, y_pred=told, **kwargs)

    def on_epoch_end(self, net, **kwargs):
        validation_score = dict(net.callbacks_).get("validation_score")
        if validation_score is None:
            told = ToldNumbers(net.history)
        else:
            told = ToldLabels(net.history, validation_score.posterior.classes)
        self.scoring.on_epoch_end(told, **kwargs)

    def on_train_end(self, net, **kwargs):
        self.scoring.on_train_end(net, **kwargs)


class _Told(BaseEstimator):
    """A fitted model that says what a net has said: `EpochScoring` hands its batches over."""

    use_caching = "auto"
    device = None

    def __init__(self, history):
        self.history = history

    def fit(self, X, y):
        """Be fitted already."""
        return self

    @cached_property
    def batches(self):
        """list : what was said; a scorer may ask twice, but skorch hands it over once."""
        return list(self.forward_iter())


class ToldNumbers(RegressorMixin, _Told):
    """Says numbers."""

    def predict(self, X):
        """Numbers: ndarray of shape (n,)."""
        return np.concatenate(self.batches)


class ToldLabels(ClassifierMixin, _Told):
    """Says labels and probabilities."""

    def __init__(self, history, classes_):
        super().__init__(history)
        self.classes_ = classes_

    def predict(self, X):
        """Labels: ndarray of shape (n,)."""
        return np.concatenate([labels for labels, _ in self.batches])

    def predict_proba(self, X):
        """Probabilities: ndarray of shape (n, n_classes)."""
        return np.concatenate([proba for _, proba in self.batches])


def _numbers(batch, y_pred):
    about, numbers = batch[1], to_numpy(y_pred)[..., 0]
    counts = about.get("mask")
    if counts is None:
        return about["target"].numpy(), numbers
    if "weight" in about:
        counts = counts & (about["weight"] > 0)
    return about["target"].numpy()[counts.numpy()], numbers[counts.numpy()]
