"""Steps that are texts, or anything else that a transformer of scikit-learn reads."""

from itertools import chain, compress
from numbers import Integral, Number

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.decomposition import TruncatedSVD
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skseq._validation import HasMethods, Interval, check_parameters, is_missing
from skseq.data import Sequences, check_tags, cut_steps, known_steps, to_cells
from skseq.preprocessing._output import frames_for_tables


@frames_for_tables
class StepTransformer(TransformerMixin, BaseEstimator):
    """Turn each step into a vector, by a transformer that reads all steps of all sequences at once.

    A dialogue is a sequence of utterances, a document one of sentences: X is a list of sequences,
    each a list of texts, or of anything else that the transformer reads (dicts for
    `sklearn.feature_extraction.DictVectorizer`, say). The output is `Sequences` of vectors, one a
    step, which a tagger reads in context. In a pipeline the transformer is fitted on the training
    folds alone.

    Parameters
    ----------
    transformer : transformer
        Anything with ``fit`` and ``transform`` that reads a flat list of steps: a vectorizer, a
        pipeline or union of them, or an estimator of skseq, whose ``transform`` gives the states
        that its last layer reads. One that is fitted already goes into
        `sklearn.frozen.FrozenEstimator`.

    n_components : int or None, default=200
        Columns that sparse output, such as TF-IDF, is projected to if it has more, by
        `sklearn.decomposition.TruncatedSVD`. None never projects; sparse output is then made dense,
        which takes memory.

    ignore : scalar or list, default=None
        Marks in ``y`` that stand where there is no label, such as -100 or NaN: a transformer that
        learns from labels is fitted on the other steps. None refuses such marks.

    random_state : int, RandomState instance or None, default=None
        Randomness of the projection.

    Attributes
    ----------
    transformer_ : transformer
        The fitted transformer.

    svd_ : TruncatedSVD or None
        The fitted projection; None where there was none to make.

    n_features_out_ : int
        Values in a step of the output.

    See Also
    --------
    TokenEncoder : Where a sequence is one text, and its steps are words or characters.

    Notes
    -----
    A transformer gets labels only if it, or a part of it, says that it needs them
    (``target_tags.required`` of its tags), as supervised ones do.

    Examples
    --------
    >>> from sklearn.feature_extraction.text import TfidfVectorizer
    >>> from skseq.preprocessing import StepTransformer
    >>> dialogues = [["is it late?", "it is", "so late"], ["uh-huh", "is it?"]]
    >>> steps = StepTransformer(TfidfVectorizer(), n_components=2, random_state=0)
    >>> steps.fit_transform(dialogues)
    Sequences: 2 sequences, 5 steps (2 to 3 each), float64, 2 features
      [0] ...
    >>> steps.get_feature_names_out()
    array(['truncatedsvd0', 'truncatedsvd1'], dtype=object)
    """

    _parameter_constraints: dict = {
        "transformer": [HasMethods(["fit", "transform"])],
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "ignore": [Number, str, "array-like", None],
        "random_state": ["random_state"],
    }

    def __init__(self, transformer, *, n_components=200, ignore=None, random_state=None):
        self.transformer = transformer
        self.n_components = n_components
        self.ignore = ignore
        self.random_state = random_state

    def fit(self, X, y=None):
        """Fit the transformer, and the projection, on all steps.

        Parameters
        ----------
        X : list of n_sequences lists, object array of them, or Sequences
            The steps of each sequence.

        y : list of n_sequences lists, object array or Sequences, default=None
            The label of each step; not looked at if the transformer needs none.

        Returns
        -------
        StepTransformer
            The transformer itself.

        Raises
        ------
        TypeError
            If X is a text or a list of texts: a step, not a sequence, is a text.
        ValueError
            If X or a sequence is empty, or y does not align with X.
        """
        self._learn(X, y)
        return self

    def fit_transform(self, X, y=None):
        """Fit on all steps, and give the vectors of the same steps.

        Parameters
        ----------
        X : any form that `fit` takes
            The steps of each sequence.

        y : any form that `fit` takes, default=None
            The label of each step.

        Returns
        -------
        Sequences
            With values of shape (n_steps_total, n_features_out).
        """
        return self._learn(X, y)

    def transform(self, X):
        """Give the vector of each step.

        Parameters
        ----------
        X : any form that `fit` takes
            The steps of each sequence.

        Returns
        -------
        Sequences
            With values of shape (n_steps_total, n_features_out), and the weight and origin of X if
            it is a `Sequences`.
        """
        check_is_fitted(self)
        steps, like = flat_steps(X)
        vectors = self.transformer_.transform(steps)
        if self.svd_ is not None:
            vectors = self.svd_.transform(vectors)
        return like.replace(values=_dense(vectors))

    def get_feature_names_out(self, input_features=None):
        """Names of the values in a step.

        Parameters
        ----------
        input_features : array-like of str of shape (n_features,), default=None
            Passed to the transformer.

        Returns
        -------
        ndarray of object of shape (n_features_out_,)
            Those of the projection, or else of the transformer.
        """
        check_is_fitted(self)
        if self.svd_ is not None:
            return self.svd_.get_feature_names_out()
        if input_features is None:
            return self.transformer_.get_feature_names_out()
        return self.transformer_.get_feature_names_out(input_features)

    def _learn(self, X, y):
        check_parameters(self)
        steps, like = flat_steps(X)
        self.transformer_ = clone(self.transformer)
        if _needs_labels(self.transformer_):
            vectors = self._fit_with_labels(steps, check_tags(y, like, ignore=self.ignore))
        elif hasattr(self.transformer_, "fit_transform"):
            vectors = self.transformer_.fit_transform(steps)
        else:
            vectors = self.transformer_.fit(steps, None).transform(steps)
        self.svd_ = self._fit_projection(vectors)
        if self.svd_ is not None:
            vectors = self.svd_.transform(vectors)
        vectors = _dense(vectors)
        self.n_features_out_ = vectors.shape[1]
        return like.replace(values=vectors)

    def _fit_with_labels(self, steps, tags):
        known = known_steps(tags, self.ignore)
        labelled = steps if known is None else list(compress(steps, known))
        return self.transformer_.fit(labelled, cut_steps(tags, known).values).transform(steps)

    def _fit_projection(self, vectors):
        if self.n_components is None or not sparse.issparse(vectors):
            return None
        if vectors.shape[1] <= self.n_components:
            return None
        # Fewer steps than components span no more directions than steps.
        svd = TruncatedSVD(min(self.n_components, vectors.shape[0]), random_state=self.random_state)
        return svd.fit(vectors)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags


