"""A file that was made to harm is refused before anything of it has been made or imported."""

import contextlib
import hashlib
import json
import os
import pickle
import sys
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import skseq


class Payload:
    """Unpickled, it makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def an_object(place, **content):
    return {"object": {"class": place, **content}}


def a_call(place, *arguments):
    return {"object": {"call": place, "arguments": list(arguments)}}


@pytest.fixture
def evil_module(tmp_path, monkeypatch):
    """A module that leaves a trace when it is imported."""
    (tmp_path / "evil_module.py").write_text("open(__file__ + '.done', 'w').close()\nEvil = int\n")
    monkeypatch.syspath_prepend(tmp_path)
    return "evil_module"


@pytest.mark.parametrize(
    "name", ["os:system", "posix:system", "subprocess:Popen", "builtins:eval", "builtins:type"]
)
def test_what_python_brings_is_refused_and_cannot_be_trusted(name, forge):
    path = forge(a_call(0, "echo harm"), [name])
    dotted = name.replace(":", ".")
    with pytest.raises(ValueError, match=rf"holds {dotted}, which no model needs: it is not loade"):
        skseq.load(path)
    with pytest.raises(ValueError, match=f"trusted must not hold {dotted}"):
        skseq.load(path, trusted=[dotted])


def test_functions_of_python_cannot_be_trusted_as_objects_either():
    with pytest.raises(ValueError, match=r"trusted must not hold \w+\.system"):
        skseq.load("model.skseq", trusted=[os.system])


@pytest.mark.parametrize("trusted", ["a.name", [3], 3])
def test_trusted_that_makes_no_sense_is_a_type_error(trusted, forge):
    with pytest.raises(TypeError, match="trusted must"):
        skseq.load(forge(None), trusted=trusted)


def test_a_module_that_is_not_trusted_is_not_imported(forge, evil_module, tmp_path):
    for kind in (an_object(0), a_call(0), {"name": 0}, {"list": []}):
        path = forge(kind, [f"{evil_module}:Evil", "sklearn.linear_model._logistic:LogisticRegr"])
        with pytest.raises(ValueError, match=r"trusted=\['evil_module\.Evil'\]"):
            skseq.load(path)
        assert evil_module not in sys.modules
        assert not list(tmp_path.glob("*.done"))


@pytest.mark.parametrize(
    "name",
    [
        "skseq.data:../../evil",
        "skseq/../evil:Evil",
        "..evil:Evil",
        "skseq.:Sequences",
        ":Sequences",
        "skseq.data._sequences.Sequences",
        "skseq_evil.data:Sequences",
        "sklearnx:Evil",
        "skseq.cli:main",
        "skseq.__main__:main",
        "sklearn.utils._testing:assert_run_python_script_without_output",
        "numpy:load",
        "torch:load",
        "joblib.numpy_pickle:load",
        "scipy.stats._distn_infrastructure:rv_frozen",
        7,
        None,
        ["skseq.data._sequences:Sequences"],
    ],
    ids=str,
)
def test_a_name_that_leads_elsewhere_is_refused(name, forge):
    with pytest.raises(ValueError, match="which skseq does not know"):
        skseq.load(forge(an_object(0), [name]))


@pytest.mark.parametrize(
    "name",
    [
        "skseq.persistence._files:load",
        "skseq._optional:import_optional",
        "skseq.datasets._conll:write_conll",
        "sklearn.datasets._openml:fetch_openml",
        "skorch.net:NeuralNet.load_params",
    ],
)
def test_a_function_that_could_do_harm_later_is_refused(name, forge):
    with pytest.raises(ValueError, match="which skseq does not know"):
        skseq.load(forge({"partial": [{"name": 0}, {"tuple": []}, {"dict": {}}]}, [name]))


def test_a_name_that_a_module_has_only_imported_is_refused(forge):
    with pytest.raises(ValueError, match="cannot be turned into an estimator"):
        skseq.load(forge({"name": 0}, ["skseq.metrics._flat:np.load"]))
    with pytest.raises(ValueError, match="cannot be turned into an estimator"):
        skseq.load(forge(an_object(0), ["skseq.persistence._files:Path"]))


def test_only_constructors_of_objects_in_c_are_called(forge):
    for name in ("sklearn.linear_model._logistic:LogisticRegression", "builtins:print"):
        with pytest.raises(ValueError, match="which"):
            skseq.load(forge(a_call(0, "harm"), [name]))


@pytest.mark.parametrize("net", ["skorch.net:NeuralNet", "skseq.training._net:SequenceNet"])
def test_the_pickle_in_the_state_of_a_skorch_net_is_not_read(net, forge, tmp_path):
    harm = tmp_path / "harm"
    payload = np.frombuffer(pickle.dumps({"module_": Payload(harm)}), dtype=np.uint8)
    attributes = {"device": "cpu", "__cuda_dependent_attributes__": {"bytes": "arrays/0.npy"}}
    with pytest.raises(ValueError, match="Net is no plain object"):
        skseq.load(forge(an_object(0, attributes=attributes), [net], [payload]))
    assert not harm.exists()


def test_methods_of_other_classes_are_refused(forge):
    node = {"method": [{"net": [0, {}]}, "load_params"]}
    with pytest.raises(ValueError, match=r"cannot be turned|which no model needs"):
        skseq.load(forge(node, ["skorch.net:NeuralNet"]))
    node = {"method": [an_object(0), "fit"]}
    with pytest.raises(ValueError, match="holds fit of a LogisticRegression, which no model needs"):
        skseq.load(forge(node, ["sklearn.linear_model._logistic:LogisticRegression"]))


@pytest.mark.parametrize(
    "node",
    [
        {"ufunc": "load"},
        {"torch dtype": "load"},
        {"sparse": ["linalg", [], []]},
        {"distribution": ["rv_continuous", {"tuple": []}, {"dict": {}}]},
        {"distribution": ["__builtins__", {"tuple": []}, {"dict": {}}]},
        {"random state": {"dict": {"bit_generator": "RandomState"}}},
        {"random state": {"dict": {"bit_generator": "seed"}}},
        {"no such kind": 1},
        {"list": 3},
        {"list": [], "tuple": []},
        {"ref": 5},
        {"name": 0},
        {"name": "os"},
        {"array": "arrays/0.npy"},
        {"array": "../../etc/passwd"},
        {"array": "objects.json"},
        {"array": {"shape": [10**12], "items": []}},
        {"object": {}},
        {},
    ],
    ids=str,
)
def test_content_without_sense_is_one_clear_error(node, forge):
    with pytest.raises(ValueError, match=r"model\.skseq' (is damaged|cannot be turned)"):
        skseq.load(forge(node))


def test_indices_of_a_sparse_matrix_that_lie_outside_are_refused(forge):
    arrays = np.ones(1), np.array([1000]), np.array([0, 1])
    parts = [{"array": f"arrays/{place}.npy"} for place in range(3)]
    with pytest.raises(ValueError, match="cannot be turned"):
        skseq.load(forge({"sparse": ["csr_array", parts, [1, 2]]}, arrays=arrays))


def write_members(path, members, compression=zipfile.ZIP_STORED):
    """Write the file anew, with some members in place of others, and with right checksums."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()} | members
    metadata = json.loads(members.pop("metadata.json"))
    metadata["sha256"] = {
        name: hashlib.sha256(content).hexdigest() for name, content in members.items()
    }
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("metadata.json", json.dumps(metadata))
        for name, content in members.items():
            archive.writestr(name, content)


