"""`to_onnx`."""

from pathlib import Path

from sklearn.utils.validation import check_is_fitted

from skseq._optional import import_optional
from skseq.estimators._base import BaseSequenceEstimator


def to_onnx(estimator, path):
    """Write the nets of an estimator, and what follows them, to a file of ONNX.

    The file needs onnxruntime alone: it holds the scaling of values, the nets, calibration, the
    correction to ``target_prior``, the chain of tags and the decision rule.

    Parameters
    ----------
    estimator : SequenceClassifier, SequenceTagger, SequenceOrdinalClassifier or SequenceRegressor
        Fitted. Of a pipeline, its last step; the steps before it stay behind.

    path : str or path-like
        The file to write.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    TypeError
        If ``estimator`` is none of these.
    ValueError
        If it holds what cannot be exported: an encoder, pooling or scaler of your own, an encoder
        of dicts that it was fitted on, or ``target_prior="em"``, which looks at all sequences at
        once.
    ImportError
        If onnx is not installed.

    See Also
    --------
    save : Keep any estimator for Python.

    Notes
    -----
    Inputs are a padded batch, of any size and length; what stands in the padding changes nothing.

    - ``tokens``, int64 (batch, time), or ``values``, float64 (batch, time, n_features); int64
      where there are several channels in a step, but no numbers.
    - ``lengths``, int64 (batch,): how many steps of each row are real, at least 1.

    Outputs:

    - ``probabilities``, float32 (batch[, time], n_classes), as of `predict_proba`, and
      ``predicted``, int64 (batch[, time]), the place of the predicted class in ``classes``.
    - Of a regressor, ``numbers``, float64 (batch[, time]).

    A tagger reads each sequence in one piece there, however long it is; `predict_proba` reads no
    more than ``chunk_length`` steps at once. The metadata of the file hold, as JSON: ``classes``,
    ``vocabulary`` (the text of each id), ``channels``, ``estimator`` and ``skseq`` (the version).

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import onnxruntime
    >>> import skseq
    >>> model = skseq.SequenceClassifier(hidden_size=4, max_epochs=1, random_state=0)
    >>> model = model.fit([[2, 3], [4], [2, 2, 5], [4, 4]], ["a", "b", "a", "b"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     session = onnxruntime.InferenceSession(skseq.to_onnx(model, f"{folder}/model.onnx"))
    >>> batch = {"tokens": np.array([[2, 3], [4, 0]]), "lengths": np.array([2, 1])}
    >>> probabilities, predicted = session.run(None, batch)
    >>> bool(np.allclose(probabilities, model.predict_proba([[2, 3], [4]]), atol=1e-4))
    True
    """
    onnx = import_optional("onnx", extra="onnx", needed_by="to_onnx")
    from skseq.serving._model import model_of

    if not isinstance(estimator, BaseSequenceEstimator):
        raise TypeError(
            "estimator must be a SequenceClassifier, SequenceTagger, SequenceOrdinalClassifier or "
            f"SequenceRegressor, such as the last step of a pipeline; got {estimator!r}"
        )
    check_is_fitted(estimator)
    model = model_of(estimator)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    return Path(path)
