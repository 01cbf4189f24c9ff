"""Fewer classes: merged by name, size or likeness, and optionally told apart again."""

import logging
import warnings
from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedGroupKFold, check_cv
from sklearn.utils import indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skseq._validation import (
    HasMethods,
    Interval,
    StrOptions,
    check_method_params,
    check_parameters,
    num_samples,
    safe_indexing,
)
from skseq.data import Sequences, original_groups
from skseq.exceptions import SmallClassWarning
from skseq.meta._base import BaseMetaClassifier, has_method, relabel_counts, take_columns
from skseq.meta._class_groups import (
    centroid_distances,
    confusion_distances,
    cut_into,
    join_classes,
    name_groups,
    rename_labels,
)
from skseq.meta._features import row_features

logger = logging.getLogger(__name__)


def _can(method):
    """Whether the first stage, and the second where there is one, have a method."""

    def check(self):
        has_method(method, of="estimator")(self)
        if self.refine is not False and self.refine is not True:
            getattr(self.refine, method)
        return True

    return check


class ClassMerger(BaseMetaClassifier):
    """Train a classifier on fewer classes, and optionally tell the merged ones apart afterwards.

    Classes too rare, or too much alike, to be learnt one by one can often be learnt together.
    They are merged in three steps, each where its parameter is given: by ``mapping``, by
    ``min_count``, then by likeness down to ``n_classes``.

    Parameters
    ----------
    estimator : classifier
        What is trained on the merged classes: any classifier or pipeline, on whatever X it takes.

    mapping : dict, default=None
        Merged label of each label; one that is not a key stays what it is.

    min_count : int, default=None
        Classes with fewer training sequences become one class.

    n_classes : int, default=None
        The two classes that are most alike are merged, and again, until no more than so many are
        left. The number of classes itself merges none but still computes ``linkage_``, for
        inspection.

    distance : {"euclidean", "cosine", "confusion"}, default="euclidean"
        What alike means:

        - "euclidean": the mean features of the classes lie close to each other;
        - "cosine": they point the same way, which suits counts of tokens better: the mean of a
          big class is shorter than that of a small one;
        - "confusion": ``estimator`` mistakes one for the other, in predictions out of fold. This
          fits it once more for each fold.

    linkage : {"average", "complete", "single", "ward"}, default="average"
        Distance between classes that were merged already, see
        `scipy.cluster.hierarchy.linkage`. "ward" is meant for Euclidean distances.

    transformer : transformer, default=None
        Makes the features for the centroids, one row per sequence. None takes
        `skseq.preprocessing.SequenceSummarizer`, standardised for values, and TF-IDF of words for
        texts. A `skseq.SequenceClassifier` is one too: it is trained, and its pooled states are
        taken.

    cv : int, splitter or iterable of (train, test), default=5
        Folds for the confusion. An int makes stratified folds, which keep all rows of an original
        on one side where X is a `Sequences` that was resampled.

    refine : bool or classifier, default=False
        Whether a second stage tells the classes of each merged class apart, so that predictions
        are original labels: one more clone of ``estimator``, or of the classifier given here, is
        trained inside each merged class.

    naming : {"commonest", "joined"}, default="commonest"
        Label of a class that ``min_count`` or ``n_classes`` made: that of its commonest member,
        or all labels (strings) with "+" between them.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes_out,)
        Labels that are predicted: the merged ones, or with ``refine`` the original ones.

    merged_classes_ : ndarray of shape (n_merged,)
        Merged labels.

    original_classes_ : ndarray of shape (n_original,)
        Labels of y.

    merge_table_ : dict of str to ndarray of shape (n_original,)
        "class", "merged", "count" and "merged_count": each original class, what it became, and
        the training sequences of both. ``pandas.DataFrame(merger.merge_table_)`` shows it.

    estimator_ : classifier
        Fitted on the merged classes.

    refiners_ : list of n_merged classifiers or None
        For each merged class what tells its members apart, None where it has one; only with
        ``refine``.

    linkage_ : ndarray of shape (n_leaves - 1, 4)
        Order and distance of merging by likeness, in scipy's format; with ``n_classes`` only.
        `skseq.report.ClassDendrogramDisplay` draws it.

    leaf_classes_ : ndarray of shape (n_leaves,)
        What it starts from: the classes that ``mapping`` and ``min_count`` left.

    distances_ : ndarray of shape (n_leaves, n_leaves)
        How far apart these are.

    n_features_in_ : int
        Of ``estimator_``, where it has it.

    feature_names_in_ : ndarray of str of shape (n_features_in_,)
        Of ``estimator_``, where it has it.

    See Also
    --------
    make_merged_scorer : Scores merged predictions in a grid search.
    MajoritySplitter : The opposite: more classes.
    skseq.report.ClassDendrogramDisplay : Draws which classes are alike.

    Notes
    -----
    **Scores.** Without ``refine`` the predictions are merged labels. `score` maps y the same way.
    A scorer such as "f1_macro" does not: it counts every original label that is no longer
    predicted as missed, which is how a user of the original labels sees it. To score the merged
    task in ``GridSearchCV`` or ``cross_val_score``, use ``make_merged_scorer("f1_macro")``. An
    easier task scores higher: do not let such a score choose *how much* to merge. Set
    ``refine=True`` for that, and score the original labels.

    **Two stages.** With ``refine`` a prediction is made from the top down, each stage by its own
    decision rule, and probabilities multiply: P(c) = P(merged) P(c | merged). So the prediction
    need not be the class of the largest product.

    **Behind a sampler.** `Sequences` that a sampler of skseq gave back tell how often each label
    occurred before. The first stage gets these counts added up by merged label, and a refiner
    those of its members, so that their ``target_prior="data"`` is the data's prior.

    The merging is learnt from the training data of `fit` alone, so it may differ from fold to
    fold unless ``mapping`` fixes it.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseq.meta import ClassMerger
    >>> from skseq.preprocessing import SequenceSummarizer
    >>> X = [[0.1, 0.0], [0.0, 0.2], [5.0, 5.2, 5.1], [5.3, 5.0], [5.1, 4.9], [7.0, 7.1]]
    >>> y = ["flat", "flat", "high", "high", "high", "peak"]
    >>> model = make_pipeline(SequenceSummarizer("statistics"), LogisticRegression())
    >>> merger = ClassMerger(model, n_classes=2, naming="joined").fit(X, y)
    >>> merger.predict([[0.1, 0.1], [7.5, 7.4]])
    array(['flat', 'high+peak'], dtype='<U9')
    >>> for row in zip(*merger.merge_table_.values()):
    ...     print("{} -> {} ({} of {})".format(*row))
    flat -> flat (2 of 2)
    high -> high+peak (3 of 4)
    peak -> high+peak (1 of 4)
    >>> merger.set_params(refine=True).fit(X, y).predict([[0.1, 0.1], [7.5, 7.4]])
    array(['flat', 'peak'], dtype='<U4')
    """

    _parameter_constraints: dict = {
        **BaseMetaClassifier._parameter_constraints,
        "mapping": [dict, None],
        "min_count": [Interval(Integral, 1, None, closed="left"), None],
        "n_classes": [Interval(Integral, 2, None, closed="left"), None],
        "distance": [StrOptions({"euclidean", "cosine", "confusion"})],
        "linkage": [StrOptions({"average", "complete", "single", "ward"})],
        "transformer": [HasMethods(["fit", "transform"]), None],
        "cv": ["cv_object"],
        "refine": ["boolean", HasMethods(["fit", "predict"])],
        "naming": [StrOptions({"commonest", "joined"})],
    }

    def __init__(
        self,
        estimator,
        *,
        mapping=None,
        min_count=None,
        n_classes=None,
        distance="euclidean",
        linkage="average",
        transformer=None,
        cv=5,
        refine=False,
        naming="commonest",
    ):
        self.estimator = estimator
        self.mapping = mapping
        self.min_count = min_count
        self.n_classes = n_classes
        self.distance = distance
        self.linkage = linkage
        self.transformer = transformer
        self.cv = cv
        self.refine = refine
        self.naming = naming

    def fit(self, X, y, **fit_params):
        """Merge classes, and train on the merged ones.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        y : array-like of shape (n_sequences,)
            The original labels.

        **fit_params : dict
            Passed to the ``fit`` of every classifier that is trained here; what has one entry per
            sequence, such as ``sample_weight``, goes along with its sequences.

        Returns
        -------
        ClassMerger
            The instance itself.

        Raises
        ------
        ValueError
            If a parameter or y breaks a rule, or all classes would become one.
        """
        check_parameters(self)
        X, y = self._check_X_y(X, y)
        routed = self._route(fit_params)
        self.original_classes_, codes = np.unique(y, return_inverse=True)
        self._learn_merging(X, codes, routed["estimator"])
        merged = self._merged_labels[codes]
        counted = self._count_merged(X, self._merged_labels)
        self.estimator_ = clone(self.estimator).fit(counted, merged, **routed["estimator"])
        if self._is_refined():
            self._fit_refiners(X, y, merged, routed)
        self._copy_fitted_attributes(self.estimator_)
        return self

    @property
    def classes_(self):
        """ndarray of shape (n_classes_out,) : labels that are predicted."""
        return self.original_classes_ if self._is_refined() else self.merged_classes_

    def merge_labels(self, y):
        """Merged labels of original ones.

        Parameters
        ----------
        y : array-like of shape (n_sequences,)
            Original labels. One that `fit` did not see is mapped by ``mapping``, or
            stays.

        Returns
        -------
        ndarray of shape (n_sequences,)
        """
        check_is_fitted(self)
        labels, codes = np.unique(np.asarray(y), return_inverse=True)
        return rename_labels(labels, self._new_of(self._merged_labels))[codes]

    def predict(self, X):
        """Predict labels.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences,)
            Merged labels; with ``refine``, original ones.
        """
        check_is_fitted(self)
        merged = self.estimator_.predict(X)
        if not self._is_refined():
            return merged
        (X,) = indexable(X)
        predicted = np.empty(num_samples(X), dtype=self.original_classes_.dtype)
        for label, refiner in zip(self.merged_classes_, self.refiners_, strict=True):
            rows = np.flatnonzero(merged == label)
            if refiner is None:
                predicted[rows] = self._members(label)[0]
            elif len(rows):
                predicted[rows] = refiner.predict(safe_indexing(X, rows))
        return predicted

    @available_if(_can("predict_proba"))
    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes_out)
            Columns in the order of ``classes_``; rows sum to 1 as those of ``estimator`` do.
        """
        check_is_fitted(self)
        merged_proba = take_columns(
            self.estimator_.predict_proba(X), self.estimator_.classes_, self.merged_classes_
        )
        if not self._is_refined():
            return merged_proba
        proba = np.zeros((len(merged_proba), len(self.original_classes_)))
        for i, (label, refiner) in enumerate(
            zip(self.merged_classes_, self.refiners_, strict=True)
        ):
            members = self._members(label)
            columns = np.searchsorted(self.original_classes_, members)
            proba[:, columns] = merged_proba[:, [i]]
            if refiner is not None:
                inside = take_columns(refiner.predict_proba(X), refiner.classes_, members)
                proba[:, columns] *= inside
        return proba

    @available_if(_can("predict_proba"))
    def predict_log_proba(self, X):
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes_out)
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    @available_if(lambda self: not self._is_refined() and _can("decision_function")(self))
    def decision_function(self, X):
        """Scores of ``estimator_`` for the merged classes; not with ``refine``.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_merged), or (n_sequences,) for two merged classes
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    def score(self, X, y, sample_weight=None):
        """Accuracy of the labels that are predicted.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        y : array-like of shape (n_sequences,)
            True *original* labels: they are merged first, unless ``refine`` predicts such.

        sample_weight : array-like of shape (n_sequences,), default=None
            How much each sequence counts.

        Returns
        -------
        float
        """
        predicted = self.predict(X)
        return float(accuracy_score(self._as_predicted(y), predicted, sample_weight=sample_weight))

    # -- merging ------------------------------------------------------------------------------

    def _learn_merging(self, X, codes, fit_params):
        """Go from the original labels to the merged ones, step by step."""
        counts = np.bincount(codes)
        merged = self._map(self.original_classes_)
        if self.min_count is not None:
            merged = self._merge_small(merged, counts)
        if self.n_classes is not None:
            merged = self._merge_alike(merged, counts, X, codes, fit_params)
        self._merged_labels = merged  # of each original class
        self.merged_classes_, of_class = np.unique(merged, return_inverse=True)
        sizes = len(self.original_classes_), len(self.merged_classes_)
        logger.info("ClassMerger: %d classes become %d", *sizes)
        if len(self.merged_classes_) < 2 <= len(self.original_classes_):
            raise ValueError(
                f"all {len(self.original_classes_)} classes would become one, "
                f"{merged.tolist()[0]!r}; merge fewer of them"
            )
        self.merge_table_ = {
            "class": self.original_classes_,
            "merged": merged,
            "count": counts,
            "merged_count": np.bincount(of_class, counts).astype(int)[of_class],
        }

    def _new_of(self, merged):
        """Dict from each label to its new one, given those of the original classes."""
        met = zip(self.original_classes_.tolist(), merged.tolist(), strict=True)
        return dict(self.mapping or {}) | dict(met)

    def _count_merged(self, X, merged):
        """X that knows the counts of the classes before a sampler, merged as they are."""
        shares = {label: {new: 1} for label, new in self._new_of(merged).items()}
        return relabel_counts(X, self.original_classes_, shares)

    def _map(self, labels):
        if not self.mapping:
            return labels
        if not set(self.mapping) & set(labels.tolist()):
            raise ValueError(
                f"no key of mapping is a label of y: its keys are {list(self.mapping)}, the labels "
                f"{labels.tolist()}"
            )
        return rename_labels(labels, self.mapping)

    def _merge_small(self, merged, counts):
        labels, of_class = np.unique(merged, return_inverse=True)
        sizes = np.bincount(of_class, counts)
        is_small = sizes < self.min_count
        if is_small.any() and sizes[is_small].sum() < self.min_count:
            warnings.warn(
                f"classes {labels[is_small].tolist()} have fewer than min_count={self.min_count} "
                f"sequences, and together they still have only {int(sizes[is_small].sum())}",
                SmallClassWarning,
                stacklevel=4,
            )
        group = np.where(is_small, np.argmax(is_small), np.arange(len(labels)))
        return name_groups(labels, sizes, group, self.naming)[of_class]

    def _merge_alike(self, merged, counts, X, codes, fit_params):
        self.leaf_classes_, leaf_of_class = np.unique(merged, return_inverse=True)
        leaves = leaf_of_class[codes]
        X = self._count_merged(X, merged)
        if self.distance == "confusion":
            self.distances_ = self._confusion_distances(X, leaves, fit_params)
        else:
            features = row_features(
                X, self.leaf_classes_[leaves], self.transformer, estimator=self.estimator
            )
            self.distances_ = centroid_distances(features, leaves, self.distance)
        self.linkage_ = join_classes(self.distances_, self.linkage)
        group = cut_into(self.linkage_, self.n_classes)
        sizes = np.bincount(leaf_of_class, counts)
        return name_groups(self.leaf_classes_, sizes, group, self.naming)[leaf_of_class]

    def _confusion_distances(self, X, leaves, fit_params):
        labels = self.leaf_classes_[leaves]
        predicted = np.empty_like(labels)
        for train, test in self._folds(X, labels):
            model = clone(self.estimator).fit(
                safe_indexing(X, train),
                labels[train],
                **check_method_params(X, fit_params, indices=train),
            )
            predicted[test] = model.predict(safe_indexing(X, test))
        predicted_leaves = np.searchsorted(self.leaf_classes_, predicted)
        return confusion_distances(leaves, predicted_leaves, len(self.leaf_classes_))

    def _folds(self, X, y):
        if isinstance(X, Sequences) and X.origin is not None and isinstance(self.cv, Integral):
            return StratifiedGroupKFold(self.cv).split(X, y, groups=original_groups(X))
        return check_cv(self.cv, y, classifier=True).split(X, y)

    # -- refining -----------------------------------------------------------------------------

    def _is_refined(self):
        return self.refine is not False

    def _fit_refiners(self, X, y, merged, routed):
        name = "estimator" if self.refine is True else "refine"
        refiner = self._inner_estimators()[name]
        self.refiners_ = []
        for label in self.merged_classes_:
            members = self._members(label)
            if len(members) == 1:
                self.refiners_.append(None)
                continue
            rows = np.flatnonzero(merged == label)
            params = check_method_params(X, routed[name], indices=rows)
            inside = self._count_members(safe_indexing(X, rows), members)
            self.refiners_.append(clone(refiner).fit(inside, y[rows], **params))

    def _count_members(self, X, members):
        """X that knows the counts of these original classes before a sampler, and no others."""
        left_out = set(getattr(X, "label_counts", None) or ()) - set(members.tolist())
        return relabel_counts(X, members, {label: {} for label in left_out})

    def _members(self, label):
        return self.original_classes_[self._merged_labels == label]

    def _inner_estimators(self):
        inner = {"estimator": self.estimator}
        return inner if isinstance(self.refine, bool) else inner | {"refine": self.refine}

    def _as_predicted(self, y):
        """y in the labels that `predict` gives."""
        return np.asarray(y) if self._is_refined() else self.merge_labels(y)
