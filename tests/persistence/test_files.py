"""What was saved comes back as it was, and what cannot be trusted to do so says why."""

import json
import pickle
import zipfile

import joblib
import numpy as np
import pytest
from imblearn.over_sampling import SMOTE
from imblearn.pipeline import Pipeline, make_pipeline
from scipy.stats import loguniform
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    StratifiedKFold,
    TunedThresholdClassifierCV,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import SplineTransformer, StandardScaler
from skorch.exceptions import DeviceWarning

import skseq
from skseq import (
    ClassWeightTransformer,
    SequenceClassifier,
    SequenceOrdinalClassifier,
    SequenceRegressor,
    SequenceTagger,
)
from skseq.ensemble import SequenceBalancedBaggingClassifier, SequenceBlender
from skseq.losses import FocalLoss
from skseq.meta import (
    AnomalyClassifier,
    ClassMerger,
    MajoritySplitter,
    OrdinalThresholdClassifier,
    PriorCorrector,
    ThresholdTuner,
)
from skseq.model_selection import baselines
from skseq.preprocessing import SequenceScaler, SequenceSummarizer, TokenEncoder
from skseq.samplers import SequenceOverSampler, SequenceSMOTE, SequenceUnderSampler

# Two epochs teach nothing; what is compared is the net before and after.
pytestmark = pytest.mark.filterwarnings("ignore::skseq.exceptions.CollapseWarning")

SMALL = {"hidden_size": 4, "embedding_dim": 4, "max_epochs": 1, "random_state": 0}


@pytest.fixture
def tagger(ragged_tokens, tags):
    return SequenceTagger(hidden_size=4, max_epochs=2, random_state=0).fit(ragged_tokens, tags)


@pytest.fixture
def texts(ragged_tokens):
    return [" ".join(f"w{token}" for token in tokens) for tokens in ragged_tokens.tolist()]


