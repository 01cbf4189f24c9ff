import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import fbeta_score, make_scorer
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skseq.metrics import get_scorer
from skseq.model_selection import baselines, make_plain_pipeline, strategies
from skseq.report._python_code import as_python

KINDS = ["values", "tokens", "value tags", "tags"]
MODELS = {f"{kind}: {name}": model for kind in KINDS for name, model in baselines(kind).items()} | {
    kind: make_plain_pipeline(kind, hidden_size=8, random_state=0) for kind in KINDS
}


def evaluate(code):
    names = {}
    exec(code, names)
    return names["model"]


@pytest.mark.parametrize("name", MODELS)
def test_every_candidate_is_made_again_by_its_code(name):
    code, missing = as_python(MODELS[name])
    assert missing == []
    assert repr(evaluate(code)) == repr(MODELS[name])
    assert max(map(len, code.splitlines())) < 100


@pytest.mark.parametrize("kind", KINDS)
def test_every_strategy_is_made_again_by_its_code(kind):
    for changes in strategies(kind).values():
        model = make_plain_pipeline(kind).set_params(**changes)
        code, missing = as_python(model)
        assert missing == []
        assert repr(evaluate(code)) == repr(model)


@pytest.mark.parametrize(
    "value",
    [
        {0: 1.5, 2: float("inf")},
        {"a b": [1, (2,), None, True], 'say "x"': {1, 2}},
        np.array([[0, 1.5], [2, 3]]),
        np.float64(0.1),
        -1e-300,
        ("it's", b"x"),
        frozenset([1]),
        "\n",
    ],
)
def test_values_are_written_as_they_are(value):
    model = LogisticRegression(class_weight=value)
    found = evaluate(as_python(model)[0]).class_weight
    assert np.array_equal(found, value) if isinstance(value, np.ndarray) else found == value
    assert isinstance(found, type(value)) or isinstance(value, np.generic)


def test_parameters_at_their_defaults_are_left_out():
    code, _ = as_python(LogisticRegression(C=1.0, max_iter=7))
    assert code == (
        "from sklearn.linear_model import LogisticRegression\n\nmodel = "
        "LogisticRegression(max_iter=7)"
    )


def test_searches_and_functions_are_imported_where_the_public_finds_them():
    inner = make_pipeline(FunctionTransformer(np.log1p), TfidfVectorizer(dtype=np.float32))
    search = GridSearchCV(inner, {"tfidfvectorizer__min_df": [1, 2]}, cv=StratifiedKFold(3))
    code, missing = as_python(search)
    assert missing == []
    assert "from numpy import float32, log1p" in code
    assert "from sklearn.model_selection import GridSearchCV, StratifiedKFold" in code
    assert repr(evaluate(code)) == repr(search)


@pytest.mark.parametrize(
    "scorer",
    [
        get_scorer("tag_f1_macro", exclude="O"),
        get_scorer("span_f2_micro"),
        get_scorer("average_precision_macro"),
        get_scorer("f1_macro"),
        get_scorer("neg_log_loss"),
        get_scorer("roc_auc_ovr"),
        make_scorer(fbeta_score, beta=2, response_method=("predict_proba", "predict")),
    ],
    ids=repr,
)
def test_scorers_are_made_again_by_name_or_of_their_function(scorer):
    code, missing = as_python(GridSearchCV(LogisticRegression(), {}, scoring=scorer))
    assert missing == []
    assert repr(evaluate(code).scoring) == repr(scorer)


@pytest.mark.parametrize("thing", [lambda X: X, np.zeros(1000), object()])
def test_what_cannot_be_written_is_named(thing):
    code, missing = as_python(FunctionTransformer(thing))
    assert "func=..." in code
    assert len(missing) == 1
