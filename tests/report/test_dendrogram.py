"""The tree is scipy's, and its line stands where merging stopped."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.cluster import hierarchy
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skseq.meta import ClassMerger, MajoritySplitter
from skseq.preprocessing import SequenceSummarizer
from skseq.report import ClassDendrogramDisplay


@pytest.fixture
def data():
    levels = np.repeat([0.0, 1.0, 5.0, 7.0], 4)
    noise = np.random.default_rng(0).normal(0, 0.1, size=(16, 3))
    return list(levels[:, None] + noise), np.repeat(["a", "b", "c", "d"], 4)


MODEL = make_pipeline(SequenceSummarizer("statistics"), LogisticRegression())


@pytest.mark.parametrize("n_classes", [2, 3, 4, 9])
@pytest.mark.parametrize("distance", ["euclidean", "cosine", "confusion"])
def test_the_line_cuts_as_many_branches_as_classes_are_left(data, n_classes, distance):
    merger = ClassMerger(MODEL, n_classes=n_classes, distance=distance, cv=2).fit(*data)
    _, ax = plt.subplots()
    display = ClassDendrogramDisplay.from_estimator(merger, ax=ax, leaf_font_size=7)
    assert display.ax_ is ax
    assert sorted(text.get_text() for text in ax.get_yticklabels()) == ["a", "b", "c", "d"]
    heights = merger.linkage_[:, 2]
    if len(set(heights)) == len(heights):  # a line has no place between equal heights
        assert 4 - np.sum(heights < display.cut_) == len(merger.merged_classes_)
    assert len(display.tree_["leaves"]) == 4
    assert ("mean" in ax.get_xlabel()) == (distance != "confusion")


def test_a_tree_without_a_number_of_classes_has_no_line():
    assert ClassDendrogramDisplay([[0, 1, 0.5, 2]], [3, 4]).plot().cut_ is None


def test_what_has_no_tree_is_refused(data):
    for estimator in (ClassMerger(MODEL), MajoritySplitter(MODEL, n_clusters=2)):
        with pytest.raises(ValueError, match="has no tree of classes; fit a ClassMerger with n_cl"):
            ClassDendrogramDisplay.from_estimator(estimator.fit(*data))
    with pytest.raises(ValueError, match="needs at least two"):
        ClassDendrogramDisplay(np.empty((0, 4)), ["a"]).plot()


@pytest.mark.parametrize("n_classes", [2, 18])
def test_the_picture_has_room_for_all_it_says(n_classes, check_layout):
    linkage = hierarchy.linkage(np.random.default_rng(0).random((n_classes, 3)))
    names = [f"class {i} of quite a long name, number {i}" for i in range(n_classes)]
    check_layout(ClassDendrogramDisplay(linkage, names, n_classes=2).plot().figure_)
