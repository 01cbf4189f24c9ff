"""Whatever an estimator holds comes back as it was, down to what is the same object."""

import collections
import functools
import math
import pathlib
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes
from scipy import sparse
from sklearn.preprocessing import FunctionTransformer

import skseq
from skseq import Sequences
from skseq.preprocessing import TokenEncoder


@pytest.fixture
def round_trip(path):
    def round_trip(value, trusted=()):
        estimator = FunctionTransformer(kw_args={"value": value})
        return skseq.load(skseq.save(estimator, path), trusted=trusted).kw_args["value"]

    return round_trip


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("graph") / "model.skseq"


def load_saved(value, file):
    estimator = FunctionTransformer(kw_args={"value": value})
    return skseq.load(skseq.save(estimator, file)).kw_args["value"]


# NaN is no equal of itself, and has a test of its own.
numbers = st.integers() | st.floats(allow_nan=False) | st.complex_numbers(allow_nan=False)
scalars = st.none() | st.booleans() | numbers | st.text() | st.binary()
keys = st.integers() | st.text() | st.tuples(st.integers(), st.text())
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(keys, inner)
        | st.sets(st.integers() | st.text())
        | st.frozensets(st.integers())
    ),
    max_leaves=20,
)


@settings(max_examples=40)
@given(value=values)
def test_python_values_come_back(value, file):
    loaded = load_saved(value, file)
    assert loaded == value
    assert type(loaded) is type(value)


def test_what_is_no_number_comes_back(file):
    assert math.isnan(load_saved(float("nan"), file))
    assert repr(load_saved(complex("nan"), file)) == repr(complex("nan"))


@settings(max_examples=40)
@given(array=arrays(scalar_dtypes(), array_shapes(min_dims=0, min_side=0)))
def test_arrays_and_numbers_of_numpy_come_back_with_their_dtype(array, file):
    loaded = load_saved(array, file)
    np.testing.assert_array_equal(loaded, array, strict=True)
    assert loaded.dtype == array.dtype
    assert loaded.flags.writeable
    if array.size:
        number = load_saved(array.ravel()[0], file)
        assert type(number) is type(array.ravel()[0])
        np.testing.assert_array_equal(number, array.ravel()[0])


@pytest.mark.parametrize(
    "value",
    [
        np.array([["a", None], [3, (4, "b")]], dtype=object),
        np.array(["word", "longer word"]),
        np.array([(1, 2.5)], dtype=[("code", "<i4"), ("score", "<f8")]),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.ma.MaskedArray([1.0, 2.0], mask=[True, False]),
        np.str_("word"),
        np.dtype("<M8[D]"),
        np.dtype([("code", "<i4")]),
        np.float32,
        np.log1p,
        slice(1, None, 2),
        range(0, 10, 3),
        pathlib.Path("a") / "b",
        collections.OrderedDict([("b", 1), ("a", 2)]),
        collections.defaultdict(list, {"a": [1]}),
        collections.Counter("abca"),
        collections.deque([1, 2], maxlen=3),
        torch.device("cpu"),
        torch.Size([2, 3]),
        torch.float16,
    ],
    ids=repr,
)
def test_other_values_come_back(value, round_trip):
    loaded = round_trip(value)
    assert type(loaded) is type(value)
    assert repr(loaded) == repr(value)


def test_what_is_the_same_object_stays_the_same(round_trip):
    array, words = np.arange(3), ["a"]
    loaded = round_trip({"array": array, "again": [array, words, words]})
    assert loaded["again"][0] is loaded["array"]
    assert loaded["again"][1] is loaded["again"][2]


def test_what_holds_itself_comes_back(round_trip):
    ring = [1]
    ring.append({"ring": ring})
    box = np.empty(1, dtype=object)
    loaded = round_trip(ring)
    assert loaded[1]["ring"] is loaded
    box[0] = box
    with pytest.raises(TypeError, match="a ndarray that holds itself"):
        round_trip(box)


@pytest.mark.parametrize("make", [np.random.RandomState, np.random.default_rng])
def test_random_states_go_on_where_they_were(make, round_trip):
    random_state = make(0)
    random_state.normal()  # an odd number of draws leaves one over
    loaded = round_trip(random_state)
    np.testing.assert_array_equal(loaded.normal(size=5), random_state.normal(size=5))


def test_seeds_go_on_where_they_were(round_trip):
    seeds = np.random.SeedSequence(3)
    seeds.spawn(2)
    assert round_trip(seeds).spawn(1)[0].state == seeds.spawn(1)[0].state


