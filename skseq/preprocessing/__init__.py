"""From raw text and raw measurements to what a network reads well."""

from skseq.preprocessing._scaler import SequenceScaler
from skseq.preprocessing._tokens import TokenEncoder

__all__ = ["SequenceScaler", "TokenEncoder"]
