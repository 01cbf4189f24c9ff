"""scikit-learn's checks of an estimator, re-stated for ragged X and ragged y."""

import warnings
from functools import partial, wraps
from unittest import SkipTest

from sklearn.exceptions import SkipTestWarning
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import (
    check_do_not_raise_errors_in_init_or_set_params,
    check_estimator_cloneable,
    check_estimator_repr,
    check_estimator_tags_renamed,
    check_get_params_invariance,
    check_mixin_order,
    check_no_attributes_set_in_init,
    check_param_validation,
    check_parameters_default_constructible,
    check_set_params,
    check_valid_tag_types,
)

from skseq._validation import check_choice
from skseq.testing._examples import FORMS, kind_of, make_example
from skseq.testing._fitting_checks import fitting_checks
from skseq.testing._input_checks import input_checks
from skseq.testing._prediction_checks import prediction_checks
from skseq.testing._sampler_checks import sampler_checks
from skseq.testing._transformer_checks import transformer_checks

# The checks of scikit-learn that look at neither X nor y.
_API_CHECKS = (
    check_estimator_cloneable,
    check_estimator_tags_renamed,
    check_valid_tag_types,
    check_estimator_repr,
    check_no_attributes_set_in_init,
    check_do_not_raise_errors_in_init_or_set_params,
    check_mixin_order,
    check_parameters_default_constructible,
    check_get_params_invariance,
    check_set_params,
)

_CHECKS_OF_KIND = {
    "classifier": prediction_checks,
    "tagger": prediction_checks,
    "regressor": prediction_checks,
    "step_regressor": prediction_checks,
    "transformer": transformer_checks,
    "text_transformer": transformer_checks,
    "dict_transformer": transformer_checks,
    "sampler": sampler_checks,
    "tag_sampler": sampler_checks,
}


def check_estimator(
    estimator,
    *,
    kind=None,
    forms=None,
    expected_failed_checks=None,
    on_fail="raise",
    callback=None,
):
    """Check that an estimator of sequences keeps scikit-learn's conventions.

    They are those of `sklearn.utils.estimator_checks.check_estimator`, which only knows 2-D
    arrays, re-stated for ragged X (token ids, values, or texts) and, for taggers and their
    samplers, ragged y; and what skseq requires on top: padding changes nothing, weights and origins
    follow their sequences, the order of steps is never touched, the caller's random state is left
    alone. A classifier whose tags say that it takes no more than two classes is tried on two.

    Parameters
    ----------
    estimator : estimator
        An instance. Small settings (few epochs, small layers) make the checks fast.

    kind : {"classifier", "tagger", "regressor", "step_regressor", "transformer", \
            "text_transformer", "dict_transformer", "sampler", "tag_sampler"}, default=None
        What it is. None decides by its methods: ``fit_resample`` makes a sampler (by label if it
        derives from imbalanced-learn's bases, else by tags), ``predict`` a classifier or a
        regressor or, if it is neither for scikit-learn, a tagger, ``transform`` a
        transformer (of texts or of dicts if its tags say that it takes strings or dicts).
        "step_regressor", one number for each step, has to be named.

    forms : sequence of str, default=None
        The forms of X to try: of "tokens" and "values", or, for a transformer of texts, "texts"
        and "token_lists". None tries both; name one for what takes only that.

    expected_failed_checks : dict of str to str, default=None
        Name of each check that may fail, and why.

    on_fail : {"raise", "warn", None}, default="raise"
        Whether the first failure is raised, or every failure is a warning or goes to the results
        only.

    callback : callable, default=None
        Called after each check with the entries of its result as keyword arguments.

    Returns
    -------
    list of dict
        For each check ``estimator``, ``check_name``, ``exception``, ``status`` ("passed",
        "failed", "skipped" or "xfail") and ``expected_to_fail``.

    Raises
    ------
    AssertionError
        If a check fails that is not expected to, with ``on_fail="raise"``; says what broke and
        for which input.
    TypeError
        If ``estimator`` is a class, or of no known kind.

    See Also
    --------
    parametrize_with_checks : The same checks as pytest's tests.

    Examples
    --------
    >>> from skseq.preprocessing import SequenceScaler
    >>> from skseq.testing import check_estimator
    >>> results = check_estimator(SequenceScaler())
    >>> {result["status"] for result in results}
    {'passed'}
    """
    check_choice("on_fail", on_fail, ("raise", "warn", None))
    results = []
    for tried, check in estimator_checks_generator(estimator, kind=kind, forms=forms):
        result = _run(tried, check, expected_failed_checks or {})
        if result["status"] == "failed":
            if on_fail == "raise":
                raise result["exception"]
            if on_fail == "warn":
                warnings.warn(str(result["exception"]), UserWarning, stacklevel=2)
        results.append(result)
        if callback is not None:
            callback(**result)
    return results


