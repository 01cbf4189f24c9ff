"""Several classifiers or taggers as one, with weights that were chosen on held-out rows."""

from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.utils import Bunch, get_tags
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from skseq._validation import (
    BaseComposition,
    Interval,
    RealNotInt,
    StrOptions,
    check_parameters,
)
from skseq.data import Sequences
from skseq.decisions import (
    STRENGTHS,
    fit_pool,
    make_rule,
    mean_weights,
    pool_choices,
    pool_log_proba,
    tune_pool,
)
from skseq.meta._scored import HOLD_OUT_CONSTRAINTS, BaseScoreClassifier, align_scores, read_scores

_METHODS = ("predict_proba",)


class SequenceBlender(BaseScoreClassifier, BaseComposition):
    """Blend classifiers, or taggers, by a weighted mean of their log probabilities.

    A net and a model without one err on different rows, so their blend is seldom worse than the
    better of the two and often better than both. How much each counts is chosen on rows that were
    held out: the weights are those under which the true labels are most likely.

    It is what scikit-learn's ``StackingClassifier`` does, with one parameter for each member in
    place of one for each member and pair of classes, which rare classes could not pay for; and it
    takes taggers, whose steps are blended one by one.

    Parameters
    ----------
    estimators : list of (str, estimator)
        The members: classifiers with ``predict_proba``, all of single labels or all taggers, each
        of which takes X as it is. Samplers and encoders belong inside them.

    weights : {"fit", "mean"} or array-like of shape (n_estimators,) or (n_estimators + 1,), \
            default="fit"
        How much each member counts. "fit" chooses on held-out rows; "mean" counts all alike, and
        needs none. The one more, 0 where it is not given, is the weight of the log class shares,
        which take part as a member that does not look at X: so members that were trained on
        balanced classes, and others, are brought to the shares that the data have.

    decision : {"argmax", "balanced", "tuned"}, float in [0, 1], dict or array-like of shape \
            (n_classes,) or (n_classes, n_classes), default="argmax"
        Which class is predicted, as for `skseq.SequenceClassifier`. "tuned" chooses among five
        strengths from "argmax" (0) to "balanced" (1) the one whose held-out predictions score
        best by ``scoring``; and, with ``weights="fit"``, a member alone where that scores better
        than the blend.

    scoring : str or callable, default=None
        What ``decision="tuned"`` maximises, as for `skseq.meta.ThresholdTuner`. None is macro F1.

    cv : int, float, splitter, iterable or "prefit", default=None
        Which rows are held out: None or an int for (5) stratified folds, over tags for taggers; a
        float for one split with that share held out; "prefit" where the members are fitted
        already, and `fit` gets rows that they were not trained on. Sequences that share an
        ``origin`` are kept on one side.

    n_jobs : int, default=None
        Number of fits of a member to run in parallel.

    random_state : int, RandomState instance or None, default=None
        Draws the split where ``cv`` is a float.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.

    estimators_ : list of estimator
        The members, fitted to all rows.

    named_estimators_ : Bunch
        The same by name.

    weights_ : ndarray of shape (n_estimators + 1,)
        How much each member counts, and the log class shares.

    prior_ : ndarray of shape (n_classes,)
        The class shares of y, or of its steps.

    decision_ : float, str, dict or ndarray of the shape of ``decision``
        The decision, or the strength that was chosen.

    n_features_in_ : int
        Features that the first member saw, if it knows.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Their names, if it knows.

    See Also
    --------
    sklearn.ensemble.VotingClassifier : Averages probabilities.
    sklearn.ensemble.StackingClassifier : Trains any classifier on the members' probabilities.
    skseq.model_selection.compare_strategies : Blends the best net with the best baseline.

    Notes
    -----
    The weights maximise the log likelihood of held-out labels, less half the squared distance from
    those of the mean; none of a member's is negative. They need not sum to 1: members that are too
    sure count less, all together. ``sample_weight`` counts there too, where y has one label for
    each sequence.

    Members are trained once for each fold and once on all rows. In a blend of taggers each step is
    decided on its own, so that members' constraints on what follows what have no hold on it.

    References
    ----------
    Genest & Zidek, "Combining Probability Distributions: A Critique and an Annotated
    Bibliography", Statistical Science 1(1), 1986: the logarithmic opinion pool.

    Wolpert, "Stacked generalization", Neural Networks 5(2), 1992.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseq import SequenceClassifier
    >>> from skseq.datasets import make_imbalanced_sequences
    >>> from skseq.ensemble import SequenceBlender
    >>> from skseq.preprocessing import SequenceSummarizer
    >>> X, y = make_imbalanced_sequences(80, n_classes=2, weights=0.8, length=6, random_state=0)
    >>> table = make_pipeline(SequenceSummarizer(), LogisticRegression(max_iter=1000))
    >>> net = SequenceClassifier(hidden_size=4, max_epochs=2, random_state=0)
    >>> blend = SequenceBlender([("net", net), ("table", table)], cv=2).fit(X, y)
    >>> blend.weights_.shape, blend.predict_proba(X).shape
    ((3,), (80, 2))
    """

    _parameter_constraints: dict = {
        "estimators": [list],
        "weights": [StrOptions({"fit", "mean"}), "array-like"],
        "decision": [
            StrOptions({"argmax", "balanced", "tuned"}),
            Interval(RealNotInt, 0, 1, closed="both"),
            Interval(Integral, 0, 1, closed="both"),
            dict,
            "array-like",
        ],
        "scoring": [str, callable, None],
        **HOLD_OUT_CONSTRAINTS,
    }

    def __init__(
        self,
        estimators,
        *,
        weights="fit",
        decision="argmax",
        scoring=None,
        cv=None,
        n_jobs=None,
        random_state=None,
    ):
        self.estimators = estimators
        self.weights = weights
        self.decision = decision
        self.scoring = scoring
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def get_params(self, deep=True):
        """Get the parameters, and those of the members under their names.

        Parameters
        ----------
        deep : bool, default=True
            Whether to include the members and their parameters.

        Returns
        -------
        dict
        """
        return self._get_params("estimators", deep=deep)

    def set_params(self, **params):
        """Set parameters, members by their names, or parameters of members.

        Parameters
        ----------
        **params : dict
            Such as ``net__lr=0.01``.

        Returns
        -------
        self : SequenceBlender
        """
        self._set_params("estimators", **params)
        return self

    def fit(self, X, y, **params):
        """Choose the weights, and train the members on all rows.

        Parameters
        ----------
        X : as the members take it
            The sequences.

        y : array-like of shape (n_sequences,), or a label for each step
            The labels, or tags.

        **params : dict
            Passed on to the ``fit`` of the members, cut to the rows of a fold.

        Returns
        -------
        self : SequenceBlender

        Raises
        ------
        ValueError
            If there are no members, two have one name, or ``weights`` has another length.
        """
        check_parameters(self)
        self._check_members()
        X, y, flat = self._check_X_y(X, y)
        self._check_classes(flat)
        self._classes, codes = np.unique(flat, return_inverse=True)
        sample_weight = None if self._per_step else params.get("sample_weight")
        counts = np.bincount(codes, sample_weight)
        self.prior_ = counts / counts.sum()
        self._choose(X, y, self._route(params), sample_weight)
        self._train(X, y, self._route(params))
        return self

    def _check_members(self):
        if not self.estimators:
            raise ValueError("estimators must name at least one member, got an empty list")
        names, members = zip(*self.estimators, strict=True)
        self._validate_names(names)
        for name, member in zip(names, members, strict=True):
            if not hasattr(member, "fit") or not hasattr(member, "predict_proba"):
                raise ValueError(
                    f"the member {name!r} must have fit and predict_proba, got {member!r}; put "
                    "sklearn.calibration.CalibratedClassifierCV around a classifier without "
                    "probabilities"
                )

    def _choose(self, X, y, routed, sample_weight):
        """Set ``weights_`` and ``decision_``; members are fitted on folds only if that is asked."""
        self.decision_ = self.decision
        is_fitted_weight = isinstance(self.weights, str) and self.weights == "fit"
        is_tuned = isinstance(self.decision, str) and self.decision == "tuned"
        if not is_fitted_weight:
            self.weights_ = self._given_weights()
        if not (is_fitted_weight or is_tuned):
            return
        splits = self._splits(X, y)
        held_out = [
            self._hold_out(member, X, y, self._classes, splits, routed[name], _METHODS)
            for name, member in self.estimators
        ]
        log_probas, first = np.stack([each.scores for each in held_out]), held_out[0]
        if is_fitted_weight:
            weight = first.weight_of(sample_weight)
            self.weights_ = fit_pool(log_probas, first.codes, self.prior_, weight)
        if is_tuned:
            choices = [(self.weights_, STRENGTHS)]
            if is_fitted_weight:
                choices = pool_choices(self.weights_)
            along = self._score_along(X, y, first)
            self.weights_, self.decision_ = tune_pool(log_probas, choices, along, self.prior_)

    def _given_weights(self):
        n_members = len(self.estimators)
        if isinstance(self.weights, str):
            return mean_weights(n_members)
        weights = np.asarray(self.weights, dtype=np.float64)
        if weights.shape not in [(n_members,), (n_members + 1,)] or not np.isfinite(weights).all():
            raise ValueError(
                f"weights must be a finite number for each of the {n_members} members, and "
                f"optionally one for the class shares; got {self.weights!r}"
            )
        return np.append(weights, 0.0)[: n_members + 1]

    def _train(self, X, y, routed):
        """Set ``estimators_``, fitted to all rows unless they were fitted before."""
        members = [member for _, member in self.estimators]
        if isinstance(self.cv, str):
            for member in members:
                check_is_fitted(member)
            self.estimators_ = members
        else:
            self.estimators_ = Parallel(n_jobs=self.n_jobs)(
                delayed(_fit_clone)(member, X, y, routed[name]) for name, member in self.estimators
            )
        names = [name for name, _ in self.estimators]
        self.named_estimators_ = Bunch(**dict(zip(names, self.estimators_, strict=True)))
        self._copy_fitted_attributes(self.estimators_[0])

    def _main_estimator(self):
        return self.estimators[0][1]

    def _inner_estimators(self):
        return dict(self.estimators)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = all(
            get_tags(member).input_tags.sparse for _, member in self.estimators
        )
        return tags

    # -- prediction -------------------------------------------------------------------------

    @property
    def classes_(self):
        """ndarray of shape (n_classes,) : the labels."""
        return self._classes

    def _read(self, X):
        check_is_fitted(self, "estimators_")
        log_probas, offsets = [], None
        for member in self.estimators_:
            scores, offsets = read_scores(member, X, _METHODS)
            log_probas.append(align_scores(scores, member.classes_, self._classes))
        return pool_log_proba(np.stack(log_probas), self.weights_, self.prior_), offsets

    def _decide(self, scores):
        return make_rule(self.decision_, self._classes, self.prior_)(scores)

    def predict_log_proba(self, X):
        """Predict the logarithm of the probability of each class.

        Parameters
        ----------
        X : as the members take it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes), or Sequences of such rows for taggers
        """
        log_proba, offsets = self._read(X)
        return log_proba if offsets is None else Sequences(log_proba, offsets)

    def predict_proba(self, X):
        """Predict the probability of each class.

        Parameters
        ----------
        X : as the members take it
            The sequences.

        Returns
        -------
        ndarray of shape (n_sequences, n_classes), or Sequences of such rows for taggers
        """
        log_proba, offsets = self._read(X)
        return np.exp(log_proba) if offsets is None else Sequences(np.exp(log_proba), offsets)


def _fit_clone(member, X, y, params):
    return clone(member).fit(X, y, **params)