def test_depth_without_end_is_refused(forge, path):
    with zipfile.ZipFile(forge(1)) as archive:
        content = archive.read("objects.json")
    deep = b'{"list":[' * 50_000 + b"1" + b"]}" * 50_000
    write_members(path, {"objects.json": content.replace(b"1", deep)})
    with pytest.raises(ValueError, match="cannot be turned into an estimator here: RecursionError"):
        skseq.load(path)


def places_in(node):
    """Every container within JSON, and the keys of what it holds."""
    if isinstance(node, dict | list):
        for key in node if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from places_in(node[key])


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_is_changed_in_the_content_it_loads_or_is_one_clear_error(data, file, content):
    changed = json.loads(content)
    places = [place for place in places_in(changed) if place[0] is not changed]
    container, key = data.draw(st.sampled_from(places), label="place")
    if data.draw(st.booleans(), label="is dropped"):
        del container[key]
    else:
        others = [None, 10**12, "x", [], {}, {"ref": 0}, {"name": 1}, {"list": []}, {"array": "x"}]
        container[key] = data.draw(st.sampled_from(others), label="in its place")
    write_members(file, {"objects.json": json.dumps(changed).encode()})
    with contextlib.suppress(ValueError):
        skseq.load(file)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    texts, y = ["an owl", "an ant", "the owl"] * 2, [0, 1, 0] * 2
    model = make_pipeline(TfidfVectorizer(), ExtraTreesClassifier(2, random_state=0)).fit(texts, y)
    return skseq.save(model, tmp_path_factory.mktemp("hostile") / "model.skseq")


@pytest.fixture(scope="module")
def content(file):
    with zipfile.ZipFile(file) as archive:
        return archive.read("objects.json")


def test_a_zip_bomb_is_refused_before_it_unpacks(path):
    skseq.save(LogisticRegression(), path)
    write_members(path, {"objects.json": b" " * 10**7}, zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match=r"is damaged|is not a file"):
        skseq.load(path)
    skseq.save(LogisticRegression(), path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arrays/9.npy", b" " * 10**7)
    with pytest.raises(ValueError, match="been given others"):
        skseq.load(path)


def test_an_array_is_read_once_so_that_it_cannot_multiply(forge):
    node = {"list": [{"array": "arrays/0.npy"}] * 2}
    with pytest.raises(ValueError, match=r"arrays/0\.npy is missing"):
        skseq.load(forge(node, arrays=[np.zeros(3)]))


@pytest.mark.parametrize("harm", ["objects", "shape"])
def test_an_array_that_is_a_pickle_or_larger_than_its_file_is_refused(harm, forge, path, tmp_path):
    forge({"array": "arrays/0.npy"}, arrays=[np.zeros(2)])
    with zipfile.ZipFile(path) as archive:
        content = archive.read("arrays/0.npy")
    if harm == "shape":
        content = content.replace(b"(2,), }" + b" " * 12, b"(999999999999,), }" + b" ")
    else:
        head = content[:10] + content[10:128].replace(b"'<f8'", b"'|O' ")
        content = head + pickle.dumps(Payload(tmp_path / "harm"))
    write_members(path, {"arrays/0.npy": content})
    with pytest.raises(ValueError, match=r"arrays/0\.npy is no array"):
        skseq.load(path)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("name", ["../../evil.npy", "/evil.npy", "arrays/../../evil.npy"])
def test_members_with_other_names_are_never_written_anywhere(name, path, tmp_path):
    skseq.save(LogisticRegression(), path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"harm")
    with pytest.raises(ValueError, match="been given others"):
        skseq.load(path)
    assert not list(tmp_path.parent.rglob("evil.npy"))