def test_generators_of_other_kinds_and_their_children_come_back(round_trip):
    generator = np.random.Generator(np.random.MT19937(5))
    loaded = round_trip(generator)
    assert type(loaded.bit_generator) is np.random.MT19937
    assert loaded.spawn(1)[0].integers(2**60) == generator.spawn(1)[0].integers(2**60)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int64", "bool"])
def test_tensors_and_parameters_come_back(dtype, round_trip):
    tensor = torch.arange(6).reshape(2, 3).T.to(getattr(torch, dtype))
    loaded = round_trip(tensor)
    assert loaded.dtype == tensor.dtype
    assert torch.equal(loaded, tensor)
    parameter = torch.nn.Parameter(torch.zeros(2), requires_grad=False)
    loaded = round_trip([parameter, parameter])
    assert isinstance(loaded[0], torch.nn.Parameter)
    assert not loaded[0].requires_grad
    assert loaded[0] is loaded[1]


@pytest.mark.parametrize("kind", ["csr_array", "csc_matrix", "bsr_array", "dia_array", "coo_array"])
def test_sparse_matrices_come_back(kind, round_trip):
    matrix = getattr(sparse, kind)(np.diag([1.0, 0.0, 2.0]))
    loaded = round_trip(matrix)
    assert type(loaded) is (sparse.csr_array if kind == "coo_array" else type(matrix))
    np.testing.assert_array_equal(loaded.toarray(), matrix.toarray())


def test_distributions_that_searches_draw_from_come_back(round_trip):
    loaded = round_trip([scipy.stats.loguniform(1e-3, 1), scipy.stats.randint(2, high=5)])
    assert loaded[0].rvs(random_state=0) == scipy.stats.loguniform(1e-3, 1).rvs(random_state=0)
    assert loaded[1].support() == (2, 4)


def test_sequences_keep_all_that_travels_with_them(round_trip, ragged_tokens, labels):
    encoder = TokenEncoder().fit(["a b", "c"])
    X = encoder.transform(["a b a", "c"])
    X = X.replace(weight=np.array([1.0, 2.0]))
    X.origin, X.label_counts = np.array([4, 7]), {"x": 3, "y": 1}
    loaded = round_trip(X)
    assert isinstance(loaded, Sequences)
    for name in ("values", "offsets", "weight", "origin"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(X, name), strict=True)
    assert loaded.label_counts == X.label_counts
    assert list(loaded.vocabulary) == list(X.vocabulary)
    assert loaded.n_tokens == X.n_tokens


def a_function(X, value=None):
    return X


@dataclass(frozen=True)
class Own:
    """Of a user, with slots beside its attributes."""

    number: float
    other: object = None

    def method(self, X):
        return X


class Slotted:
    __slots__ = ("number",)


def test_classes_functions_and_objects_of_ones_own_come_back_where_they_are_trusted(round_trip):
    slotted = Slotted()
    slotted.number = 3
    held = [Own(1.5), Own, a_function, functools.partial(a_function, value=2), slotted]
    held.append(held[0].method)
    loaded = round_trip(held, trusted=[Own, a_function, Slotted, Own.method])
    assert loaded[0] == Own(1.5)
    assert loaded[1] is Own
    assert loaded[2] is a_function
    assert (loaded[3].func, loaded[3].keywords) == (a_function, {"value": 2})
    assert loaded[4].number == 3
    assert loaded[5].__self__ is loaded[0]
    with pytest.raises(
        ValueError, match=r"Own, .*a_function, .*Slotted, which skseq does not know"
    ):
        round_trip(held)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (lambda X: X, "is made inside a function"),
        (len, "is of Python itself"),
        (Fraction(1, 2), "is of Python itself"),
        (torch.zeros(2).to_sparse(), "a tensor of layout torch.sparse_coo"),
        (np.zeros(1, dtype=[("a", "O")]), "in which objects are mixed with others"),
        (np.frompyfunc(a_function, 1, 1), "not of numpy itself"),
        (iter([1]), "is of Python itself"),
    ],
    ids=["lambda", "function", "fraction", "sparse", "record", "ufunc", "iterator"],
)
def test_what_cannot_be_saved_says_where_it_is_and_why(value, says, round_trip):
    with pytest.raises(TypeError, match=rf"kw_args\.value cannot be saved: it holds .*{says}"):
        round_trip(value)


def test_infinite_numbers_are_written_as_strict_json(round_trip):
    loaded = round_trip([math.inf, -math.inf, math.nan])
    assert loaded[:2] == [math.inf, -math.inf]
    assert math.isnan(loaded[2])
