"""Several augmenters, one after the other or one of them for each sequence."""

from copy import copy

import numpy as np

from skseq._validation import name_estimators
from skseq.augment._base import Augmenter, put_back, take_labels
from skseq.data import Sequences


class _Combination(Augmenter):
    """Base of what holds ``augmenters``: each learns from the original data."""

    _parameter_constraints: dict = {**Augmenter._parameter_constraints, "augmenters": [list, tuple]}

    def __init__(self, augmenters, *, p=1.0):
        super().__init__(p=p)
        self.augmenters = augmenters

    @property
    def by_class(self):
        """bool : whether one of them mixes sequences of one class."""
        return isinstance(self.augmenters, (list, tuple)) and any(
            getattr(augmenter, "by_class", False) for augmenter in self.augmenters
        )

    def get_params(self, deep=True):
        """Get the parameters, and those of the members under their names.

        A member is named by its class in lower case, with -1, -2 and so on behind it where there
        are several of a class, as by ``make_pipeline``: ``jitter__sigma``, ``jitter-2__sigma``.

        Parameters
        ----------
        deep : bool, default=True
            Whether to give members and their parameters too.

        Returns
        -------
        dict
        """
        params = super().get_params(deep=False)
        if not deep:
            return params
        members = self._members()
        nested = {
            f"{name}__{key}": value
            for name, member in members.items()
            if hasattr(member, "get_params") and not isinstance(member, type)
            for key, value in member.get_params().items()
        }
        return nested | members | params

    def set_params(self, **params):
        """Set parameters, replace members by name, set parameters of members.

        Parameters
        ----------
        **params : dict
            As `get_params` names them. Names are those before the call, or those of new
            ``augmenters`` that are set with it: a member that is replaced takes the parameters
            meant for its name, and is called by its own class from then on.

        Returns
        -------
        self : Augmenter
        """
        if "augmenters" in params:
            self.augmenters = params.pop("augmenters")
        members = self._members()
        own = super().get_params(deep=False)
        replaced = {name: params.pop(name) for name in members.keys() & params.keys() - own.keys()}
        if replaced:
            members |= replaced
            self.augmenters = list(members.values())
        for name, member in members.items():
            nested = [key for key in params if key.startswith(f"{name}__")]
            if nested:
                member.set_params(
                    **{key.removeprefix(f"{name}__"): params.pop(key) for key in nested}
                )
        return super().set_params(**params)

    def _members(self):
        """Members by name; empty while ``augmenters`` is not valid."""
        if not isinstance(self.augmenters, (list, tuple)):
            return {}
        return dict(name_estimators(self.augmenters))

    def _learn(self, X, y):
        self.augmenters_ = [copy(augmenter)._fit(X, y) for augmenter in self.augmenters]

    def _check_steps(self, X, labels):
        if not self.augmenters:
            raise ValueError("augmenters is empty; at least one is needed")
        for index, augmenter in enumerate(self.augmenters):
            if not isinstance(augmenter, Augmenter):
                raise TypeError(
                    f"augmenters[{index}] must be an instance of skseq.augment.Augmenter, got "
                    f"{augmenter!r}"
                )
            augmenter._check_steps(X, labels)


class Compose(_Combination):
    """Apply several augmenters, one after the other.

    Parameters
    ----------
    augmenters : list of Augmenter
        In the order in which they are applied. Each decides by its own ``p`` which sequences it
        augments. A grid reaches inside by names as ``make_pipeline`` gives them: ``jitter`` is
        the `Jitter` of the list, ``jitter__sigma`` its parameter, ``jitter-2`` the second of two.

    p : float in [0, 1], default=1.0
        Probability that a sequence is passed to them; the others stay as they are.

    Attributes
    ----------
    augmenters_ : list of Augmenter
        The augmenters, fitted.

    n_step_features_ : int
        Features of a step, once it is fitted.

    Examples
    --------
    >>> from skseq.augment import Compose, RandomSwap, TokenDropout
    >>> augmenter = Compose([RandomSwap(), TokenDropout(0.2, p=0.5)])
    >>> augmenter([[2, 3, 4, 5, 6], [7, 8]], random_state=3).tolist()
    [[2, 3, 6, 5, 4], [8, 7]]
    """

    def _augment(self, X, labels, rng):
        for augmenter in self.augmenters_:
            X, labels = augmenter._augment_some(X, labels, rng)
        return X, labels


class OneOf(_Combination):
    """Apply one of several augmenters to each sequence, drawn at random.

    Parameters
    ----------
    augmenters : list of Augmenter
        What to draw from; `set_params` reaches inside as for `Compose`.

    weights : array-like of shape (n_augmenters,), default=None
        How often each is drawn, relative to the others. None draws all alike.

    p : float in [0, 1], default=1.0
        Probability that a sequence is passed to one of them; the others stay as they are.

    Attributes
    ----------
    augmenters_ : list of Augmenter
        The augmenters, fitted.

    n_step_features_ : int
        Features of a step, once it is fitted.

    Examples
    --------
    >>> from skseq.augment import OneOf, RandomDeletion, TokenDropout
    >>> augmenter = OneOf([RandomDeletion(0.5), TokenDropout(0.5)])
    >>> augmenter([[2, 3, 4, 5, 6], [7, 8, 9]], random_state=4).tolist()
    [[2, 1, 1, 1, 6], [1, 8, 9]]
    """

    _parameter_constraints: dict = {
        **_Combination._parameter_constraints,
        "weights": ["array-like", None],
    }

    def __init__(self, augmenters, *, weights=None, p=1.0):
        super().__init__(augmenters, p=p)
        self.weights = weights

    def _check_steps(self, X, labels):
        super()._check_steps(X, labels)
        weights = self._shares()
        if len(weights) != len(self.augmenters) or not (
            np.isfinite(weights).all() and weights.min() >= 0 and weights.any()
        ):
            raise ValueError(
                f"weights must have one entry for each of the {len(self.augmenters)} augmenters, "
                f"none of them negative and not all 0; got {self.weights!r}"
            )

    def _augment(self, X, labels, rng):
        shares = self._shares()
        drawn = rng.choice(len(shares), len(X), p=shares / shares.sum())
        masks = [drawn == index for index in np.unique(drawn)]
        parts = [
            self.augmenters_[drawn[mask][0]]._augment_some(X[mask], take_labels(labels, mask), rng)
            for mask in masks
        ]
        if isinstance(labels, Sequences):
            labels = put_back([of_part for _, of_part in parts], masks)
        return put_back([part for part, _ in parts], masks), labels

    def _shares(self):
        if self.weights is None:
            return np.ones(len(self.augmenters))
        return np.asarray(self.weights, dtype=np.float64)
