"""What was saved comes back as it was, and what cannot be trusted to do so says why."""

import json
import pickle
import zipfile

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import LogisticRegression
from skorch.exceptions import DeviceWarning

import skseq
from skseq import ClassWeightTransformer, SequenceClassifier, SequenceTagger
from skseq.preprocessing import TokenEncoder
from skseq.samplers import SequenceOverSampler

# Two epochs teach nothing; what is compared is the net before and after.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")


@pytest.fixture
def tagger(ragged_tokens, tags):
    return SequenceTagger(hidden_size=4, max_epochs=2, random_state=0).fit(ragged_tokens, tags)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skseq"


def rewrite_metadata(path, change):
    """Write the file anew with metadata that ``change`` has altered in place."""
    with zipfile.ZipFile(path) as archive:
        metadata = json.loads(archive.read("metadata.json"))
        estimator = archive.read("estimator.joblib")
    change(metadata)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", json.dumps(metadata))
        archive.writestr("estimator.joblib", estimator)


def test_a_saved_tagger_predicts_the_same(tagger, ragged_tokens, path):
    assert skseq.save(tagger, path) == path
    loaded = skseq.load(path)
    assert loaded.get_params().keys() == tagger.get_params().keys()
    np.testing.assert_array_equal(
        loaded.predict_proba(ragged_tokens).values, tagger.predict_proba(ragged_tokens).values
    )


def test_a_saved_pipeline_predicts_the_same_from_raw_text(labels, path):
    texts = [f"{label} text number {i}" for i, label in enumerate(labels)]
    pipeline = Pipeline(
        [
            ("encode", TokenEncoder()),
            ("sample", SequenceOverSampler(random_state=0)),
            ("weight", ClassWeightTransformer()),
            ("model", SequenceClassifier(hidden_size=4, max_epochs=2, random_state=0)),
        ]
    ).fit(texts, labels)
    loaded = skseq.load(skseq.save(pipeline, str(path)))
    np.testing.assert_array_equal(loaded.predict_proba(texts), pipeline.predict_proba(texts))


def test_a_loaded_estimator_trains_on(tagger, ragged_tokens, tags, path):
    loaded = skseq.load(skseq.save(tagger, path)).partial_fit(ragged_tokens, tags)
    assert len(loaded.history_) == len(tagger.history_) + 1


def test_a_net_trained_on_cuda_comes_to_the_cpu_where_there_is_no_cuda(
    tagger, ragged_tokens, tags, path, monkeypatch
):
    expected = tagger.predict_proba(ragged_tokens).values
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    # What a net remembers that was trained on CUDA; skorch moves the tensors by the same entry.
    tagger.net_.device = "cuda"
    skseq.save(tagger, path)
    with pytest.warns(DeviceWarning, match=r"CUDA|cuda"):
        loaded = skseq.load(path)
    np.testing.assert_array_equal(loaded.predict_proba(ragged_tokens).values, expected)
    loaded.partial_fit(ragged_tokens, tags)


def test_the_metadata_is_readable_without_unpickling(tagger, path):
    skseq.save(tagger, path)
    with zipfile.ZipFile(path) as archive:
        metadata = json.loads(archive.read("metadata.json"))
    assert metadata["estimator"] == "SequenceTagger"
    assert metadata["versions"]["skseq"] == skseq.__version__
    assert {"python", "scikit-learn", "numpy", "torch"} < set(metadata["versions"])


def test_other_versions_are_warned_of_once_and_by_name(tagger, path):
    skseq.save(tagger, path)
    rewrite_metadata(path, lambda metadata: metadata["versions"].update(torch="1.0", python="3.9"))
    with pytest.warns(
        UserWarning, match=r"saved with python 3\.9 \(now .*\), torch 1\.0"
    ) as record:
        skseq.load(path)
    assert len(record) == 1


def test_scikit_learns_own_warning_of_versions_is_not_added(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("sklearn.base.__version__", "1.0")
        skseq.save(LogisticRegression().fit([[0], [1]], [0, 1]), path)
    rewrite_metadata(path, lambda metadata: metadata["versions"].update({"scikit-learn": "1.0"}))
    with pytest.warns(UserWarning, match=r"scikit-learn 1\.0 \(now") as record:
        skseq.load(path)
    assert not any(issubclass(w.category, InconsistentVersionWarning) for w in record)


def test_saving_again_replaces_the_file_and_leaves_nothing_else(tagger, path):
    skseq.save(tagger, path)
    skseq.save(LogisticRegression(), path)
    assert isinstance(skseq.load(path), LogisticRegression)
    assert list(path.parent.iterdir()) == [path]


def test_a_save_that_fails_leaves_the_old_file_whole(tagger, path):
    skseq.save(tagger, path)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        skseq.save(SequenceTagger(callbacks=[lambda: None]), path)
    assert isinstance(skseq.load(path), SequenceTagger)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("thing", [[1, 2], "model", SequenceTagger])
def test_only_estimators_are_saved(thing, path):
    with pytest.raises(TypeError, match="estimator must be an instance with fit and get_params"):
        skseq.save(thing, path)


@pytest.mark.parametrize("make", ["text", "pickle", "another zip"])
def test_a_file_from_elsewhere_is_refused(make, path):
    if make == "text":
        path.write_text("epoch,loss\n1,0.5\n")
    elif make == "pickle":
        path.write_bytes(pickle.dumps({"a": 1}))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("notes.txt", "hello")
    with pytest.raises(ValueError, match=r"is not a file that skseq\.save wrote"):
        skseq.load(path)


def test_a_file_that_is_not_there_is_named(path):
    with pytest.raises(FileNotFoundError, match=r"model\.skseq"):
        skseq.load(path)


def test_a_damaged_file_is_refused(tagger, path):
    skseq.save(tagger, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged"):
        skseq.load(path)


def test_a_later_layout_of_the_file_is_refused(tagger, path):
    skseq.save(tagger, path)
    rewrite_metadata(path, lambda metadata: metadata.update(format_version=99))
    with pytest.raises(ValueError, match="install that version or a later one"):
        skseq.load(path)
