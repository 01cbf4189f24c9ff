"""Weights of numbers by how rare they are: for regression what class weights are for classes.

Both are plain functions of the targets, in time proportional to their number: the density is that
of a histogram, smoothed by a Gaussian.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d
from sklearn.utils import assert_all_finite

from skseq._validation import check_choice

# Points of the grid that a density is estimated on.
_N_GRID = 1024


def dense_weight(y, *, alpha=1.0, epsilon=1e-6, bandwidth=None, sample_weight=None):
    r"""DenseWeight: the denser the targets around one, the less it weighs.

    .. math:: w(y) \propto \max(1 - \alpha p'(y), \epsilon)

    where p' is a kernel density estimate of the targets, scaled to run from 0 to 1.

    Parameters
    ----------
    y : array-like of shape (n,)
        The targets.

    alpha : float, default=1.0
        How strong: 0 weighs all alike, 1 takes nearly all weight from the commonest target, and
        more does so for more of them.

    epsilon : float, default=1e-6
        No weight is less than this, before they are scaled.

    bandwidth : float, default=None
        Standard deviation of the kernel, in units of ``y``; None takes Silverman's rule.

    sample_weight : array-like of shape (n,), default=None
        How much each target counts in the density.

    Returns
    -------
    ndarray of float64 of shape (n,)
        With mean 1.

    Raises
    ------
    ValueError
        If ``y`` is empty, not finite or not one-dimensional, or a parameter is out of its range.

    References
    ----------
    M. Steininger, K. Kobs, P. Davidson, A. Krause, A. Hotho, "Density-based weighting for
    imbalanced regression", Machine Learning 110, 2021.
    https://doi.org/10.1007/s10994-021-06023-5

    Examples
    --------
    >>> from skseq.weights import dense_weight
    >>> dense_weight([0, 0, 1, 1, 1, 9], bandwidth=1).round(2)
    array([0.59, 0.59, 0.  , 0.  , 0.  , 4.82])
    """
    y, counts = _check_targets(y, sample_weight)
    if alpha < 0 or not epsilon > 0:
        raise ValueError(
            f"alpha must be at least 0 and epsilon above 0, got alpha={alpha}, epsilon={epsilon}"
        )
    if bandwidth is not None and not bandwidth > 0:
        raise ValueError(f"bandwidth must be above 0, got {bandwidth}")
    if y.min() == y.max():
        return np.ones(len(y))
    density = _density(y, counts, _silverman(y, counts) if bandwidth is None else bandwidth)
    spread = density.max() - density.min()
    scaled = (density - density.min()) / spread if spread > 0 else np.zeros(len(y))
    return _with_mean_one(np.maximum(1 - alpha * scaled, epsilon))


def lds_weight(y, *, power=1.0, n_bins=100, sigma=2.0, sample_weight=None):
    r"""Label distribution smoothing: weights inverse to a smoothed histogram of the targets.

    .. math:: w(y) \propto \tilde p(y)^{-q}

    where p is a histogram over the range of the targets, smoothed by a Gaussian of 5 bins.

    Parameters
    ----------
    y : array-like of shape (n,)
        The targets.

    power : float, default=1.0
        The exponent q: 1 is the inverse, 0.5 the milder inverse square root, 0 weighs all alike.

    n_bins : int, default=100
        Bins of the histogram.

    sigma : float, default=2.0
        Standard deviation of the Gaussian, in bins.

    sample_weight : array-like of shape (n,), default=None
        How much each target counts in the histogram.

    Returns
    -------
    ndarray of float64 of shape (n,)
        With mean 1.

    Raises
    ------
    ValueError
        If ``y`` is empty, not finite or not one-dimensional, or a parameter is out of its range.

    References
    ----------
    Y. Yang, K. Zha, Y.-C. Chen, H. Wang, D. Katabi, "Delving into Deep Imbalanced Regression",
    ICML 2021. https://arxiv.org/abs/2102.09554

    Examples
    --------
    >>> from skseq.weights import lds_weight
    >>> lds_weight([0, 0, 0, 9], n_bins=10).round(2)
    array([0.67, 0.67, 0.67, 2.  ])
    >>> lds_weight([0, 0, 0, 9], n_bins=10, power=0).round(2)
    array([1., 1., 1., 1.])
    """
    y, counts = _check_targets(y, sample_weight)
    if power < 0 or n_bins < 1 or not sigma > 0:
        raise ValueError(
            "power must be at least 0, n_bins at least 1 and sigma above 0, got "
            f"power={power}, n_bins={n_bins}, sigma={sigma}"
        )
    if y.min() == y.max():
        return np.ones(len(y))
    bins = _bins_of(y, n_bins)
    histogram = np.bincount(bins, weights=counts, minlength=n_bins)
    # Two bins to either side, as the paper's code has it.
    smooth = gaussian_filter1d(histogram, sigma, radius=2, mode="constant")
    return _with_mean_one(_inverse(smooth[bins], power))


# -- by name ------------------------------------------------------------------------------------


def target_weights(strategy, y, sample_weight=None):
    """Weights of targets by a named strategy or a function of your own.

    Parameters
    ----------
    strategy : {"dense", "lds", "sqrt_lds"} or callable
        `dense_weight`, `lds_weight`, or the latter with power 0.5; or a function of ``y``.

    y : ndarray of shape (n,)
        The targets.

    sample_weight : ndarray of shape (n,), default=None
        How much each target counts in the density; a function of your own does not get it.

    Returns
    -------
    ndarray of float64 of shape (n,)

    Raises
    ------
    ValueError
        If a function gives something else than one finite weight, not negative, for each target.
    """
    if not callable(strategy):
        check_choice("target_weight", strategy, TARGET_WEIGHTS)
        function, options = TARGET_WEIGHTS[strategy]
        return function(y, **options, sample_weight=sample_weight)
    weight = np.asarray(strategy(y), dtype=np.float64)
    if weight.shape != y.shape or not (np.isfinite(weight).all() and (weight >= 0).all()):
        raise ValueError(
            "target_weight must give one finite weight of at least 0 for each target, got "
            f"shape {weight.shape} for {y.shape}, from {weight.min()} to {weight.max()}"
        )
    if not weight.any():
        raise ValueError("target_weight gives 0 to every target; at least one must count")
    return weight


TARGET_WEIGHTS = {
    "dense": (dense_weight, {}),
    "lds": (lds_weight, {}),
    "sqrt_lds": (lds_weight, {"power": 0.5}),
}


# -- densities ----------------------------------------------------------------------------------


def _check_targets(y, sample_weight):
    y = np.asarray(y, dtype=np.float64)
    if y.ndim != 1 or not len(y):
        raise ValueError(f"y must be one-dimensional and not empty, got shape {y.shape}")
    assert_all_finite(y, input_name="y")
    if sample_weight is None:
        return y, np.ones(len(y))
    counts = np.asarray(sample_weight, dtype=np.float64)
    if counts.shape != y.shape or not (counts >= 0).all() or not 0 < counts.sum() < np.inf:
        raise ValueError(
            f"sample_weight must have one weight of at least 0 for each of the {len(y)} targets, "
            "and not all of them 0"
        )
    return y, counts


def _silverman(y, counts):
    """Silverman's rule of thumb, with the effective number of weighted samples."""
    mean = np.average(y, weights=counts)
    deviation = np.sqrt(np.average((y - mean) ** 2, weights=counts))
    order = np.argsort(y)
    below = np.cumsum(counts[order]) / counts.sum()
    lower, upper = y[order][np.searchsorted(below, [0.25, 0.75])]
    spread = min(deviation, (upper - lower) / 1.349) if upper > lower else deviation
    n_effective = counts.sum() ** 2 / (counts**2).sum()
    return 0.9 * spread * n_effective**-0.2


def _density(y, counts, bandwidth):
    """Density at each target, up to a factor: counts on a grid under a Gaussian, interpolated."""
    grid = np.linspace(y.min(), y.max(), _N_GRID)
    # Each target is shared by the grid points on its two sides, by how near they are.
    position = (y - grid[0]) / (grid[-1] - grid[0]) * (_N_GRID - 1)
    left = np.minimum(position.astype(np.int64), _N_GRID - 2)
    right_share = position - left
    histogram = np.bincount(left, weights=counts * (1 - right_share), minlength=_N_GRID)
    histogram[1:] += np.bincount(left, weights=counts * right_share, minlength=_N_GRID)[:-1]
    width = bandwidth / (grid[1] - grid[0])
    smooth = gaussian_filter1d(histogram, max(width, 0.5), mode="constant")
    return np.interp(y, grid, smooth)


def _bins_of(y, n_bins):
    position = (y - y.min()) / (y.max() - y.min()) * n_bins
    return np.minimum(position.astype(np.int64), n_bins - 1)


def _inverse(density, power):
    # A target without any weight of its own or around it is as rare as the rarest that has some.
    return np.maximum(density, density[density > 0].min()) ** -power


def _with_mean_one(weight):
    return weight / weight.mean()
