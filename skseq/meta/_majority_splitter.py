"""More classes: the big one is trained as several smaller ones."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import silhouette_score
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skseq._validation import HasMethods, Interval, StrOptions, check_parameters
from skseq.exceptions import SmallClassWarning
from skseq.meta._base import BaseMetaClassifier, has_method, relabel_counts, take_columns
from skseq.meta._features import row_features

# Sequences whose silhouette is computed: its cost rises with their square.
_SILHOUETTE_ROWS = 2000


class MajoritySplitter(BaseMetaClassifier):
    """Train a classifier with the biggest class split into parts, and put the parts together again.

    A big class often holds several kinds of sequences. Split by k-means into parts, it is neither
    as big nor as varied as it was, and the classifier has simpler borders to learn. Its predictions
    for the parts are added up, so that the labels seen from outside are those of y.

    Parameters
    ----------
    estimator : classifier
        What is trained on the split classes: any classifier or pipeline, on whatever X it takes.

    n_clusters : int or "silhouette", default="silhouette"
        Parts of the class. "silhouette" takes the number from 2 to ``max_clusters`` whose parts
        are most distinct. With 1 the class stays whole.

    max_clusters : int, default=8
        Maximum number of parts for "silhouette".

    majority : label, default=None
        The class to split; None takes the commonest, the first of several in sorted order.

    transformer : transformer, default=None
        Makes the features to cluster by, one row per sequence. None takes
        `skseq.preprocessing.SequenceSummarizer`, standardised for values, and TF-IDF of words for
        texts. A `skseq.SequenceClassifier` is one too: it is trained, and its pooled states are
        taken.

    decision : {"auto", "sum", "part"}, default="auto"
        What `predict` goes by:

        - "sum": the largest probability, the parts' added up;
        - "part": the label that ``estimator`` predicts by its own rule, a part standing for its
          class. The big class then competes part by part, and the others win more often;
        - "auto": "sum" where ``estimator`` has ``predict_proba``, else "part".

    random_state : int, RandomState instance or None, default=None
        Randomness of the clustering; pass an int for the same result every time.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels of y.

    majority_class_ : label
        The class that was split.

    n_clusters_ : int
        Its parts.

    part_labels_ : ndarray of shape (n_clusters_,)
        Their labels in ``estimator_``: "label#0", "label#1", ... for strings; for numbers the
        label itself and then numbers above all labels.

    part_counts_ : ndarray of int of shape (n_clusters_,)
        Training sequences of each part, the biggest first.

    silhouette_scores_ : dict of int to float
        Mean silhouette (-1 to 1) of each number of parts that was tried; empty for an int.

    estimator_ : classifier
        Fitted on the split classes.

    n_features_in_ : int
        Of ``estimator_``, where it has it.

    feature_names_in_ : ndarray of str of shape (n_features_in_,)
        Of ``estimator_``, where it has it.

    See Also
    --------
    ClassMerger : The opposite: fewer classes.
    skseq.samplers.SequenceUnderSampler : Drops sequences of the big class instead.

    Notes
    -----
    All labels but that of the split class stay as they are inside, so a ``class_weight`` or
    ``sampling_strategy`` that names them still fits. Settings such as "balanced" treat each part
    as a class of its own, which leaves more weight to the split class as a whole.

    The parts' probabilities are added as they are: they are as accurate as those of ``estimator``.
    Behind a sampler of skseq it may have ``target_prior="data"``: `Sequences` tell how often the
    split class occurred before, and each part gets its share of that, the one it has in what is
    trained on.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseq.meta import MajoritySplitter
    >>> from skseq.preprocessing import SequenceSummarizer
    >>> X = [np.full(4, level) for level in [-2.0, -1.9, -2.1, 2.0, 1.9, 2.1, 0.0, 0.1]]
    >>> y = ["common"] * 6 + ["rare"] * 2
    >>> model = make_pipeline(SequenceSummarizer("statistics"), LogisticRegression())
    >>> splitter = MajoritySplitter(model, random_state=0).fit(X, y)
    >>> splitter.n_clusters_, splitter.part_labels_.tolist()
    (2, ['common#0', 'common#1'])
    >>> splitter.predict([np.full(4, 0.0)]), model.fit(X, y).predict([np.full(4, 0.0)])
    (array(['rare'], dtype='<U6'), array(['common'], dtype='<U6'))
    """

    _parameter_constraints: dict = {
        **BaseMetaClassifier._parameter_constraints,
        "n_clusters": [Interval(Integral, 1, None, closed="left"), StrOptions({"silhouette"})],
        "max_clusters": [Interval(Integral, 2, None, closed="left")],
        "majority": "no_validation",
        "transformer": [HasMethods(["fit", "transform"]), None],
        "decision": [StrOptions({"auto", "sum", "part"})],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        estimator,
        *,
        n_clusters="silhouette",
        max_clusters=8,
        majority=None,
        transformer=None,
        decision="auto",
        random_state=None,
    ):
        self.estimator = estimator
        self.n_clusters = n_clusters
        self.max_clusters = max_clusters
        self.majority = majority
        self.transformer = transformer
        self.decision = decision
        self.random_state = random_state

    def fit(self, X, y, **fit_params):
        """Split the biggest class, and train on its parts and the other classes.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        y : array-like of shape (n_sequences,)
            Their labels.

        **fit_params : dict
            Passed to the ``fit`` of ``estimator``. The clustering reads no weights.

        Returns
        -------
        MajoritySplitter
            The instance itself.

        Raises
        ------
        ValueError
            If a parameter or y breaks a rule.
        """
        check_parameters(self)
        X, y = self._check_X_y(X, y)
        fit_params = self._route(fit_params)["estimator"]
        self._check_decision()
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.majority_class_ = self._choose_class(np.bincount(codes))
        is_split = y == self.majority_class_
        part = self._cluster(X, y, is_split)
        self.part_labels_ = _part_labels(self.majority_class_, self.n_clusters_, self.classes_)
        split = y.astype(np.result_type(y.dtype, self.part_labels_.dtype))
        split[is_split] = self.part_labels_[part]
        self.estimator_ = clone(self.estimator).fit(self._count_parts(X), split, **fit_params)
        self._copy_fitted_attributes(self.estimator_)
        return self

    def predict(self, X):
        """Predict the label of each sequence.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences,)
        """
        check_is_fitted(self)
        if self._decides_by_sum():
            return self.classes_[self.predict_proba(X).argmax(axis=1)]
        return self.classes_[self._whole(self.estimator_.predict(X))]

    @available_if(has_method("predict_proba", of="estimator"))
    def predict_proba(self, X):
        """Predict the probability of each class, that of the parts added up.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes)
            Columns in the order of ``classes_``; rows sum to 1 as those of ``estimator_`` do.
        """
        check_is_fitted(self)
        split_classes = self._split_classes()
        of_parts = take_columns(
            self.estimator_.predict_proba(X), self.estimator_.classes_, split_classes
        )
        proba = np.zeros((len(of_parts), len(self.classes_)))
        np.add.at(proba.T, self._whole(split_classes), of_parts.T)
        return proba

    @available_if(has_method("predict_proba", of="estimator"))
    def predict_log_proba(self, X):
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : as ``estimator`` takes it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes)
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    # -- splitting and putting together ---------------------------------------------------------

    def _check_decision(self):
        if self.decision == "sum" and not hasattr(self.estimator, "predict_proba"):
            raise ValueError(
                f"decision='sum' adds probabilities, but {type(self.estimator).__name__} has no "
                "predict_proba; use decision='part'"
            )

    def _decides_by_sum(self):
        if self.decision == "auto":
            return hasattr(self.estimator_, "predict_proba")
        return self.decision == "sum"

    def _choose_class(self, counts):
        if self.majority is None:
            return self.classes_[np.argmax(counts)]
        named = self.classes_[self.classes_ == self.majority]
        if not len(named):
            raise ValueError(
                f"majority={self.majority!r} is not a label of y, which has "
                f"{self.classes_.tolist()}"
            )
        return named[0]

    def _cluster(self, X, y, is_split):
        """Part of each sequence of the class, numbered from the biggest."""
        self.silhouette_scores_ = {}
        n_rows = int(is_split.sum())
        if self.n_clusters == 1 or n_rows == 1:
            part = np.zeros(n_rows, dtype=int)
        else:
            features = row_features(X, y, self.transformer, estimator=self.estimator)
            part = self._parts(features[is_split])
        by_size = np.argsort(-np.bincount(part), kind="stable")
        self.n_clusters_ = len(by_size)
        self.part_counts_ = np.bincount(part)[by_size]
        return np.argsort(by_size)[part]

    def _parts(self, features):
        """Cluster of each row of features, every cluster with a member."""
        rng = check_random_state(self.random_state)
        if self.n_clusters == "silhouette":
            return self._most_distinct_parts(features, rng)
        part = _k_means(features, self.n_clusters, rng)
        if part.max() + 1 < self.n_clusters:
            warnings.warn(
                f"class {str(self.majority_class_)!r} has only {part.max() + 1} distinct "
                f"sequences, so it is split into that many parts, not n_clusters={self.n_clusters}",
                SmallClassWarning,
                stacklevel=5,
            )
        return part

    def _most_distinct_parts(self, features, rng):
        best = np.zeros(features.shape[0], dtype=int)
        for n_clusters in range(2, self.max_clusters + 1):
            part = _k_means(features, n_clusters, rng)
            if part.max() + 1 < n_clusters:
                break  # there are no more distinct sequences than that
            scores = self.silhouette_scores_
            scores[n_clusters] = _silhouette(features, part, rng)
            if scores[n_clusters] == max(scores.values()):
                best = part
        return best

    def _count_parts(self, X):
        """X that knows the counts before a sampler, the split class's divided over its parts."""
        shares = (self.part_counts_ / self.part_counts_.sum()).tolist()
        of_parts = dict(zip(self.part_labels_.tolist(), shares, strict=True))
        return relabel_counts(X, self.classes_, {self.majority_class_: of_parts})

    def _split_classes(self):
        """Labels that ``estimator_`` was trained on, sorted."""
        others = self.classes_[self.classes_ != self.majority_class_]
        return np.unique(np.concatenate([self.part_labels_, others]))

    def _whole(self, labels):
        """Position in ``classes_`` of labels of ``estimator_``, a part being its class."""
        labels = np.where(np.isin(labels, self.part_labels_), self.majority_class_, labels)
        return np.searchsorted(self.classes_, labels.astype(self.classes_.dtype))


