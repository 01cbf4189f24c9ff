"""The bars are counts, the commonest on top."""

from collections import Counter

import matplotlib.pyplot as plt
import numpy as np
import pytest

from skseq.report import ImbalanceDisplay
from skseq.samplers import SequenceOverSampler, TagOverSampler


def widths(display):
    """Class -> the length of its bar, for each set."""
    return [
        dict(zip(display.classes.tolist(), [bar.get_width() for bar in bars], strict=True))
        for bars in display.bars_
    ]


def test_labels_are_counted_and_ordered(labels):
    display = ImbalanceDisplay.from_labels(labels, ax=plt.gca())
    assert widths(display) == [Counter(labels.tolist())]
    assert display.classes.tolist() == ["common", "rare"]
    assert display.imbalance_ratio_ == [24 / 6]
    assert display.ax_.get_title() == "Imbalance ratio 4.0 : 1"
    assert display.ax_.get_xscale() == "log"
    low, high = display.ax_.get_ylim()
    assert low > high  # the first, the commonest, on top


def test_tags_are_counted_by_step_without_marks(tags):
    marked = tags.values.astype(object)
    marked[::3] = None
    display = ImbalanceDisplay.from_labels(tags.replace(values=marked), ignore=[None])
    assert widths(display) == [Counter(tag for tag in marked.tolist() if tag)]
    assert display.ax_.get_xlabel() == "Steps"
    with pytest.raises(ValueError, match="None"):
        ImbalanceDisplay.from_labels(tags.replace(values=marked))


def test_a_class_that_is_never_predicted_has_a_bar_of_nothing_with_its_number(tags):
    for true, predicted in [(["a", "a", "b"], ["a"] * 3), ([[1, 1], [0]], [[1, 1], [1]])]:
        display = ImbalanceDisplay.from_predictions(true, predicted)
        assert [text.get_text() for text in display.ax_.texts] == ["2", "1", "3", "0"]
        texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
        assert texts == ["true (2.0 : 1)", "predicted (1 of 2 never)"]
        assert display.imbalance_ratio_.tolist() == [2, np.inf]
    with pytest.raises(ValueError, match="y_pred has 1 labels"):
        ImbalanceDisplay.from_predictions(["a", "b"], ["a"])
    with pytest.raises(ValueError, match="must be text, or both numbers"):
        ImbalanceDisplay.from_predictions(["a", "b"], [1, 2])


def test_a_sampler_is_shown_by_what_it_makes(ragged_tokens, labels, tags):
    sampler = SequenceOverSampler(random_state=0)
    display = ImbalanceDisplay.from_sampler(sampler, ragged_tokens, labels)
    assert widths(display) == [{"common": 24, "rare": 6}, {"common": 24, "rare": 24}]
    sampler = TagOverSampler(random_state=0)
    _, resampled = sampler.fit_resample(ragged_tokens, tags)
    before, after = widths(ImbalanceDisplay.from_sampler(sampler, ragged_tokens, tags))
    assert before == Counter(tags.values.tolist())
    assert after == Counter(resampled.values.tolist())


@pytest.mark.parametrize("n_classes", [2, 18])
def test_the_picture_has_room_for_all_it_says(n_classes, check_layout):
    labels = np.repeat(
        [f"class {i} of quite a long name, too" for i in range(n_classes)],
        [2 * 3 ** min(i, 9) for i in range(n_classes)],
    )
    check_layout(ImbalanceDisplay.from_labels(labels).figure_)
    check_layout(ImbalanceDisplay.from_predictions(labels, labels[::-1]).figure_)
