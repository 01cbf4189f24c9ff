"""What a tune tries suits the file, and each of it can be fitted."""

import numpy as np
import pytest
from sklearn.base import clone

from skseq import SequenceTagger
from skseq.cli import _one_line
from skseq.cli._errors import InputError
from skseq.cli._nets import nets_to_try, plain_pipeline
from skseq.cli._reading import Reading


def reading(**changes):
    usual = Reading("csv", header=True, row_is="sequence", text="text", values=None, label="label")
    return usual._replace(**changes)


WORDS_WITH_TAGS = reading(tags=True, unit="word")


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")  # of one epoch
@pytest.mark.parametrize(
    "read",
    [WORDS_WITH_TAGS, reading(tags=True, unit="character"), reading(unit="text")],
    ids=["words with tags", "characters with tags", "texts"],
)
def test_every_net_that_is_tried_by_default_can_be_made(read):
    plain = plain_pipeline(read, 0).set_params(
        model__hidden_size=2, model__embedding_dim=2, model__max_epochs=1
    )
    if "level" in plain.named_steps["encode"].get_params():
        plain.set_params(encode__min_count=1)
    nets, unfit = nets_to_try(read, None, None, 0)
    assert nets
    assert not set(unfit) & set(nets)
    X = np.array(["ab ba", "ba b", "a ab", "b b ab"] * 3)
    y = np.array(["x", "y", "x", "x"] * 3)
    if read.tags:
        X = [["a", "b", "a"], ["b", "a"], ["a", "b"]] * 4
        y = [["x", "y", "x"], ["y", "x"], ["x", "x"]] * 4
    for params in nets.values():
        clone(plain).set_params(**params).fit(X, y)


def test_pairs_that_do_not_go_together_are_named():
    nets, unfit = nets_to_try(WORDS_WITH_TAGS, ["loss ldam", "weight sqrt"], ["crf"], 0)
    assert unfit == ["loss ldam + crf"]
    assert list(nets) == ["crf", "loss ldam", "weight sqrt", "weight sqrt + crf"]
    made = plain_pipeline(WORDS_WITH_TAGS, 0).set_params(**nets["weight sqrt + crf"])
    assert isinstance(made.named_steps["model"], SequenceTagger)
    assert made.named_steps["model"].head == "crf"


@pytest.mark.parametrize("read", [WORDS_WITH_TAGS, reading(unit="text")], ids=["tags", "texts"])
def test_all_architectures_are_those_that_can_be_made(read):
    nets, _ = nets_to_try(read, ["none"], ["all"], 0)
    assert ("resnet" in nets) == (not read.tags)
    assert {"bilstm", "cnn", "tcn"} < set(nets)
    if read.tags:
        with pytest.raises(InputError, match="--architectures resnet: no such architecture for"):
            nets_to_try(read, ["none"], ["resnet"], 0)


def test_words_with_tags_are_read_by_their_characters():
    assert plain_pipeline(WORDS_WITH_TAGS, 0).named_steps["encode"].level == "word+char"
    nets, _ = nets_to_try(WORDS_WITH_TAGS, ["none"], ["word"], 0)
    assert nets == {"word": {"encode__level": "word"}}


def test_a_message_is_one_line_without_tracebacks():
    message = (
        "one failed:\n'net':\nTraceback (most recent call last):\n  File x\n    y()\nError: no"
    )
    assert _one_line(message) == "one failed: 'net': Error: no"
    assert _one_line("  a\n  b") == "a b"