def rewrite_metadata(path, change):
    """Write the file anew with metadata that ``change`` has altered in place."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(members.pop("metadata.json"))
    change(metadata)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members | {"metadata.json": json.dumps(metadata)}).items():
            archive.writestr(name, content)


def predictions(model, X):
    predicted = (getattr(model, "predict_proba", None) or model.predict)(X)
    return getattr(predicted, "values", predicted)


def check_round_trip(model, X, path):
    """Bit for bit the same predictions, from a file and from a pickle."""
    expected = predictions(model, X)
    for loaded in (skseq.load(skseq.save(model, path)), pickle.loads(pickle.dumps(model))):
        assert type(loaded) is type(model)
        assert loaded.get_params().keys() == model.get_params().keys()
        np.testing.assert_array_equal(predictions(loaded, X), expected, strict=True)


def text_pipeline(**params):
    return Pipeline(
        [
            ("encode", TokenEncoder()),
            ("sample", SequenceOverSampler(random_state=np.random.RandomState(0))),
            ("weight", ClassWeightTransformer()),
            ("model", SequenceClassifier(**(SMALL | params))),
        ]
    )


TEXT_MODELS = {
    "pipeline": text_pipeline(early_stopping=True),
    "grid": GridSearchCV(
        text_pipeline(),
        {"sample": ["passthrough", SequenceUnderSampler()], "model__loss": ["focal"]},
        scoring="f1_macro",
        cv=StratifiedKFold(2, shuffle=True, random_state=0),
    ),
    "draws": RandomizedSearchCV(
        text_pipeline(loss=FocalLoss(gamma=1.0), target_prior="uniform"),
        {"model__lr": loguniform(1e-3, 1e-1)},
        n_iter=1,
        cv=2,
        random_state=0,
    ),
    "words": make_pipeline(TokenEncoder("word+char"), SequenceClassifier(**SMALL)),
    "blender": SequenceBlender(
        [("net", text_pipeline()), ("tf-idf", baselines("tokens")["TF-IDF + logistic regression"])],
        cv=2,
    ),
    "tuner": ThresholdTuner(text_pipeline(), cv=2),
    "levels": OrdinalThresholdClassifier(text_pipeline(), classes=["common", "rare"], cv=2),
    "merger": ClassMerger(text_pipeline()),
    "bagging": SequenceBalancedBaggingClassifier(text_pipeline(), n_estimators=2, random_state=0),
}

SERIES_MODELS = {
    "resnet": SequenceClassifier("resnet", mixup="remix", n_seeds=2, **SMALL),
    "cnn": SequenceClassifier("cnn", loss="ldam", **SMALL),
    "ordinal": SequenceOrdinalClassifier(
        "tcn", scale="series", classes=["common", "rare"], **SMALL
    ),
    "prior": PriorCorrector(
        SequenceClassifier("lstm", scale=StandardScaler(), second_stage="crt", **SMALL)
    ),
    "smote": make_pipeline(SequenceSMOTE(random_state=0), SequenceClassifier("bigru", **SMALL)),
    "splitter": MajoritySplitter(SequenceClassifier("bag", scale=SequenceScaler(), **SMALL)),
    "isotonic": make_pipeline(
        SequenceSummarizer(), CalibratedClassifierCV(LogisticRegression(), method="isotonic", cv=2)
    ),
    "anomalies": AnomalyClassifier(
        make_pipeline(SequenceSummarizer(), IsolationForest(n_estimators=3, random_state=0)), cv=2
    ),
    "splines": make_pipeline(
        SequenceSummarizer(), SplineTransformer(), SGDClassifier(loss="hinge", random_state=0)
    ),
    "neighbours": make_pipeline(SequenceSummarizer(), KNeighborsClassifier(algorithm="kd_tree")),
    "threshold": make_pipeline(
        SequenceSummarizer(),
        StandardScaler(),
        SMOTE(k_neighbors=2, random_state=0),
        TunedThresholdClassifierCV(LogisticRegression(), scoring="f1_macro", cv=2),
    ),
    **{f"baseline {name}": model for name, model in baselines("values", random_state=0).items()},
}


@pytest.mark.parametrize("name", TEXT_MODELS)
def test_a_model_of_texts_predicts_the_same_bit_for_bit(name, texts, labels, path):
    check_round_trip(TEXT_MODELS[name].fit(texts, labels), texts, path)


@pytest.mark.parametrize("name", SERIES_MODELS)
def test_a_model_of_series_predicts_the_same_bit_for_bit(name, ragged_values, labels, path):
    check_round_trip(SERIES_MODELS[name].fit(ragged_values, labels), ragged_values, path)


@pytest.mark.parametrize("head", ["auto", "crf", "marginal_crf"])
def test_a_tagger_predicts_the_same_bit_for_bit(head, ragged_tokens, tags, path):
    tagger = SequenceTagger(head=head, **SMALL).fit(ragged_tokens, tags)
    check_round_trip(tagger, ragged_tokens, path)


@pytest.mark.parametrize("name", baselines("tags"))
def test_a_baseline_of_tags_predicts_the_same_bit_for_bit(name, ragged_tokens, tags, path):
    model = baselines("tags", inner_cv=2, random_state=0)[name]
    if hasattr(model, "param_grid"):  # tuning is not what is tested
        model = model.estimator
    check_round_trip(model.fit(ragged_tokens, tags), ragged_tokens, path)


def test_boosting_of_values_predicts_the_same_bit_for_bit(ragged_values, path):
    model = baselines("value tags", random_state=0)["window + boosting"].estimator
    model.set_params(classifier__max_iter=3)
    tags = ragged_values.replace(values=np.where(ragged_values.values[:, 0] > 0, "up", "down"))
    check_round_trip(model.fit(ragged_values, tags), ragged_values, path)


def test_a_regressor_predicts_the_same_bit_for_bit(ragged_values, path):
    numbers = np.arange(len(ragged_values), dtype=float)
    check_round_trip(SequenceRegressor(**SMALL).fit(ragged_values, numbers), ragged_values, path)


def test_column_names_and_an_unfitted_estimator_are_kept(labels, path):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(np.random.default_rng(0).normal(size=(30, 2)), columns=["a", "b"])
    model = SequenceClassifier(input="values", **SMALL)
    unfitted = skseq.load(skseq.save(model, path))
    assert not hasattr(unfitted, "net_")
    loaded = skseq.load(skseq.save(model.fit(frame, labels), path))
    np.testing.assert_array_equal(loaded.feature_names_in_, ["a", "b"])
    with pytest.raises(ValueError, match="feature names"):
        loaded.predict(frame.rename(columns={"a": "c"}))


@pytest.mark.parametrize("trains_on", ["partial_fit", "warm_start"])
def test_a_loaded_estimator_trains_on_as_if_it_had_never_been_saved(
    trains_on, ragged_tokens, tags, path
):
    def one_more(model):
        return getattr(model, "fit" if trains_on == "warm_start" else "partial_fit")(
            ragged_tokens, tags
        )

    model = SequenceTagger(warm_start=trains_on == "warm_start", classes=["O", "X"], **SMALL)
    loaded = skseq.load(skseq.save(one_more(model), path))
    assert model.net_.optimizer_.state
    check_round_trip(one_more(model), ragged_tokens, path)
    np.testing.assert_array_equal(
        predictions(one_more(loaded), ragged_tokens), predictions(model, ragged_tokens)
    )


def test_a_fit_that_is_over_keeps_no_state_of_the_optimizer(tagger, ragged_tokens, tags, path):
    assert not tagger.net_.optimizer_.state
    loaded = skseq.load(skseq.save(tagger, path)).partial_fit(ragged_tokens, tags)
    assert len(loaded.history_) == len(tagger.history_) + 1
    assert loaded.net_.optimizer_.state


def test_a_net_trained_on_cuda_comes_to_the_cpu_where_there_is_no_cuda(
    tagger, ragged_tokens, tags, path, monkeypatch
):
    expected = tagger.predict_proba(ragged_tokens).values
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    # What a net remembers that was trained on CUDA; its tensors are on the CPU in any file.
    tagger.net_.device = "cuda"
    skseq.save(tagger, path)
    with pytest.warns(DeviceWarning, match=r"CUDA|cuda"):
        loaded = skseq.load(path)
    np.testing.assert_array_equal(loaded.predict_proba(ragged_tokens).values, expected)
    loaded.partial_fit(ragged_tokens, tags)


def test_the_metadata_is_readable_without_skseq(tagger, path):
    skseq.save(tagger, path)
    with zipfile.ZipFile(path) as archive:
        metadata = json.loads(archive.read("metadata.json"))
    assert metadata["estimator"] == "SequenceTagger"
    assert metadata["versions"]["skseq"] == skseq.__version__
    assert {"python", "numpy", "torch", "skorch"} < set(metadata["versions"])


def test_versions_are_those_of_what_the_estimator_is_made_of(path):
    skseq.save(LogisticRegression(), path)
    with zipfile.ZipFile(path) as archive:
        versions = json.loads(archive.read("metadata.json"))["versions"]
    assert set(versions) == {"python", "skseq", "numpy", "scikit-learn"}


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
    skseq.save(tagger, str(path))
    skseq.save(LogisticRegression(), path)
    assert isinstance(skseq.load(path), LogisticRegression)
    assert list(path.parent.iterdir()) == [path]


def test_a_save_that_fails_leaves_the_old_file_whole_and_says_where_it_failed(tagger, path):
    skseq.save(tagger, path)
    with pytest.raises(TypeError, match=r"callbacks cannot be saved: it holds <function .*inside"):
        skseq.save(SequenceTagger(callbacks=[lambda: None]), path)
    assert isinstance(skseq.load(path), SequenceTagger)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("thing", [[1, 2], "model", SequenceTagger])
def test_only_estimators_are_saved(thing, path):
    with pytest.raises(TypeError, match="estimator must be an instance with fit and get_params"):
        skseq.save(thing, path)


@pytest.mark.parametrize("make", ["text", "nothing", "pickle", "joblib", "another zip"])
def test_a_file_from_elsewhere_is_refused(make, path):
    if make == "text":
        path.write_text("epoch,loss\n1,0.5\n")
    elif make == "nothing":
        path.touch()
    elif make == "pickle":
        path.write_bytes(pickle.dumps({"a": 1}))
    elif make == "joblib":
        joblib.dump(LogisticRegression(), path)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("notes.txt", "hello")
    with pytest.raises(ValueError, match=r"is not a file that skseq\.save wrote"):
        skseq.load(path)


def test_a_file_that_is_not_there_is_named(path):
    with pytest.raises(FileNotFoundError, match=r"model\.skseq"):
        skseq.load(path)


def test_a_file_that_was_cut_short_is_refused(tagger, path):
    skseq.save(tagger, path)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ValueError, match="is damaged, most likely cut short"):
        skseq.load(path)


def test_a_damaged_file_is_refused(tagger, path):
    skseq.save(tagger, path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged"):
        skseq.load(path)


def test_a_file_with_other_content_than_was_saved_is_refused(tagger, path):
    skseq.save(tagger, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["objects.json"] = members["objects.json"].replace(b'"argmax"', b'"balanced"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match=r"has been changed .* objects\.json has another checksum"):
        skseq.load(path)


def test_a_later_layout_of_the_file_is_refused(tagger, path):
    skseq.save(tagger, path)
    rewrite_metadata(path, lambda metadata: metadata.update(format_version=99))
    with pytest.raises(ValueError, match="install that version or a later one"):
        skseq.load(path)


def test_a_pickle_of_an_early_version_is_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        metadata = {"format": "skseq estimator", "format_version": 1, "versions": {}}
        archive.writestr("metadata.json", json.dumps(metadata))
        archive.writestr("estimator.joblib", pickle.dumps(LogisticRegression()))
    with pytest.raises(ValueError, match="wrote pickles: they can run any code, and are not read"):
        skseq.load(path)
