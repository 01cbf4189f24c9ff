"""From tags of steps to spans with their start, end and type, and back.

Positions count from 0, and ``end`` is one past the last step, or character, of a span.
"""

from skseq.spans._convert import convert_tags, spans_to_tags
from skseq.spans._offsets import token_offsets
from skseq.spans._spans import Span, tags_to_spans

__all__ = ["Span", "convert_tags", "spans_to_tags", "tags_to_spans", "token_offsets"]