def estimator_checks_generator(
    estimator, *, kind=None, forms=None, expected_failed_checks=None, mark=None
):
    """Yield every check of an estimator, to be called one by one.

    Parameters
    ----------
    estimator : estimator
        An instance.

    kind : str, default=None
        What it is, see `check_estimator`.

    forms : sequence of str, default=None
        The forms of X to try, see `check_estimator`.

    expected_failed_checks : dict of str to str, default=None
        Name of each check that may fail, and why.

    mark : {"xfail", "skip"}, default=None
        What to do about these: make them pytest's expected failures, skip them, or nothing.

    Returns
    -------
    iterator of (estimator, callable)
        Each check is called with the estimator; its name is ``check.func.__name__`` and the form
        of X it tries ``check.keywords["form"]``.

    Examples
    --------
    >>> from skseq.samplers import TagOverSampler
    >>> from skseq.testing import estimator_checks_generator
    >>> for estimator, check in estimator_checks_generator(TagOverSampler()):
    ...     check(estimator)
    """
    kind = kind_of(estimator) if kind is None else kind
    check_choice("kind", kind, FORMS)
    check_choice("mark", mark, ("xfail", "skip", None))
    forms = FORMS[kind] if forms is None else tuple(forms)
    for form in forms:
        check_choice(f"each form of a {kind}", form, FORMS[kind])
    name = type(estimator).__name__
    for check in _checks_of(estimator, kind):
        bound = [partial(check, name)]
        if check not in _AGNOSTIC:
            tried = _on_example(check)
            bound = [partial(tried, name, kind=kind, form=form) for form in forms]
        for one in bound:
            yield _marked(estimator, one, expected_failed_checks or {}, mark)


def parametrize_with_checks(estimators, *, kind=None, forms=None, expected_failed_checks=None):
    """Make pytest's tests of the checks of some estimators, one test a check.

    Parameters
    ----------
    estimators : list of estimators
        Instances.

    kind : str, default=None
        What they are, see `check_estimator`; None decides for each.

    forms : callable, default=None
        Takes an estimator and gives the forms of X to try, see `check_estimator`, or None.

    expected_failed_checks : callable, default=None
        Takes an estimator and gives a dict from the name of each check that may fail to the
        reason; these tests are marked as expected failures.

    Returns
    -------
    decorator
        Of a test that takes ``estimator`` and ``check``.

    Examples
    --------
    >>> from skseq.samplers import SequenceOverSampler
    >>> from skseq.testing import parametrize_with_checks
    >>> @parametrize_with_checks([SequenceOverSampler()])
    ... def test_sampler_keeps_the_rules(estimator, check):
    ...     check(estimator)
    """
    import pytest

    pairs = []
    for estimator in estimators:
        expected = {} if expected_failed_checks is None else expected_failed_checks(estimator)
        pairs += estimator_checks_generator(
            estimator,
            kind=kind,
            forms=None if forms is None else forms(estimator),
            expected_failed_checks=expected,
            mark="xfail",
        )
    return pytest.mark.parametrize(("estimator", "check"), pairs, ids=_test_id)


