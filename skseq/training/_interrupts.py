"""Ctrl-C while a net trains: the net returns to its last complete epoch, the interrupt goes on.

skorch treats a KeyboardInterrupt as a wish to stop early and swallows it, which is also how its own
`EarlyStopping` stops. A user who presses Ctrl-C in a grid search wants the search to stop.
"""

from skorch.callbacks import Callback, EarlyStopping


class CutShortError(BaseException):
    """An interrupt before the first epoch was over; not for skorch to swallow."""


class WholeEpochs(Callback):
    """Keeps the weights of the last complete epoch while the net trains."""

    def on_train_begin(self, net, **kwargs):
        self.was_interrupted = False
        self._n_rows = len(net.history)
        self._weights = None

    def on_epoch_end(self, net, **kwargs):
        self._n_rows = len(net.history)
        state = net.module_.state_dict()
        self._weights = {name: tensor.clone() for name, tensor in state.items()}

    def go_back(self, net):
        """Bring the net back to its last complete epoch; CutShortError where there is none."""
        del net.history[self._n_rows :]
        if self._weights is None:
            raise CutShortError
        net.module_.load_state_dict(self._weights)
        self.was_interrupted = True

    def on_train_end(self, net, **kwargs):
        self._weights = None


def is_early_stop(interrupt):
    """Whether skorch's `EarlyStopping` raised it, rather than a user."""
    frame = interrupt.__traceback__
    while frame.tb_next is not None:
        frame = frame.tb_next
    raised_by = frame.tb_frame.f_locals.get("self")
    return isinstance(raised_by, EarlyStopping) and raised_by.misses_ == raised_by.patience


def was_interrupted(net):
    """Whether the last training of a net was ended by an interrupt."""
    return getattr(dict(net.callbacks_).get("whole_epochs"), "was_interrupted", False)


def call_interrupted(net):
    """Have `was_interrupted` say so of a net that was to be trained anew."""
    dict(net.callbacks_)["whole_epochs"].was_interrupted = True


def interrupt_of(estimator):
    """The KeyboardInterrupt that goes on to the caller of `fit`, and says what is left."""
    net = next(filter(was_interrupted, estimator.nets_))
    # None is the best while the learning rate is too high to judge, or nothing is held out.
    is_best = dict(net.callbacks_)["early_stopping"].best_epoch_
    kept = "the best epoch so far" if is_best else "the last whole epoch"
    return KeyboardInterrupt(
        f"{type(estimator).__name__} was interrupted after {len(net.history)} epoch(s). It is "
        f"fitted, with the weights of {kept}"
    )
