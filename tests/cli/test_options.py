"""Options as text."""

import pytest

from skseq.cli._options import names_of, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("5m", 300), ("1.5 min", 90), ("1h30m", 5400), ("none", None)],
)
def test_times_as_people_write_them(text, seconds):
    assert seconds_of(text) == seconds


def test_names_with_commas_between():
    assert names_of(None) is None
    assert names_of("a, b,,c") == ["a", "b", "c"]
    assert names_of("SequenceOverSampler, augmented,loss focal") == [
        "SequenceOverSampler, augmented",
        "loss focal",
    ]
