"""``skseq demo``: an experiment on data that are always at hand."""

from skseq.cli._demo._run import run_demo

__all__ = ["run_demo"]
