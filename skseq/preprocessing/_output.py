"""`set_output` for transformers that may give `Sequences`."""

from functools import wraps

from skseq.data import is_table


def frames_for_tables(cls):
    """Class decorator: `set_output` makes frames of tables and leaves `Sequences` alone.

    scikit-learn would force every output of a transformer into a frame, which sequences of
    unequal length do not fit; a pipeline with ``set_output(transform="pandas")`` would break.
    """
    for name in ("transform", "fit_transform"):
        setattr(cls, name, frames_where(lambda self, X: is_table(X), getattr(cls, name)))
    return cls


def frames_where(gives_table, framing):
    """Method that makes frames, as set by `set_output`, only where its output is a table.

    Parameters
    ----------
    gives_table : callable
        Called with the transformer and X; says whether the output will be a table.

    framing : function
        ``transform`` or ``fit_transform`` of a class, which scikit-learn has made give frames.

    Returns
    -------
    function
    """
    plain = framing.__wrapped__  # the method before scikit-learn made it give frames

    @wraps(plain)
    def method(self, X, *args, **kwargs):
        return (framing if gives_table(self, X) else plain)(self, X, *args, **kwargs)

    return method