def _part_labels(label, n_parts, classes):
    """Labels for the parts of a class that no other class has."""
    if n_parts == 1:
        return np.array([label])
    if classes.dtype.kind in "UO":
        sign = "#"
        while any(str(other).startswith(f"{label}{sign}") for other in classes):
            sign += "#"
        return np.array([f"{label}{sign}{i}" for i in range(n_parts)], dtype=classes.dtype.kind)
    start = int(classes.max()) + 1
    return np.array([label, *range(start, start + n_parts - 1)], dtype=np.int64)


def _k_means(features, n_clusters, rng):
    """Cluster of each row; fewer clusters than wanted if fewer rows differ."""
    model = KMeans(
        min(n_clusters, features.shape[0]), n_init=3, random_state=rng.randint(2**31 - 1)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it says just that
        return np.unique(model.fit_predict(features), return_inverse=True)[1]


def _silhouette(features, part, rng):
    """Mean silhouette, of a sample where there are many rows; -1 where it is not defined."""
    rows = np.arange(features.shape[0])
    if len(rows) > _SILHOUETTE_ROWS:
        rows = rng.choice(len(rows), _SILHOUETTE_ROWS, replace=False)
    if not 2 <= len(np.unique(part[rows])) < len(rows):
        return -1.0
    return float(silhouette_score(features[rows], part[rows]))
