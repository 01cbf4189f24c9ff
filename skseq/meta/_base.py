"""What classifiers around a classifier share: checks, metadata, counts, attributes and tags."""

from collections import Counter

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils import get_tags, indexable
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing

from skseq._validation import HasMethods, check_classifies, check_labels, routing_enabled
from skseq.data import Sequences


class BaseMetaClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """A classifier that trains the one in ``self.estimator`` on other labels; not for direct use.

    X is passed on as it is: whatever form the inner classifier takes, from `Sequences` to a list of
    texts, is taken here. Only the counts of the labels that samplers record in it are translated
    into the other labels (`relabel_counts`). Parameters of ``fit`` go to its ``fit`` too, by
    scikit-learn's metadata routing where that is enabled.
    """

    _parameter_constraints: dict = {"estimator": [HasMethods(["fit", "predict"])]}

    def _check_X_y(self, X, y):
        """X that can be indexed, and y as an array of labels."""
        for name, estimator in self._inner_estimators().items():
            check_classifies(self, estimator, name=name)
        return indexable(X)[0], check_labels(y, X, self)

    def _main_estimator(self):
        """The inner estimator whose tags are ours."""
        return self.estimator

    def _inner_estimators(self):
        """Dict from the name of a parameter to the estimator in it whose fit gets metadata."""
        return {"estimator": self.estimator}

    def get_metadata_routing(self):
        """Tell scikit-learn which estimators metadata goes to.

        Returns
        -------
        MetadataRouter
            Their ``fit`` gets what they request from ours.
        """
        return MetadataRouter(owner=self).add(
            method_mapping=MethodMapping().add(caller="fit", callee="fit"),
            **self._inner_estimators(),
        )

    def _route(self, params):
        """Parameters of ``fit`` for each of the inner estimators, by name."""
        if not routing_enabled():
            return dict.fromkeys(self._inner_estimators(), params)
        routed = process_routing(self, "fit", **params)
        return {name: routed[name]["fit"] for name in self._inner_estimators()}

    def _copy_fitted_attributes(self, fitted):
        """Copy what the inner estimator knows of the features."""
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(fitted, name):
                setattr(self, name, getattr(fitted, name))
            elif hasattr(self, name):
                delattr(self, name)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self._main_estimator()).input_tags
        return tags


def has_method(name, of):
    """Condition for `available_if`: a method of an inner estimator, fitted or yet to be."""

    def check(self):
        # Its own AttributeError tells best what is missing.
        getattr(getattr(self, f"{of}_", getattr(self, of)), name)
        return True

    return check


def relabel_counts(X, labels, shares):
    """Translate into other labels how often each label occurred before a sampler.

    Parameters
    ----------
    X : Sequences, or any other form
        The sequences.

    labels : ndarray of shape (n_labels,)
        Those of y.

    shares : dict of label to dict of label to float
        New labels of an old one, and the share of its count that each of them gets. A label that
        is not a key stays what it is.

    Returns
    -------
    Sequences, or the form of X
        With ``label_counts`` of the new labels, or X itself where it has none. They are empty, so
        that they are not taken for those of the data, where a label of y lacks a count: X was
        resampled under other labels.
    """
    if not isinstance(X, Sequences) or X.label_counts is None:
        return X
    counts = Counter()
    if all(label in X.label_counts for label in labels.tolist()):
        for label, count in X.label_counts.items():
            for new, share in shares.get(label, {label: 1}).items():
                counts[new] += share * count
    return X.replace(label_counts=dict(counts))


def take_columns(proba, classes, wanted):
    """Probabilities of the ``wanted`` classes, which sum to 1.

    Parameters
    ----------
    proba : ndarray of shape (n_rows, n_classes)
        Of all classes that an inner classifier knows; some know more than
        occur.

    classes : ndarray of shape (n_classes,)
        Sorted.

    wanted : ndarray of shape (n_wanted,)
        Sorted; some of ``classes``.

    Returns
    -------
    ndarray of shape (n_rows, n_wanted)
    """
    if len(classes) == len(wanted):
        return proba
    proba = proba[:, np.searchsorted(classes, wanted)]
    return proba / np.maximum(proba.sum(axis=1, keepdims=True), np.finfo(proba.dtype).tiny)
