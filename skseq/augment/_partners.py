"""What augmenters that mix sequences of one class share: partners to mix with, and origins."""

import warnings

import numpy as np

from skseq.augment._base import Augmenter
from skseq.augment._ragged import ranks_in_random_order
from skseq.data import Sequences, merge_origins, offsets_from_lengths, original_groups
from skseq.exceptions import SmallClassWarning


class MixingAugmenter(Augmenter):
    """Base of what mixes a signal with others of its class, which come from the training data.

    Fitted, it holds the training data. A subclass writes ``_change``, where `_draw_partners` says
    which sequences each may be mixed with, and `_origin_with` what the result comes from.
    """

    kind = "values"
    by_class = True

    def _learn(self, X, y):
        self.classes_, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        single = self.classes_[counts == 1].tolist()
        if single:
            warnings.warn(
                f"class(es) {', '.join(map(str, single))} have a single sequence each, which "
                f"{type(self).__name__} has nothing to mix with: it stays as it is",
                SmallClassWarning,
                stacklevel=4,
            )
        self._pool = X
        self._members = np.argsort(codes, kind="stable")  # class by class
        self._member_offsets = offsets_from_lengths(counts)

    def _draw_partners(self, X, y, n_partners, rng):
        """Draw other sequences of the class of each sequence, without replacement.

        Returns
        -------
        both : Sequences
            X, and after it what was drawn; steps only.

        partners : ndarray of int64 of shape (n_sequences, n_partners)
            Positions in ``both``.

        is_other : ndarray of bool of shape (n_sequences, n_partners)
            False where the class has no more members, or the partner is the sequence itself.

        in_pool : ndarray of int64 of shape (n_sequences, n_partners)
            Positions of the partners in the training data.
        """
        codes = self._codes(y)
        n_members = np.diff(self._member_offsets)[codes][:, None]
        # Each takes those that follow a random place in one random order of its class.
        group = np.repeat(np.arange(len(self.classes_)), np.diff(self._member_offsets))
        order, _ = ranks_in_random_order(group, rng)
        first = (rng.random_sample((len(X), 1)) * n_members).astype(np.int64)
        place = (first + np.arange(n_partners)) % n_members
        in_pool = self._members[order[self._member_offsets[codes][:, None] + place]]

        drawn, where = np.unique(in_pool, return_inverse=True)
        both = Sequences.concatenate([_steps_of(X), _steps_of(self._pool[drawn])])
        partners = len(X) + where.reshape(in_pool.shape)
        content = original_groups(both)
        is_other = content[partners] != content[: len(X), None]
        return both, partners, is_other & (np.arange(n_partners) < n_members), in_pool

    def _codes(self, y):
        codes = np.searchsorted(self.classes_, y).clip(max=len(self.classes_) - 1)
        unknown = np.unique(y[self.classes_[codes] != y]).tolist()
        if unknown:
            raise ValueError(
                f"y holds the class(es) {unknown}, which {type(self).__name__} was not fitted "
                f"on; it knows {self.classes_.tolist()}"
            )
        return codes

    def _origin_with(self, X, in_pool, is_used):
        """Origins of sequences with those of their partners; None where X does not know its own.

        Without them a fitted augmenter cannot tell which sequences of the training data these are.
        """
        if X.origin is None:
            return None
        ids = self._pool.origin
        if ids is None:
            ids = Sequences(np.arange(len(self._pool)), np.arange(len(self._pool) + 1))
        rows, _ = np.nonzero(is_used)
        parts = Sequences.concatenate([X.origin, ids[in_pool[is_used]]])
        return merge_origins(parts, np.concatenate([np.arange(len(X)), rows]), len(X))


def _steps_of(X):
    return Sequences(X.values.reshape(X.n_steps, X.n_features), X.offsets)
