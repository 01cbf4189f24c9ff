"""Classifiers around a classifier: fewer classes, or more of them."""

from skseq.meta._class_merger import ClassMerger
from skseq.meta._majority_splitter import MajoritySplitter
from skseq.meta._merged_scorer import make_merged_scorer

__all__ = ["ClassMerger", "MajoritySplitter", "make_merged_scorer"]
