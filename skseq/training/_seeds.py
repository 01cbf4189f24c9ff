"""Randomness by name: every draw depends on the seed, on what it is for and on the epoch."""

import zlib

import numpy as np
from sklearn.utils import check_random_state


class Seeds:
    """Independent random states derived from one number.

    They depend on the purpose and the epoch they are for, not on what was drawn before: an epoch
    that is trained again, or after a checkpoint, draws the same numbers.

    Parameters
    ----------
    root : int
        At least 0.

    Examples
    --------
    >>> from skseq.training import Seeds
    >>> seeds = Seeds(0)
    >>> seeds.integer("dropout", epoch=3) == Seeds(0).integer("dropout", epoch=3)
    True
    >>> seeds.integer("dropout", epoch=3) == seeds.integer("dropout", epoch=4)
    False
    """

    def __init__(self, root):
        self.root = root

    @classmethod
    def of(cls, random_state):
        """Make seeds from a ``random_state`` of scikit-learn; None is fresh entropy.

        numpy's global state is neither read nor moved; a RandomState is drawn from once.
        """
        rng = np.random.RandomState() if random_state is None else check_random_state(random_state)
        return cls(int(rng.randint(2**31)))

    def of_net(self, number):
        """Give the seeds of one of several nets; those of the first are these themselves."""
        return self if number == 0 else Seeds(self.integer("net", number))

    def generator(self, purpose, epoch=0):
        """Give a numpy Generator."""
        return np.random.default_rng(self._sequence(purpose, epoch))

    def random_state(self, purpose, epoch=0):
        """Give a RandomState, which scikit-learn's tools take."""
        return np.random.RandomState(self.integer(purpose, epoch))

    def integer(self, purpose, epoch=0):
        """Give an int in [0, 2**32), which seeds torch."""
        return int(self._sequence(purpose, epoch).generate_state(1)[0])

    def _sequence(self, purpose, epoch):
        return np.random.SeedSequence([self.root, zlib.crc32(purpose.encode()), epoch])
