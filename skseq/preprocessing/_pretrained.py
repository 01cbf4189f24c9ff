"""The states of a pretrained language model, as the steps of sequences."""

import os
from hashlib import blake2b
from numbers import Integral
from pathlib import Path

from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from skseq._validation import HasMethods, Interval, StrOptions, check_parameters
from skseq.data import Sequences
from skseq.preprocessing._output import frames_for_tables
from skseq.preprocessing._states_cache import cached_states
from skseq.preprocessing._text import read_rows


@frames_for_tables
class PretrainedEncoder(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Turn texts or words into the states of a pretrained language model, which stays as it is.

    Any encoder of Hugging Face's transformers will do. A list of words gives a vector for each
    word, in the context of all others, so that tags stay aligned; a text gives one for each piece
    that the model's tokenizer cuts it into. Samplers, weights, losses and decisions then work as
    on any other sequences of values.

    Parameters
    ----------
    model : str, path-like or encoder
        A folder with a model and its tokenizer, the name of one on Hugging Face's hub, or a model
        itself. A model itself is moved to ``device`` and set to evaluate, and copied by every
        ``clone``, so prefer the folder.

    tokenizer : str, path-like, tokenizer or None, default=None
        The tokenizer, or where it is; None takes the one beside ``model``.

    layers : int or list of int, default=-1
        The hidden states to give: 0 those of the embedding, 1 those behind the first layer, -1 the
        last. Of several, such as ``[-4, -3, -2, -1]``, the mean.

    subwords : {"mean", "first"}, default="mean"
        Whether the vector of a word is the mean of those of its pieces, or that of the first.

    chunk_length : int or None, default=None
        Most pieces of a text that are read at once, special ones included; a longer text is read
        in overlapping chunks. None takes what the model can read.

    chunk_context : int or None, default=None
        Pieces on either side of a chunk that are read for context, but whose vectors come from the
        neighbouring chunk, so that no seam shows; less than half of what ``chunk_length`` leaves
        beside special pieces. None takes an eighth of it.

    batch_size : int, default=32
        Texts, or chunks of them, that are read together.

    device : str or torch.device, default="auto"
        Where to compute; "auto" takes CUDA where there is one, else the CPU.

    cache_dir : str, path-like or None, default=None
        Folder to keep states in, so that no text is read twice with the same weights and
        parameters, in other folds, processes or runs either. It grows until you delete it:
        4 bytes for each value of each step. None keeps nothing.

    local_files_only : bool, default=True
        Whether to take only what is on this machine: a folder, or what Hugging Face's cache has
        already. False downloads a model of that name.

    Attributes
    ----------
    n_features_out_ : int
        Values in a step of the output, the hidden size of the model.

    Raises
    ------
    ImportError
        In ``fit``, if a folder or a name is given and transformers is not installed.
    OSError
        In ``fit``, if there is no such model.

    See Also
    --------
    TokenEncoder : Ids, for vectors that are learnt.
    read_vectors : One vector for each word, whatever its context.
    StepTransformer : Of dialogues, where a step is a text.

    Notes
    -----
    A word or text of which the tokenizer leaves nothing gets a step of zeros. Special pieces, such
    as [CLS], are read but give no step.

    The model learns nothing here, so whole data may be encoded before they are split. Tokenizer and
    weights loaded from a folder are not pickled: it must be there where the pickle is used.

    Words are cut one by one, as if a blank stood before each, which is what the tokenizer does of
    itself in a text that is written with blanks.

    Of a model with a decoder, the encoder alone is used.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skseq import SequenceTagger
    >>> from skseq.preprocessing import PretrainedEncoder
    >>> encoder = PretrainedEncoder("bert-base-cased", layers=[-4, -3, -2, -1])
    >>> model = make_pipeline(encoder, SequenceTagger())
    >>> model.fit([["Ann", "sings"]], [["B-PER", "O"]])  # doctest: +SKIP
    """

    _parameter_constraints: dict = {
        "model": [str, os.PathLike, HasMethods(["forward", "state_dict"])],
        "tokenizer": [str, os.PathLike, callable, None],
        "layers": [Integral, list, tuple],
        "subwords": [StrOptions({"mean", "first"})],
        "chunk_length": [Interval(Integral, 1, None, closed="left"), None],
        "chunk_context": [Interval(Integral, 0, None, closed="left"), None],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "device": "no_validation",  # torch checks it, which is not loaded up to here
        "cache_dir": [str, os.PathLike, None],
        "local_files_only": ["boolean"],
    }

    def __init__(
        self,
        model,
        *,
        tokenizer=None,
        layers=-1,
        subwords="mean",
        chunk_length=None,
        chunk_context=None,
        batch_size=32,
        device="auto",
        cache_dir=None,
        local_files_only=True,
    ):
        self.model = model
        self.tokenizer = tokenizer
        self.layers = layers
        self.subwords = subwords
        self.chunk_length = chunk_length
        self.chunk_context = chunk_context
        self.batch_size = batch_size
        self.device = device
        self.cache_dir = cache_dir
        self.local_files_only = local_files_only

    def fit(self, X, y=None):
        """Check parameters and texts, and load the tokenizer; there is nothing to learn.

        Parameters
        ----------
        X : list of str, list of list of str, a column of them in any form, or Sequences of str
            One text, or one list of words, for each sequence.

        y : None
            Ignored.

        Returns
        -------
        PretrainedEncoder
            The encoder itself.

        Raises
        ------
        TypeError
            If X is one text, a dict or a table, or a row is not text; names the row.
        ValueError
            If X is empty, a row is missing, a list of words is empty, or a parameter does not fit
            the model.
        """
        check_parameters(self)
        _read(X)
        self._language_model = None
        language_model = self._load()
        self._check_layers(language_model.config.num_hidden_layers)
        self._chunks(language_model)
        self.n_features_out_ = language_model.config.hidden_size
        return self

    def transform(self, X):
        """Give the states of texts or words.

        Parameters
        ----------
        X : any form that `fit` takes
            Texts or lists of words.

        Returns
        -------
        Sequences
            With float32 values of shape (n_steps_total, n_features_out_), and the weight and origin
            of X if it is a `Sequences`.
        """
        check_is_fitted(self)
        rows, are_words = _read(X)
        pieces = self._load().pieces(rows, are_words=are_words)
        values = self._states(pieces)
        if isinstance(X, Sequences):
            return X.replace(values=values, n_tokens=None, vocabulary=None)
        return Sequences.from_lengths(values, pieces.row_lengths)

    def _states(self, pieces):
        language_model = self._load()
        chunk_length, chunk_context = self._chunks(language_model)
        way = {
            "layers": self._layers(),
            "subwords": self.subwords,
            "chunk_length": chunk_length,
            "chunk_context": chunk_context,
        }

        def compute(pieces):
            return language_model.states(pieces, batch_size=self.batch_size, **way)

        if self.cache_dir is None:
            return compute(pieces)
        name = f"{language_model.fingerprint} {language_model.frame} {way}"
        name = blake2b(name.encode(), digest_size=16).hexdigest()
        return cached_states(Path(self.cache_dir) / f"{name}.sqlite", pieces, compute)

    def _layers(self):
        return [self.layers] if isinstance(self.layers, Integral) else list(self.layers)

    def _load(self):
        if self._language_model is None:
            # Imported here, as it loads torch.
            from skseq.preprocessing._language_model import LanguageModel, is_path

            if self.tokenizer is None and not is_path(self.model):
                raise ValueError(
                    "tokenizer must be given beside a model that is an object, got None; pass the "
                    "tokenizer, or the folder of both as model"
                )
            self._language_model = LanguageModel(
                self.model,
                self.tokenizer,
                device=self.device,
                local_files_only=self.local_files_only,
            )
        return self._language_model

    def _check_layers(self, n_layers):
        known = range(-n_layers - 1, n_layers + 1)  # the embedding besides
        if not self._layers() or not all(layer in known for layer in self._layers()):
            raise ValueError(
                f"layers must be from {known[0]} to {known[-1]}, one or a list of several, as the "
                f"model has {n_layers} layers behind its embedding; got {self.layers!r}"
            )

    def _chunks(self, language_model):
        """Most pieces in a chunk beside special ones, and its context on either side."""
        longest, length = language_model.longest, self.chunk_length
        if length is not None and longest is not None and length > longest:
            raise ValueError(
                f"chunk_length={length} is more than the {longest} pieces that the model reads at "
                "once; lower it, or leave it None"
            )
        length = longest if length is None else length
        if length is None:
            return None, 0
        n_special = sum(map(len, language_model.frame))
        if length <= n_special:
            raise ValueError(
                f"chunk_length={length} leaves no room beside the {n_special} special pieces that "
                "the model reads with every text; raise it"
            )
        length -= n_special
        context = length // 8 if self.chunk_context is None else self.chunk_context
        if length <= 2 * context:
            raise ValueError(
                f"chunk_context={context} must be less than half of the {length} pieces that a "
                "chunk has beside special ones; lower it or raise chunk_length"
            )
        return length, context

    def __getstate__(self):
        # What was loaded can be loaded again: weights are in the folder, or in the parameter.
        return super().__getstate__() | {"_language_model": None}

    @property
    def _n_features_out(self):
        return self.n_features_out_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.transformer_tags.preserves_dtype = []
        return tags


def _read(X):
    """Rows of X, and whether they are lists of words."""
    rows, are_words = read_rows(X)
    if not rows:
        raise ValueError("X holds no texts; at least one is needed")
    return rows, are_words
