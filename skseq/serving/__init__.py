"""Trained nets for machines without skseq, scikit-learn and torch."""

from skseq.serving._export import to_onnx

__all__ = ["to_onnx"]
