"""Estimators, samplers and pipelines have scikit-learn's diagram, which tells what is fitted."""

import pytest
from imblearn.pipeline import Pipeline

from skseq import ClassWeightTransformer, SequenceClassifier
from skseq.preprocessing import TokenEncoder
from skseq.samplers import SequenceOverSampler


@pytest.fixture
def pipeline():
    return Pipeline(
        [
            ("encode", TokenEncoder()),
            ("sample", SequenceOverSampler(random_state=0)),
            ("weight", ClassWeightTransformer()),
            ("model", SequenceClassifier(hidden_size=2, max_epochs=1, random_state=0)),
        ]
    )


@pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")
def test_the_diagram_of_a_pipeline_names_its_steps_and_whether_they_are_fitted(pipeline):
    before = pipeline._repr_html_()
    for _, step in pipeline.steps:
        assert type(step).__name__ in before
    assert "<span>Not fitted</span>" in before
    pipeline.fit(["a b", "c d", "a c", "b d"] * 5, ["x", "y", "x", "y"] * 5)
    after = pipeline._repr_html_()
    assert "<span>Fitted</span>" in after
    assert "<span>Not fitted</span>" not in after


def test_no_diagram_links_to_a_page_that_scikit_learn_does_not_have(pipeline):
    assert [step._get_doc_link() for _, step in pipeline.steps] == [""] * 4
