"""Tests and intervals for scores of cross-validation, whose folds share training data.

Scores of folds are not independent, so the variance of their mean is larger than a plain t-test
assumes. Nadeau and Bengio's correction adds the ratio of test to training rows to 1 / n_folds.

References
----------
.. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52 (2003).
.. [2] R. R. Bouckaert, E. Frank, "Evaluating the replicability of significance tests for comparing
   learning algorithms", PAKDD 2004: the same for repeated cross-validation.
.. [3] S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
   Statistics 6 (1979).
.. [4] E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal
   of the American Statistical Association 22 (1927).
"""

import numpy as np
from scipy.stats import t as student


def corrected_standard_error(values, test_train_ratio):
    """Standard error of the mean of scores of folds, or of differences of such scores.

    Parameters
    ----------
    values : ndarray of shape (n_folds,)
        One for each fold.

    test_train_ratio : float
        Test rows of a fold over its training rows; 0 for independent values.

    Returns
    -------
    float
        NaN for fewer than two values.
    """
    if len(values) < 2:
        return np.nan
    return np.sqrt(np.var(values, ddof=1) * (1 / len(values) + test_train_ratio))


def corrected_t_test(differences, test_train_ratio):
    """Two-sided p-value of the hypothesis that the mean difference is zero.

    Parameters
    ----------
    differences : ndarray of shape (n_folds,)
        Score of one model minus that of the other, fold by fold.

    test_train_ratio : float
        Test rows of a fold over its training rows.

    Returns
    -------
    float
        NaN for fewer than two folds, 1 where all differences are zero.
    """
    error = corrected_standard_error(differences, test_train_ratio)
    mean = np.mean(differences)
    if error == 0:
        return float(mean == 0)
    return float(2 * student.sf(abs(mean) / error, df=len(differences) - 1))


def corrected_interval(scores, test_train_ratio, confidence, bounds=(-np.inf, np.inf)):
    """Interval of the mean score, which ends where the score does.

    It holds each mean ``m`` that lies at most t standard errors from the mean that was found. Of a
    score between two bounds, the standard error at ``m`` goes with its distance to both, as that of
    a share does (Wilson's interval): ``sqrt((m - low) * (high - m))``, and what was found at the
    mean that was found. Of another score it is the same everywhere.

    Parameters
    ----------
    scores : ndarray of shape (n_folds,)
        One for each fold.

    test_train_ratio : float
        Test rows of a fold over its training rows.

    confidence : float
        Share of such intervals that hold the true mean, such as 0.95.

    bounds : (low, high), default=(-inf, inf)
        The lowest and the highest possible score.

    Returns
    -------
    low, high : float
        NaN for fewer than two folds.
    """
    error = corrected_standard_error(scores, test_train_ratio)
    width = student.ppf((1 + confidence) / 2, df=max(len(scores) - 1, 1)) * error
    mean, (low, high) = np.mean(scores), bounds
    if np.isnan(width) or not (np.isfinite(bounds).all() and low < mean < high):
        return max(float(mean - width), low), min(float(mean + width), high)
    share = (mean - low) / (high - low)
    # The square of the width in units of a share's own variance: t squared over the number of
    # independent rows that would leave such an error.
    spread = (width / (high - low)) ** 2 / (share * (1 - share))
    centre = (share + spread / 2) / (1 + spread)
    half = np.sqrt(spread * share * (1 - share) + spread**2 / 4) / (1 + spread)
    ends = low + (high - low) * np.clip([centre - half, centre + half], 0, 1)
    return tuple(ends.tolist())


def holm(p_values):
    """Correct p-values for the number of tests, so that false alarms stay rare in all.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)
        One for each test; NaN where there was none.

    Returns
    -------
    ndarray of shape (n_tests,)
        At most 1; NaN stays NaN.
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    corrected = np.full(p_values.shape, np.nan)
    order = np.argsort(p_values)[: np.isfinite(p_values).sum()]  # NaN sorts last
    tests_left = np.arange(len(order), 0, -1)
    corrected[order] = np.minimum(np.maximum.accumulate(tests_left * p_values[order]), 1)
    return corrected
