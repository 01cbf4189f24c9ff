"""Last layers whose directions stay, and whose lengths are evened or learnt again."""

from numbers import Integral, Real

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from skseq._validation import Interval, check_parameters
from skseq.stages._base import SecondStage, even_prior, even_weight


class TauNormalization(SecondStage):
    """Even out the lengths of the last layer's weights, which grow with a class's frequency.

    .. math:: \\tilde w_c = w_c / \\lVert w_c \\rVert^{\\tau}

    Nothing is trained.

    Parameters
    ----------
    tau : float, default=1.0
        0 leaves the weights as they are, 1 makes them all of one length. The paper picks it on
        validation data; a grid search reaches it as ``second_stage__tau``.

    Attributes
    ----------
    prior_ : ndarray of shape (n_classes,)
        The same share for each class, which is the aim; the scores are not estimates of
        probabilities.

    Notes
    -----
    Biases are dropped, as in the paper, where they are negligible. Here they start at the
    log prior, so that dropping them takes the prior out of the scores. The new weights are scaled
    by one number to the mean length of the old ones, so that probabilities stay as sharp.

    References
    ----------
    .. [1] B. Kang et al., "Decoupling representation and classifier for long-tailed recognition",
       ICLR 2020, https://arxiv.org/abs/1910.09217.

    Examples
    --------
    >>> import numpy as np
    >>> from skseq.stages import TauNormalization
    >>> coef = np.array([[3.0, 4.0], [0.6, 0.8]])
    >>> codes = np.array([0, 1])
    >>> new, _ = TauNormalization().refit(np.eye(2), codes, None, coef, np.zeros(2), None)
    >>> np.linalg.norm(new, axis=1)
    array([3., 3.])
    """

    is_proper = False

    _parameter_constraints: dict = {"tau": [Interval(Real, 0, None, closed="left")]}

    def __init__(self, tau=1.0):
        self.tau = tau

    def refit(self, features, codes, weight, coef, intercept, random_state):
        check_parameters(self)
        lengths = np.linalg.norm(coef, axis=1)
        evened = coef / np.maximum(lengths, 1e-12)[:, None] ** self.tau
        evened *= lengths.mean() / np.linalg.norm(evened, axis=1).mean()
        self.prior_ = even_prior(codes, len(coef))
        return evened, np.where(self.prior_ > 0, 0.0, -1e4)


class LearnedScaling(SecondStage):
    """Learn one scale for each class on even classes; the directions stay (LWS).

    .. math:: \\tilde z_c = f_c \\, (w_c^T x + b_c)

    Parameters
    ----------
    max_iter : int, default=200
        Most iterations of the solver.

    Attributes
    ----------
    scale_ : ndarray of shape (n_classes,)
        The factors f.

    prior_ : ndarray of shape (n_classes,)
        The same share for each class that occurs: those of the data that the scales were learnt on.

    References
    ----------
    .. [1] B. Kang et al., "Decoupling representation and classifier for long-tailed recognition",
       ICLR 2020, https://arxiv.org/abs/1910.09217.

    Examples
    --------
    >>> from skseq import SequenceClassifier
    >>> SequenceClassifier(second_stage="lws").second_stage
    'lws'
    """

    is_proper = False

    _parameter_constraints: dict = {"max_iter": [Interval(Integral, 1, None, closed="left")]}

    def __init__(self, *, max_iter=200):
        self.max_iter = max_iter

    def refit(self, features, codes, weight, coef, intercept, random_state):
        check_parameters(self)
        n_classes = len(coef)
        scores = features @ coef.T + intercept
        share = even_weight(codes, weight, n_classes) / len(codes)
        own = np.zeros_like(scores)
        own[np.arange(len(codes)), codes] = 1.0

        def loss_and_gradient(scale):
            log_proba = log_softmax(scale * scores, axis=1)
            loss = -share @ log_proba[np.arange(len(codes)), codes]
            return loss, share @ ((np.exp(log_proba) - own) * scores)

        found = minimize(
            loss_and_gradient,
            np.ones(n_classes),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": self.max_iter},
        )
        self.scale_ = found.x
        self.prior_ = even_prior(codes, n_classes)
        return self.scale_[:, None] * coef, self.scale_ * intercept
