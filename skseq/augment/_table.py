"""The one table of augmenters by name."""

from skseq._validation import check_choice
from skseq.augment._barycentre import Barycentre
from skseq.augment._base import Augmenter
from skseq.augment._combine import Compose
from skseq.augment._corruption import CharacterNoise, SpanMasking, TokenDropout
from skseq.augment._noise import ChannelDropout, Jitter, MagnitudeWarp, Scaling, TimeDropout
from skseq.augment._spawner import Spawner
from skseq.augment._tagged import (
    LabelwiseTokenReplacement,
    MentionReplacement,
    ShuffleWithinSegments,
)
from skseq.augment._time import Permutation, TimeWarp, WindowSlice, WindowWarp
from skseq.augment._words import RandomDeletion, RandomInsertion, RandomSwap, SynonymReplacement

AUGMENTERS = {
    "values": {
        "jitter": Jitter,
        "scaling": Scaling,
        "magnitude_warp": MagnitudeWarp,
        "time_warp": TimeWarp,
        "window_slice": WindowSlice,
        "window_warp": WindowWarp,
        "permutation": Permutation,
        "channel_dropout": ChannelDropout,
        "time_dropout": TimeDropout,
        "barycentre": Barycentre,
        "spawner": Spawner,
    },
    "tokens": {
        "synonym_replacement": SynonymReplacement,
        "random_insertion": RandomInsertion,
        "random_swap": RandomSwap,
        "random_deletion": RandomDeletion,
        "token_dropout": TokenDropout,
        "span_masking": SpanMasking,
        "character_noise": CharacterNoise,
    },
    "tags": {
        "labelwise_token_replacement": LabelwiseTokenReplacement,
        "mention_replacement": MentionReplacement,
        "shuffle_within_segments": ShuffleWithinSegments,
    },
}


def make_augmenter(augment):
    """Give an augmenter from whatever a parameter ``augment`` takes.

    Parameters
    ----------
    augment : str, class, Augmenter or list of these
        A name in `AUGMENTERS`; a class, made with its default parameters; an instance, which is
        returned as it is; a list is applied in its order, as by `Compose`.

    Returns
    -------
    Augmenter

    Raises
    ------
    ValueError
        If the name is not in the table, or the class cannot be made without arguments.
    TypeError
        If it is none of these.

    Examples
    --------
    >>> from skseq.augment import make_augmenter
    >>> make_augmenter("time_warp")
    TimeWarp()
    >>> make_augmenter(["jitter", "scaling"])
    Compose(augmenters=[Jitter(), Scaling()])
    """
    if isinstance(augment, (list, tuple)):
        return Compose([make_augmenter(each) for each in augment])
    if isinstance(augment, str):
        by_name = {name: cls for table in AUGMENTERS.values() for name, cls in table.items()}
        check_choice("augment", augment, by_name)
        augment = by_name[augment]
    if isinstance(augment, type) and issubclass(augment, Augmenter):
        return _make(augment)
    if not isinstance(augment, Augmenter):
        raise TypeError(
            "augment must be a name in skseq.augment.AUGMENTERS, an instance or a class of "
            f"skseq.augment.Augmenter, or a list of these; got {augment!r}"
        )
    return augment


def _make(cls):
    try:
        return cls()
    except TypeError as error:
        raise ValueError(
            f"{cls.__name__} needs arguments ({error}); pass an instance, "
            f"such as augment={cls.__name__}(...)"
        ) from None
