"""A fit that fails leaves the estimator as it was: unfitted, or with its old model."""

from contextlib import contextmanager
from copy import deepcopy

from skseq.training._interrupts import (
    CutShortError,
    call_interrupted,
    interrupt_of,
    was_interrupted,
)
from skseq.training._net import follow


@contextmanager
def transaction(estimator, goes_on=False):
    """Put an estimator back as it was where the block raises anything.

    Parameters
    ----------
    estimator : estimator
        The one that is fitted.

    goes_on : bool, default=False
        Whether the net at hand is trained further, in place, rather than replaced by a new one.

    Raises
    ------
    KeyboardInterrupt
        After the block, if it cut training short: the estimator is fitted then, and usable.
    """
    before = dict(vars(estimator))
    put_net_back = net_restorer(estimator) if goes_on else None
    try:
        yield
    except BaseException as error:
        _put_back(estimator, before)
        if put_net_back is not None:
            put_net_back()
        if isinstance(error, CutShortError):
            raise KeyboardInterrupt(
                f"{type(estimator).__name__} was interrupted in its first epoch; it is as it was"
            ) from None
        raise
    if any(map(was_interrupted, estimator.nets_)):
        raise interrupt_of(estimator)


@contextmanager
def keeping_nets(estimator):
    """Leave an estimator with the nets that it has where an interrupt ends the block.

    For a block that trains new nets in their place. The `transaction` around it raises the
    interrupt.

    Parameters
    ----------
    estimator : estimator
        Fitted, with nets that are fit for use.
    """
    before = dict(vars(estimator))
    try:
        yield
        is_whole = not any(map(was_interrupted, estimator.nets_))
    except (CutShortError, KeyboardInterrupt):
        is_whole = False
    if not is_whole:
        _put_back(estimator, before)
        call_interrupted(estimator.net_)


def _put_back(estimator, before):
    vars(estimator).clear()
    vars(estimator).update(before)


def net_restorer(estimator):
    """Function that brings nets, and what is changed in place with them, to what they are now."""
    return_all = [_restorer_of_one(net) for net in estimator.nets_]

    def put_back():
        for put_one_back in return_all:
            put_one_back()

    return put_back


def _restorer_of_one(net):
    loss, settings = net.criterion_.loss, net.settings
    # History rows are not changed later, so their number is enough.
    n_epochs = len(net.history)
    weights = deepcopy(net.module_.state_dict())
    steps = deepcopy(net.optimizer_.state_dict())
    learnt = deepcopy(vars(loss))

    def put_back():
        follow(net, settings)
        net.module_.load_state_dict(weights)
        net.optimizer_.load_state_dict(steps)
        vars(loss).clear()
        vars(loss).update(learnt)
        del net.history[n_epochs:]

    return put_back
