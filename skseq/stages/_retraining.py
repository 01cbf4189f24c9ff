"""A new last layer, learnt on even classes: by weights, or by synthetic states."""

import warnings
from collections import defaultdict
from numbers import Integral, Real

import numpy as np
from imblearn.over_sampling import SMOTE, RandomOverSampler
from imblearn.utils import check_sampling_strategy
from sklearn.linear_model import LogisticRegression

from skseq._validation import Interval, StrOptions, check_parameters
from skseq.exceptions import SmallClassWarning
from skseq.stages._base import SecondStage, even_prior, even_weight


class ClassifierRetraining(SecondStage):
    """Retrain the last layer on even classes (cRT).

    The encoder keeps what it learnt from the data as they are; only the borders between the
    classes are learnt again, all of them counting alike. The paper trains the layer on
    class-balanced batches; the optimum that these head for is found here by scikit-learn's
    logistic regression with balanced weights.

    Parameters
    ----------
    C : float, default=1.0
        Inverse strength of the penalty on the weights, as in `LogisticRegression`.

    max_iter : int, default=200
        Most iterations of the solver.

    Attributes
    ----------
    prior_ : ndarray of shape (n_classes,)
        The same share for each class that occurs.

    n_iter_ : int
        Iterations taken.

    References
    ----------
    .. [1] B. Kang et al., "Decoupling representation and classifier for long-tailed recognition",
       ICLR 2020, https://arxiv.org/abs/1910.09217.

    Examples
    --------
    >>> from skseq import SequenceClassifier
    >>> from skseq.stages import ClassifierRetraining
    >>> SequenceClassifier(second_stage=ClassifierRetraining(C=0.1)).second_stage
    ClassifierRetraining(C=0.1)
    """

    _parameter_constraints: dict = {
        "C": [Interval(Real, 0, None, closed="neither")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, C=1.0, *, max_iter=200):
        self.C = C
        self.max_iter = max_iter

    def refit(self, features, codes, weight, coef, intercept, random_state):
        check_parameters(self)
        n_classes = len(coef)
        self.prior_ = even_prior(codes, n_classes)
        return self._learn(features, codes, even_weight(codes, weight, n_classes), coef, intercept)

    def _learn(self, features, codes, weight, coef, intercept):
        model = LogisticRegression(C=self.C, max_iter=self.max_iter)
        with warnings.catch_warnings():
            # A layer that is nearly at its optimum is as good as any that a net has.
            warnings.filterwarnings("ignore", "lbfgs failed to converge")
            model.fit(features, codes, weight)
        self.n_iter_ = int(model.n_iter_.max())
        return _of_all_classes(model, coef, intercept)


def _of_all_classes(model, coef, intercept):
    """Weights and biases for all classes; one that does not occur is never predicted."""
    new_coef, new_intercept = np.zeros_like(coef), np.full_like(intercept, -1e4)
    if len(model.classes_) == 2:  # scikit-learn gives the second class's lead over the first
        pair = np.array([-0.5, 0.5])
        new_coef[model.classes_] = pair[:, None] * model.coef_
        new_intercept[model.classes_] = pair * model.intercept_
    else:
        new_coef[model.classes_], new_intercept[model.classes_] = model.coef_, model.intercept_
    return new_coef, new_intercept


class HiddenSMOTE(ClassifierRetraining):
    """Retrain the last layer on hidden states and synthetic ones between them.

    SMOTE in the space of hidden states: nothing lies between two sequences of tokens, but something
    lies between their hidden states. It fits ragged values and tokens alike.

    Parameters
    ----------
    k_neighbors : int, default=5
        Neighbours of the same class, towards one of which a synthetic state is put. A class of
        n members has at most n - 1; a class of one is copied.

    sampling_strategy : float, str, dict or callable, default="auto"
        How many states of each class there will be, with imbalanced-learn's meaning; a dict goes
        by the number of the class, from 0.

    C : float, default=1.0
        Inverse strength of the penalty on the weights, as in `LogisticRegression`.

    max_iter : int, default=200
        Most iterations of the solver.

    Attributes
    ----------
    prior_ : ndarray of shape (n_classes,)
        Share of each class among the states and the synthetic ones.

    n_synthetic_ : int
        Synthetic states made.

    n_iter_ : int
        Iterations taken.

    Warns
    -----
    SmallClassWarning
        For each class that has too few members for ``k_neighbors``.

    See Also
    --------
    skseq.samplers.SequenceSMOTE : Between sequences of values themselves.

    Notes
    -----
    Sample weights do not count here: synthetic states have none.

    References
    ----------
    .. [1] N. V. Chawla et al., "SMOTE: synthetic minority over-sampling technique", JAIR 16, 2002,
       https://doi.org/10.1613/jair.953.
    .. [2] D. Dablain, B. Krawczyk, N. V. Chawla, "DeepSMOTE: fusing deep learning and SMOTE for
       imbalanced data", 2021, https://arxiv.org/abs/2105.02340.

    Examples
    --------
    >>> from skseq import SequenceClassifier
    >>> from skseq.stages import HiddenSMOTE
    >>> SequenceClassifier(second_stage=HiddenSMOTE(k_neighbors=3)).second_stage
    HiddenSMOTE(k_neighbors=3)
    """

    _parameter_constraints: dict = {
        **ClassifierRetraining._parameter_constraints,
        "k_neighbors": [Interval(Integral, 1, None, closed="left")],
        "sampling_strategy": [Interval(Real, 0, 1, closed="right"), StrOptions(
            {"auto", "minority", "not minority", "not majority", "all"}), dict, callable],
    }  # fmt: skip

    def __init__(self, k_neighbors=5, *, sampling_strategy="auto", C=1.0, max_iter=200):
        super().__init__(C, max_iter=max_iter)
        self.k_neighbors = k_neighbors
        self.sampling_strategy = sampling_strategy

    def refit(self, features, codes, weight, coef, intercept, random_state):
        check_parameters(self)
        states, state_codes = self._resample(features, codes, random_state)
        self.n_synthetic_ = len(states) - len(features)
        counts = np.bincount(state_codes, minlength=len(coef))
        self.prior_ = counts / counts.sum()
        return self._learn(states, state_codes, None, coef, intercept)

    def _resample(self, features, codes, random_state):
        to_add = check_sampling_strategy(self.sampling_strategy, codes, "over-sampling")
        wanted_by_k = defaultdict(dict)
        for label, n in to_add.items():
            if n:
                count = int(np.count_nonzero(codes == label))
                k = min(self.k_neighbors, count - 1)
                wanted_by_k[k][label] = count + n
                self._warn_if_small(label, k)
        for k, wanted in sorted(wanted_by_k.items(), reverse=True):
            sampler = SMOTE(k_neighbors=k) if k else RandomOverSampler()
            sampler.set_params(sampling_strategy=wanted, random_state=random_state)
            features, codes = sampler.fit_resample(features, codes)
        return features, codes

    def _warn_if_small(self, label, k):
        if k == self.k_neighbors:
            return
        cure = "its only state is copied" if k == 0 else f"k_neighbors={k} is used for it"
        warnings.warn(
            f"class number {label} has {k + 1} state(s), too few for "
            f"k_neighbors={self.k_neighbors}; {cure}",
            SmallClassWarning,
            stacklevel=4,
        )
