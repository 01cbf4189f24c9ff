"""Training on states between two sequences, and on labels between theirs."""

from numbers import Real

import numpy as np
import torch
from scipy.stats import beta
from sklearn.base import BaseEstimator, clone

from skseq._validation import Interval, check_choice, check_parameters

__all__ = ["MIXERS", "Mixup", "Remix", "make_mixer"]


class Mixup(BaseEstimator):
    """Mix the pooled states of two sequences, and their labels in the same shares.

    .. math:: \\tilde h = \\lambda h_i + (1 - \\lambda) h_j, \\quad
              \\tilde\\ell = \\lambda \\ell_i + (1 - \\lambda) \\ell_j, \\quad
              \\lambda \\sim \\text{Beta}(\\alpha, \\alpha)

    where the partner j is drawn from the same batch. States are mixed rather than inputs, since
    there is nothing between two tokens, nor between series of unequal length.

    Parameters
    ----------
    alpha : float, default=0.2
        The larger, the nearer to halves.

    References
    ----------
    .. [1] H. Zhang et al., "mixup: beyond empirical risk minimization", ICLR 2018,
       https://arxiv.org/abs/1710.09412.
    .. [2] V. Verma et al., "Manifold mixup: better representations by interpolating hidden states",
       ICML 2019, https://arxiv.org/abs/1806.05236.

    Examples
    --------
    >>> from skseq import SequenceClassifier
    >>> from skseq.mixup import Mixup
    >>> SequenceClassifier(mixup=Mixup(alpha=0.4)).mixup
    Mixup(alpha=0.4)
    """

    _parameter_constraints: dict = {"alpha": [Interval(Real, 0, None, closed="neither")]}

    def __init__(self, alpha=0.2):
        self.alpha = alpha

    def fit(self, class_counts):
        """Learn how frequent the classes are.

        Parameters
        ----------
        class_counts : array-like of shape (n_classes,)
            Sequences of each class.

        Returns
        -------
        self : Mixup
        """
        check_parameters(self)
        self.class_counts_ = np.asarray(class_counts, dtype=np.float64)
        return self

    def draw(self, target, partner_target):
        """Draw shares of the first of two sequences, pair by pair.

        Parameters
        ----------
        target, partner_target : Tensor of int64 of shape (batch,)
            Their classes.

        Returns
        -------
        state_share, label_share : Tensor of float32 of shape (batch,)
            Its share in the mixed state and in the mixed label.
        """
        alpha = torch.tensor(float(self.alpha))
        share = torch.distributions.Beta(alpha, alpha).sample(target.shape).to(target.device)
        return share, self._label_share(share, target, partner_target)

    def _label_share(self, share, target, partner_target):
        return share

    def prior_of_labels(self, prior):
        """Class prior of the mixed labels, on average.

        Parameters
        ----------
        prior : ndarray of shape (n_classes,)
            Share of each class in the training weight.

        Returns
        -------
        ndarray of shape (n_classes,)
        """
        return prior


class Remix(Mixup):
    """Mix pooled states like `Mixup`, but give the label to the rarer class.

    Where one class has at least ``kappa`` times as many sequences as the other, and the rarer one
    has a share of more than 1 - ``tau`` in the state, the label is the rarer class's alone.

    Parameters
    ----------
    alpha : float, default=1.0
        Of the Beta distribution of shares; 1 draws them evenly.

    kappa : float, default=3.0
        How many times as frequent the commoner class must be, at least 1.

    tau : float in [0, 1], default=0.5
        Largest share of the commoner class in the state at which it loses the label.

    References
    ----------
    .. [1] H.-P. Chou et al., "Remix: rebalanced mixup", ECCV workshops 2020,
       https://arxiv.org/abs/2007.03943.

    Examples
    --------
    >>> from skseq.mixup import Remix
    >>> Remix().fit([90, 10]).prior_of_labels([0.9, 0.1]).round(4)
    array([0.8775, 0.1225])
    """

    _parameter_constraints: dict = {
        **Mixup._parameter_constraints,
        "kappa": [Interval(Real, 1, None, closed="left")],
        "tau": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, alpha=1.0, *, kappa=3.0, tau=0.5):
        super().__init__(alpha)
        self.kappa = kappa
        self.tau = tau

    def _label_share(self, share, target, partner_target):
        counts = torch.as_tensor(self.class_counts_, device=target.device)
        own, other = counts[target], counts[partner_target]
        loses = (own > other) & (own >= self.kappa * other) & (share < self.tau)
        wins = (other > own) & (other >= self.kappa * own) & (1 - share < self.tau)
        return torch.where(loses, 0.0, torch.where(wins, 1.0, share))

    def prior_of_labels(self, prior):
        prior, counts = np.asarray(prior, dtype=np.float64), self.class_counts_
        # What a commoner class gives away to a rarer one: E[share; share < tau].
        given = 0.5 * beta.cdf(self.tau, self.alpha + 1, self.alpha)
        commoner = counts[:, None] >= self.kappa * counts
        commoner &= counts[:, None] > counts
        # A pair comes in both orders, and gives away as much in each.
        flow = 2 * given * commoner * np.outer(prior, prior)
        return prior - flow.sum(axis=1) + flow.sum(axis=0)


MIXERS = {"mixup": Mixup, "remix": Remix}


def make_mixer(mixup):
    """Give a new mixer from a name, a class or an instance.

    Parameters
    ----------
    mixup : str, class or Mixup
        A name in `MIXERS`, or a mixer.

    Returns
    -------
    Mixup

    Raises
    ------
    ValueError
        If the name is not in the table.
    TypeError
        If the object is not a mixer.

    Examples
    --------
    >>> from skseq.mixup import make_mixer
    >>> make_mixer("remix")
    Remix()
    """
    if isinstance(mixup, str):
        check_choice("mixup", mixup, MIXERS)
        return MIXERS[mixup]()
    if isinstance(mixup, type):
        mixup = mixup()
    if not isinstance(mixup, Mixup):
        raise TypeError(
            f"mixup must be one of {sorted(MIXERS)} or a skseq.mixup.Mixup, got {mixup!r}"
        )
    return clone(mixup)
