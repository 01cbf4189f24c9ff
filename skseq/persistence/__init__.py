"""A fitted estimator in one file that runs no code when it is read."""

from skseq.persistence._files import load, save

__all__ = ["load", "save"]
