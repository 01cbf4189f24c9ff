"""A row of numbers for each sequence, so that any classifier of tables is a baseline."""

from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.utils.validation import check_is_fitted

from skseq._validation import (
    Interval,
    StrOptions,
    check_choice,
    check_feature_names_in,
    check_parameters,
)
from skseq.data import Sequences, check_sequences, refuse_channels
from skseq.preprocessing._summaries import VALUE_GROUPS, Steps
from skseq.preprocessing._token_counts import count_ngrams, learn_ngrams, ngram_tokens

_GROUPS = {"values": (*VALUE_GROUPS, "length"), "tokens": ("counts", "length")}
_DEFAULT = {"values": _GROUPS["values"], "tokens": ("counts",)}

# The names of summaries are the same whatever they are of.
_ONE_STEP = Sequences(np.zeros((1, 1)), [0, 1])


class SequenceSummarizer(TransformerMixin, BaseEstimator):
    """Turn sequences into a matrix with one row each, for any classifier of scikit-learn.

    Logistic regression, decision trees, and the forests and ensembles of imbalanced-learn then
    run on the same data as the networks: baselines that a network has to beat.

    Sequences of values give, for each feature of a step, statistics, trend and spectral energy;
    sequences of token ids give weighted counts, as TF-IDF does for words.

    Parameters
    ----------
    features : str, list of str or None, default=None
        Groups of columns. For values, for each feature of a step:

        - "statistics": ``mean``, ``std``, ``min``, ``max``, the quantiles, ``first`` and ``last``
          value;
        - "trend": ``slope`` of the least-squares line (per step), ``mean_abs_change`` and
          ``max_abs_change`` from one step to the next, ``autocorrelation`` at a lag of one step;
        - "spectrum": ``band_0``, ``band_1``, ...: the part of the variance in each band of
          frequency, see ``n_bands``;

        and once, "length": the number of steps. For tokens:

        - "counts": how often each token, or run of tokens, stands in the sequence, weighted by
          ``sublinear_tf``, ``use_idf`` and ``norm``;
        - "length".

        None takes all of them for values, and "counts" for tokens.

    quantiles : sequence of float in [0, 1], default=(0.25, 0.5, 0.75)
        Quantiles among the statistics, interpolated linearly.

    n_bands : int, default=4
        Bands of frequency, of equal width from 0 to half a cycle per step. Together they hold the
        variance, for a mean has no frequency.

    ngram_range : tuple of two int, default=(1, 1)
        Fewest and most neighbouring tokens that are counted together; (1, 2) counts tokens and
        pairs of them.

    norm : {"l1", "l2"} or None, default="l2"
        What the counts of a sequence are divided by, so that long sequences weigh no more: their
        sum, the root of their sum of squares, or nothing.

    use_idf : bool, default=True
        Whether tokens that stand in few sequences weigh more.

    sublinear_tf : bool, default=False
        Whether a count c becomes ``1 + log(c)``.

    sparse_output : bool, default=True
        Whether "counts" come as a sparse matrix. Set it to False for classifiers that need dense
        input, and for ``set_output(transform="pandas")``. Without "counts", the output is dense.

    input : {"auto", "tokens", "values"}, default="auto"
        What the steps are. "auto" takes integer steps of a list or of `Sequences` for token
        ids, and everything else for values.

    Attributes
    ----------
    features_ : tuple of str
        Groups of columns, in their order.

    terms_ : list of tuple of int
        The token ids of each column of "counts"; only for tokens. Tokens that ``fit`` did not
        see have no column, and `transform` leaves them out.

    idf_ : ndarray of shape (n_terms,)
        Weight of each of these; only for "counts" with ``use_idf``.

    n_features_in_ : int
        Features of a step; for a 2-D X, its columns.

    feature_names_in_ : ndarray of str of shape (n_features_in_,)
        Columns of X, where X is a frame whose column names are all strings.

    n_step_features_ : int
        Features of a step; 1 for a 2-D X and for tokens.

    input_kind_ : str
        "tokens" or "values".

    n_tokens_ : int
        Size of the vocabulary that ``X`` names, or one more than its largest id; only for tokens.

    See Also
    --------
    TokenEncoder : From texts to token ids.
    sklearn.feature_extraction.text.TfidfVectorizer : The same counts from texts; with the tokens
        of both alike, the matrices are the same up to the order of columns.

    Notes
    -----
    Every number of a row comes from its sequence alone, except for the inverse document frequency,
    which is learnt in ``fit``. Sequences of one step, and features that do not change, have
    spread, slope, changes, correlation and energy 0: the output has no NaN.

    The scales of the columns differ widely: put `sklearn.preprocessing.StandardScaler` between
    values and a linear model or one that measures distances. Trees need none.

    A matrix has no place for the weights and origins that `Sequences` carry: pass
    ``sample_weight`` to the classifier, and resample after this step or split before.

    Examples
    --------
    >>> from skseq.preprocessing import SequenceSummarizer
    >>> X = [[1.0, 2.0, 3.0], [5.0]]
    >>> summarizer = SequenceSummarizer(["trend", "length"]).fit(X)
    >>> summarizer.transform(X)
    array([[1., 1., 1., 0., 3.],
           [0., 0., 0., 0., 1.]])
    >>> summarizer.get_feature_names_out()
    array(['x0_slope', 'x0_mean_abs_change', 'x0_max_abs_change',
           'x0_autocorrelation', 'length'], dtype=object)

    >>> from sklearn.pipeline import make_pipeline
    >>> from skseq.preprocessing import TokenEncoder
    >>> counts = SequenceSummarizer(norm=None, use_idf=False, sparse_output=False)
    >>> texts = make_pipeline(TokenEncoder(), counts)
    >>> texts.fit_transform(["to be or not to be", "to do"])
    array([[2., 2., 0., 1., 1.],
           [1., 0., 1., 0., 0.]])
    >>> texts.get_feature_names_out().tolist()
    ['to', 'be', 'do', 'not', 'or']
    """

    _parameter_constraints: dict = {
        "features": [StrOptions({*_GROUPS["values"], *_GROUPS["tokens"]}), "array-like", None],
        "quantiles": ["array-like"],
        "n_bands": [Interval(Integral, 1, None, closed="left")],
        "ngram_range": [tuple, list],
        "norm": [StrOptions({"l1", "l2"}), None],
        "use_idf": ["boolean"],
        "sublinear_tf": ["boolean"],
        "sparse_output": ["boolean"],
        "input": [StrOptions({"auto", "tokens", "values"})],
    }

    def __init__(
        self,
        features=None,
        *,
        quantiles=(0.25, 0.5, 0.75),
        n_bands=4,
        ngram_range=(1, 1),
        norm="l2",
        use_idf=True,
        sublinear_tf=False,
        sparse_output=True,
        input="auto",
    ):
        self.features = features
        self.quantiles = quantiles
        self.n_bands = n_bands
        self.ngram_range = ngram_range
        self.norm = norm
        self.use_idf = use_idf
        self.sublinear_tf = sublinear_tf
        self.sparse_output = sparse_output
        self.input = input

    def fit(self, X, y=None):
        """Learn the columns, and for tokens how common each is.

        Parameters
        ----------
        X : Sequences, list of n_sequences arrays of shape (length_i,) or \
                (length_i, n_step_features), array of shape (n_sequences, n_steps) or \
                (n_sequences, n_steps, n_step_features)
            Token ids, or finite measurements.

        y : None
            Ignored.

        Returns
        -------
        SequenceSummarizer
            The summarizer itself.

        Raises
        ------
        ValueError
            If X is empty, has an empty sequence, or holds NaN or infinity, or a parameter breaks
            a rule.
        """
        self._learn(X)
        return self

    def fit_transform(self, X, y=None):
        """Learn the columns and give them for the same sequences.

        Parameters
        ----------
        X : any form that `fit` takes
            Token ids, or finite measurements.

        y : None
            Ignored.

        Returns
        -------
        ndarray or csr_matrix of shape (n_sequences, n_features_out)
        """
        return self._summarize(self._learn(X))

    def transform(self, X):
        """Summarise sequences.

        Parameters
        ----------
        X : any form that `fit` takes
            Sequences of the kind, and with the features, of ``fit``.

        Returns
        -------
        ndarray or csr_matrix of shape (n_sequences, n_features_out)
            Double precision; sparse for "counts" with ``sparse_output``.
        """
        check_is_fitted(self)
        return self._summarize(check_sequences(self, X, reset=False, input=self.input))

    def get_feature_names_out(self, input_features=None):
        """Names of the columns.

        Parameters
        ----------
        input_features : array-like of str of shape (n_features_in_,), default=None
            For values, the name of each feature of a step (of a table the names of its columns,
            which are steps and play no part); None gives "x0", "x1", .... For tokens, the text
            of each id, as `TokenEncoder` gives it; None gives "token_0", "token_1", ....

        Returns
        -------
        ndarray of object of shape (n_features_out,)
            Such as "x0_mean"; "mean" for a table, which is one series per row. Tokens of a run are
            joined by a blank.
        """
        check_is_fitted(self)
        if self.input_kind_ == "tokens":
            names = self._term_names(input_features)
        else:
            names = self._value_names(input_features)
        return np.array(names, dtype=object)

    @property
    def idf_(self):
        """ndarray of shape (n_terms,) : inverse document frequency of each of ``terms_``."""
        return self._tfidf.idf_

    # -- learning ---------------------------------------------------------------------------

    def _learn(self, X):
        check_parameters(self)
        X = check_sequences(self, X, input=self.input)
        refuse_channels(X, "SequenceSummarizer")
        self.features_ = self._check_features()
        self._check_quantiles()
        if self.input_kind_ == "tokens":
            self._learn_terms(X)
        return X

    def _check_features(self):
        kind, features = self.input_kind_, self.features
        if features is None:
            return _DEFAULT[kind]
        features = (features,) if isinstance(features, str) else tuple(features)
        if not features:
            raise ValueError("features is empty; name at least one group of columns")
        for group in features:
            check_choice(f"features of sequences of {kind}", group, _GROUPS[kind])
        return tuple(group for group in _GROUPS[kind] if group in features)

    def _check_quantiles(self):
        quantiles = np.asarray(self.quantiles, dtype=np.float64)
        if quantiles.ndim != 1 or not ((quantiles >= 0) & (quantiles <= 1)).all():
            raise ValueError(f"quantiles must lie between 0 and 1, got {self.quantiles!r}")

    def _check_ngram_range(self):
        bounds = tuple(self.ngram_range)
        if len(bounds) != 2 or not all(isinstance(n, Integral) for n in bounds):
            raise ValueError(f"ngram_range must be two integers, got {self.ngram_range!r}")
        if not 1 <= bounds[0] <= bounds[1]:
            raise ValueError(
                f"ngram_range must rise from at least 1, such as (1, 2); got {self.ngram_range!r}"
            )
        return bounds

    def _learn_terms(self, X):
        min_n, max_n = self._check_ngram_range()
        self.n_tokens_ = X.n_tokens or int(X.values.max()) + 1
        if "counts" not in self.features_:
            return
        self._ngrams = learn_ngrams(X, max_n)
        self.terms_ = ngram_tokens(self._ngrams, min_n)
        if not self.terms_:
            raise ValueError(
                f"no sequence of X has {min_n} steps, which ngram_range={self.ngram_range!r} asks "
                f"for; the longest has {X.lengths.max()}"
            )
        self._tfidf = TfidfTransformer(
            norm=self.norm, use_idf=self.use_idf, sublinear_tf=self.sublinear_tf
        )
        self._tfidf.fit(count_ngrams(X, self._ngrams, min_n))

    # -- summarising --------------------------------------------------------------------------

    def _summarize(self, X):
        if self.input_kind_ == "tokens":
            return self._summarize_tokens(X)
        parts = []
        if summaries := self._of_each_feature(X):
            # Feature by feature: all about the first one, then all about the next.
            parts.append(np.stack(list(summaries.values()), axis=2).reshape(len(X), -1))
        return np.hstack(parts + self._length_column(X))

    def _summarize_tokens(self, X):
        if "counts" not in self.features_:
            return np.hstack(self._length_column(X))
        counts = self._tfidf.transform(count_ngrams(X, self._ngrams, self.ngram_range[0]))
        columns = sparse.hstack([counts, *self._length_column(X)], format="csr")
        return columns if self.sparse_output else columns.toarray()

    def _of_each_feature(self, X):
        groups = [VALUE_GROUPS[group] for group in self.features_ if group != "length"]
        steps = Steps(X) if groups else None
        summaries = {}
        for group in groups:
            summaries |= group(steps, quantiles=self.quantiles, n_bands=self.n_bands)
        return summaries

    def _length_column(self, X):
        return [X.lengths[:, None].astype(np.float64)] if "length" in self.features_ else []

    # -- naming ---------------------------------------------------------------------------------

    def _value_names(self, input_features):
        input_features = check_feature_names_in(self, input_features)
        # The columns of a table are steps of one feature, which has no name of its own.
        prefixes = [""] if self._fitted_on_table else [f"{name}_" for name in input_features]
        summaries = self._of_each_feature(_ONE_STEP)
        names = [prefix + name for prefix in prefixes for name in summaries]
        return names + self._length_name()

    def _term_names(self, input_features):
        terms = self.terms_ if "counts" in self.features_ else []
        if input_features is None:
            texts = {token: f"token_{token}" for term in terms for token in term}
        else:
            texts = np.asarray(input_features, dtype=object)
            if len(texts) != self.n_tokens_:
                raise ValueError(
                    "input_features should have length equal to the number of token ids "
                    f"({self.n_tokens_}), got {len(texts)}"
                )
        return [" ".join(texts[token] for token in term) for term in terms] + self._length_name()

    def _length_name(self):
        return ["length"] if "length" in self.features_ else []

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags
