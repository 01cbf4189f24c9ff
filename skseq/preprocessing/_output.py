"""`set_output` for transformers that may give `Sequences`."""

from functools import wraps

from skseq.data import is_table


def frames_for_tables(cls):
    """Class decorator: `set_output` makes frames of tables and leaves `Sequences` alone.

    scikit-learn would force every output of a transformer into a frame, which sequences of
    unequal length do not fit; a pipeline with ``set_output(transform="pandas")`` would break.
    """
    for name in ("transform", "fit_transform"):
        setattr(cls, name, _wrapped_for_tables(getattr(cls, name)))
    return cls


def _wrapped_for_tables(framing):
    plain = framing.__wrapped__  # the method before scikit-learn made it give frames

    @wraps(plain)
    def method(self, X, *args, **kwargs):
        return (framing if is_table(X) else plain)(self, X, *args, **kwargs)

    return method