def check_sampler(sampler, *, kind=None, forms=None):
    """Check that a sampler resamples whole sequences, and keeps scikit-learn's conventions.

    Each sequence that comes out is one that went in, its steps in their order, with its label or
    tags, its weight and the origin that it came from; ``sample_indices_`` says which. A sampler
    that makes new sequences, and so does not set the tag ``sampler_tags.sample_indices``, is
    asked for aligned labels and origins only.

    Parameters
    ----------
    sampler : sampler
        An instance with ``fit_resample``.

    kind : {"sampler", "tag_sampler"}, default=None
        Whether it resamples by one label per sequence or one tag per step; None takes one that
        derives from imbalanced-learn's over- or under-sampling bases for the first, and every
        other for the second.

    forms : sequence of {"tokens", "values"}, default=None
        The forms of X to try; None tries both.

    Returns
    -------
    None

    Raises
    ------
    AssertionError
        If it breaks a rule; says which and for which input.
    TypeError
        If it has no method ``fit_resample``.

    Examples
    --------
    >>> from skseq.samplers import SequenceUnderSampler
    >>> from skseq.testing import check_sampler
    >>> check_sampler(SequenceUnderSampler())
    """
    if not hasattr(sampler, "fit_resample"):
        raise TypeError(f"a sampler has the method fit_resample, {sampler!r} does not")
    check_estimator(sampler, kind=kind, forms=forms)


# -- the checks of a kind -----------------------------------------------------------------------


def _checks_of(estimator, kind):
    yield from _API_CHECKS
    if hasattr(estimator, "_parameter_constraints"):
        yield check_param_validation
    yield from fitting_checks(estimator, kind)
    yield from input_checks(estimator, kind)
    yield from _CHECKS_OF_KIND[kind](estimator, kind)


_AGNOSTIC = {*_API_CHECKS, check_param_validation}


def _on_example(check):
    """Make a check of (estimator, example) one of (name, estimator), as scikit-learn's are."""

    @wraps(check)
    def checked(name, estimator, *, kind, form):
        where = f"{check.__name__} of {name} on {form}"
        with warnings.catch_warnings():
            # Checks train on noise, and on three rows; what they are about is the interface.
            warnings.simplefilter("ignore")
            try:
                check(estimator, make_example(kind, form, n_classes=_n_classes(estimator)))
            except SkipTest:
                raise
            except AssertionError as error:
                raise AssertionError(f"{where}: {error}") from error
            except Exception as error:
                raise AssertionError(
                    f"{where}: must not raise {type(error).__name__}: {error}"
                ) from error

    return checked


def _n_classes(estimator):
    """Three; but two for a classifier whose tags say that it takes no more."""
    of_classifier = get_tags(estimator).classifier_tags
    return 3 if of_classifier is None or of_classifier.multi_class else 2


def _test_id(value):
    """Name of an estimator, or of a check and the form of X it tries."""
    if not isinstance(value, partial):
        return type(value).__name__
    form = value.keywords.get("form")
    return value.func.__name__ if form is None else f"{value.func.__name__}({form})"


def _run(estimator, check, expected_failed_checks):
    name = check.func.__name__
    result = {
        "estimator": estimator,
        "check_name": name,
        "exception": None,
        "status": "passed",
        "expected_to_fail": name in expected_failed_checks,
    }
    try:
        check(estimator)
    except SkipTest as skip:
        warnings.warn(f"{name} was skipped: {skip}", SkipTestWarning, stacklevel=3)
        return result | {"exception": skip, "status": "skipped"}
    except Exception as error:
        status = "xfail" if result["expected_to_fail"] else "failed"
        return result | {"exception": error, "status": status}
    return result


def _marked(estimator, check, expected_failed_checks, mark):
    reason = expected_failed_checks.get(check.func.__name__)
    if reason is None or mark is None:
        return estimator, check
    if mark == "xfail":
        import pytest

        return pytest.param(estimator, check, marks=pytest.mark.xfail(reason=reason))

    @wraps(check.func)
    def skipped(*args, **kwargs):
        raise SkipTest(reason)

    return estimator, partial(skipped, *check.args, **check.keywords)
