"""Ragged sequences, their checks and conversions.

Numpy is all that loads with it, so that `import skseq` is fast: the functions that need
scikit-learn or scipy import them when they run.
"""

from skseq.data._cells import (
    column_names,
    has_mixed_columns,
    holds_number_lists,
    is_frame,
    to_cells,
)
from skseq.data._channels import (
    MAX_IDS,
    Channel,
    CharacterChannel,
    IdChannel,
    NumberChannel,
    column_spans,
    first_ids,
    number_columns,
    numbers_of,
    refuse_channels,
    token_ids,
)
from skseq.data._checks import as_sequences, check_sequences
from skseq.data._chunks import ChunkSpans, chunk_spans
from skseq.data._groups import (
    draw_of_each_class,
    merge_origins,
    original_groups,
    original_rows,
    own_origins,
    split_originals,
)
from skseq.data._layout import (
    gather_steps,
    offsets_from_lengths,
    step_mask,
    step_positions,
    take_steps,
)
from skseq.data._plans import scoring_plan
from skseq.data._problem_kind import guess_problem_kind
from skseq.data._sequences import Sequences
from skseq.data._spans import (
    OUTSIDE,
    PLAIN,
    SPAN_SCHEMES,
    Spans,
    find_spans,
    split_prefix,
    tag_roles,
)
from skseq.data._steps import check_kind
from skseq.data._tables import check_table, is_list_table, is_table
from skseq.data._tags import (
    as_tags,
    check_tags,
    cut_steps,
    fill_marks,
    ignored_by,
    known_steps,
    like_input,
)
from skseq.data._token_ids import check_vocabulary

__all__ = [
    "MAX_IDS",
    "OUTSIDE",
    "PLAIN",
    "SPAN_SCHEMES",
    "Channel",
    "CharacterChannel",
    "ChunkSpans",
    "IdChannel",
    "NumberChannel",
    "Sequences",
    "Spans",
    "as_sequences",
    "as_tags",
    "check_kind",
    "check_sequences",
    "check_table",
    "check_tags",
    "check_vocabulary",
    "chunk_spans",
    "column_names",
    "column_spans",
    "cut_steps",
    "draw_of_each_class",
    "fill_marks",
    "find_spans",
    "first_ids",
    "gather_steps",
    "guess_problem_kind",
    "has_mixed_columns",
    "holds_number_lists",
    "ignored_by",
    "is_frame",
    "is_list_table",
    "is_table",
    "known_steps",
    "like_input",
    "merge_origins",
    "number_columns",
    "numbers_of",
    "offsets_from_lengths",
    "original_groups",
    "original_rows",
    "own_origins",
    "refuse_channels",
    "scoring_plan",
    "split_originals",
    "split_prefix",
    "step_mask",
    "step_positions",
    "tag_roles",
    "take_steps",
    "to_cells",
    "token_ids",
]