def _needs_labels(transformer):
    """Whether a transformer, or one in its pipelines and unions, learns from labels."""
    if get_tags(transformer).target_tags.required:
        return True
    parts = [*getattr(transformer, "steps", []), *getattr(transformer, "transformer_list", [])]
    return any(_needs_labels(part) for _, part in parts if not isinstance(part, str))


def flat_steps(X):
    """All steps of X in one list, and `Sequences` with as many steps as each sequence has."""
    if isinstance(X, Sequences):
        steps = X.values.tolist() if X.values.ndim == 1 else X.values
        return steps, X.replace(n_tokens=None, vocabulary=None)
    rows = [_steps_of(row, index) for index, row in enumerate(to_cells(X))]
    if not rows:
        raise ValueError("X holds no sequences; at least one is needed")
    steps = list(chain.from_iterable(rows))
    return steps, Sequences.from_lengths(np.zeros(len(steps)), list(map(len, rows)))


def _steps_of(row, index):
    if isinstance(row, np.ndarray):
        row = row.tolist()
    if not isinstance(row, (list, tuple)):
        raise TypeError(
            f"X[{index}] must be a list of steps, such as the utterances of a dialogue, got "
            f"{str(row)[:30]!r} of type {type(row).__name__}; for one text per sequence use "
            "TokenEncoder"
        )
    if not len(row):
        raise ValueError(f"X[{index}] has no steps; drop it, from y as well")
    types = set(map(type, row))
    if str in types and len(types) > 1:
        missing = next((place for place, step in enumerate(row) if is_missing(step)), None)
        if missing is not None:
            raise ValueError(
                f"X[{index}][{missing}] is missing ({row[missing]}); fill it with '', or drop the "
                "step, from y as well"
            )
    return row


def _dense(vectors):
    """Vectors of the steps, two-dimensional; TypeError if they are something else."""
    if sparse.issparse(vectors):
        vectors = vectors.toarray()
    vectors = np.asarray(vectors)
    if vectors.ndim != 2:
        raise TypeError(
            "transformer must give a row of numbers for each step, got an array of shape "
            f"{vectors.shape}"
        )
    return vectors
