"""A comparison with a limit on its time: what is fitted first, and when fits have to end.

Requirements this file meets:

- what is compared has all of its folds, so candidates are finished one after the other: baselines
  and the plain model, the cheapest first, then strategies in their order;
- nobody eats up the time of the others: a baseline whose first fold says that three of them would
  take more than half of it is left out, and so is the plain model if one fold does; first folds of
  all baselines together get a third of it;
- where the first folds of these say that not all folds can be done, fewer are, at least two; and
  where one of these comes to an end before that many, all are compared on those that it has;
- the fit of the winner to all rows lies inside the limit, by what its folds took; a candidate of
  which none has been fitted leaves time for it, by the fold it is about to fit.
"""

import signal
import threading
import time
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from joblib import effective_n_jobs

# As many have to fit into half of the time, by its first one.
_FOLDS_OF_A_BASELINE = 3
# First folds of all baselines, some of which may come to nothing.
_PART_OF_TRIALS = 1 / 3
# The fit to all rows may take longer than folds suggest.
_MARGIN = 1.2


class OutOfTimeError(BaseException):
    """The time for a fit is over; not for an ``except Exception`` inside of it."""


class NothingInTimeError(ValueError):
    """The time was over before one candidate was fitted on all folds."""


class FoldLeftOut(NamedTuple):
    """A candidate has no prediction for a fold, as there was no time for it."""


class TimeLimit(NamedTuple):
    """How long a fit may take, which starts it does not matter when."""

    stop_at: float  # by time.time(), which all processes share
    longest: float  # seconds
    refits: float  # how many times as long as the fit what follows it takes

    def seconds_left(self):
        """Seconds that a fit has which starts now."""
        return min((self.stop_at - time.time()) / (1 + self.refits), self.longest)


class TimeBudget:
    """Plans the fits of a comparison, and knows when they have to end.

    Parameters
    ----------
    seconds : float
        For all fits.

    started : float
        When the comparison began, by ``time.time()``.

    roles : dict of str to {"plain", "strategy", "baseline"}
        By name of the candidate.

    splits : list of (train, test)
        Rows of each fold.

    n_jobs : int or None
        Fits at the same time.

    refit : bool
        Whether the winner is fitted to all rows.
    """

    def __init__(self, seconds, *, started, roles, splits, n_jobs, refit):
        self.roles, self.n_folds = roles, len(splits)
        self.end, self.n_jobs = started + seconds, effective_n_jobs(n_jobs)
        n_baselines = max(list(roles.values()).count("baseline"), 1)
        part = min(1 / 2 / _FOLDS_OF_A_BASELINE, _PART_OF_TRIALS / n_baselines)
        self.longest_trial = {"plain": seconds / 2, "baseline": seconds * self.n_jobs * part}
        growth = np.mean([(len(train) + len(test)) / len(train) for train, test in splits])
        self.refit_factor = _MARGIN * growth if refit else 0.0
        self.seconds, self.scores, self.left_out = {}, {}, set()

    def rounds(self, is_kept):
        """Yield lists of (name, fold), each when the results of those before it are known.

        ``is_kept(name, fold)`` tells which fits are done already. After the first round,
        ``n_folds`` is how many folds there is time for; `leave_out` lowers it.
        """
        first = sorted(
            (name for name, role in self.roles.items() if role != "strategy"),
            key=lambda name: self.roles[name] == "baseline",
        )
        yield [(name, 0) for name in first]
        able = sorted((each for each in first if each not in self.left_out), key=self._mean_seconds)
        self.n_folds = self._folds_that_fit(able, is_kept)
        strategies = [name for name, role in self.roles.items() if role == "strategy"]
        yield [
            *((name, fold) for name in able for fold in range(1, self.n_folds)),
            *((name, fold) for name in strategies for fold in range(self.n_folds)),
        ]

    def _folds_that_fit(self, names, is_kept):
        """How many folds of all of these there is time for, two at least."""
        left = max(self.end - self._seconds_of_refit(names) - time.time(), 0.0)
        for n_folds in range(self.n_folds, 2, -1):
            missing = [
                self._mean_seconds(name)
                for name in names
                for fold in range(1, n_folds)
                if not is_kept(name, fold)
            ]
            if sum(missing) / self.n_jobs <= left:
                return n_folds
        return min(2, self.n_folds)

    def limit(self, name, fold):
        """The `TimeLimit` of a fit that is about to start."""
        if fold >= self.n_folds:
            return TimeLimit(-np.inf, 0.0, 0.0)
        longest = self.longest_trial.get(self.roles[name], np.inf) if fold == 0 else np.inf
        finished = {each for each, scores in self.scores.items() if len(scores) >= self.n_folds}
        stop_at = self.end - self._seconds_of_refit(finished | {name})
        return TimeLimit(stop_at, longest, 0.0 if name in self.seconds else self.refit_factor)

    def note(self, name, seconds, score):
        """Learn how long a fit took, and its score."""
        self.seconds.setdefault(name, []).append(seconds)
        self.scores.setdefault(name, []).append(score)

    def leave_out(self, name, fold):
        """Learn that there was no time for a fold: of one candidate less, or of one fold less."""
        if fold >= 2 and self.roles[name] != "strategy":
            self.n_folds = min(self.n_folds, fold)
        elif fold < self.n_folds:
            self.left_out.add(name)

    def _mean_seconds(self, name):
        return np.mean(self.seconds[name])

    def _seconds_of_refit(self, names):
        """What the best net and the best baseline of these take, for they may be blended."""
        known = (self.seconds.keys() - self.left_out) & set(names)
        of_nets = {name for name in known if self.roles[name] != "baseline"}
        leaders = [
            max(names, key=lambda name: np.nan_to_num(np.mean(self.scores[name]), nan=-np.inf))
            for names in (of_nets, known - of_nets)
            if names
        ]
        return self.refit_factor * sum(map(self._mean_seconds, leaders))


@contextmanager
def time_limit(seconds):
    """Raise `OutOfTimeError` inside the block when it has run for so long.

    Where signals do not work, in a thread or on Windows, or where another alarm is set, a block
    that has begun runs to its end.
    """
    if seconds <= 0:
        raise OutOfTimeError
    if not np.isfinite(seconds) or not _can_set_alarm():
        yield
        return

    def end(*_):
        raise OutOfTimeError

    before = signal.signal(signal.SIGALRM, end)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _can_set_alarm():
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and not any(signal.getitimer(signal.ITIMER_REAL))
    )
