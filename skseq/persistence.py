"""A fitted estimator in one file, with the versions that it needs.

The file is a zip archive of two members, so that what it needs is read before anything is
unpickled: ``metadata.json``, the versions, and ``estimator.joblib``, the pickle.
"""

import json
import os
import platform
import warnings
import zipfile
from pathlib import Path

import joblib
import numpy as np
import sklearn
import torch
from sklearn.exceptions import InconsistentVersionWarning

from skseq import __version__

__all__ = ["load", "save"]

_FORMAT = "skseq estimator"
_FORMAT_VERSION = 1
_METADATA, _ESTIMATOR = "metadata.json", "estimator.joblib"


def save(estimator, path):
    """Save an estimator, or a whole pipeline, in one file.

    Parameters
    ----------
    estimator : estimator
        Anything with ``fit`` and ``get_params`` that can be pickled: an estimator of skseq or of
        scikit-learn, a pipeline, a fitted search.

    path : str or path-like
        The file to write; by convention its name ends in ``.skseq``. An existing file is replaced
        once the new one is complete.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    TypeError
        If ``estimator`` is not an estimator.

    See Also
    --------
    load : Read it back.

    Notes
    -----
    Classes and functions are pickled by name: a callable of your own must be in a module that
    can be imported where the file is loaded, and a lambda cannot be saved.

    Examples
    --------
    >>> import tempfile
    >>> import skseq
    >>> model = skseq.SequenceClassifier(hidden_size=4, max_epochs=1, random_state=0)
    >>> model = model.fit([[2, 3], [4], [2, 2, 5], [4, 4]], ["a", "b", "a", "b"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = skseq.save(model, f"{folder}/model.skseq")
    ...     loaded = skseq.load(path)
    >>> bool((loaded.predict_proba([[2, 3]]) == model.predict_proba([[2, 3]])).all())
    True
    """
    if isinstance(estimator, type) or not (
        hasattr(estimator, "fit") and hasattr(estimator, "get_params")
    ):
        raise TypeError(
            f"estimator must be an instance with fit and get_params, such as a SequenceTagger or "
            f"a Pipeline; got {estimator!r}"
        )
    path = Path(path)
    metadata = {
        "format": _FORMAT,
        "format_version": _FORMAT_VERSION,
        "estimator": type(estimator).__name__,
        "versions": _versions(),
    }
    # Written next to the old file, which stays intact if this one cannot be finished.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(unfinished, "w") as archive:
            archive.writestr(_METADATA, json.dumps(metadata, indent=2))
            with archive.open(_ESTIMATOR, "w", force_zip64=True) as file:
                joblib.dump(estimator, file)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def load(path):
    """Load what `save` wrote.

    .. warning::
       Load only files that you trust. They are pickles, and unpickling one from a stranger can
       run any code on your machine.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    estimator
        As it was saved. Without CUDA, a network that was trained on CUDA is loaded on the CPU, and
        skorch warns about it.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file was not written by `save`, is damaged, or comes from a later skseq with
        another layout of such files.

    Warns
    -----
    UserWarning
        If the versions of Python, skseq, scikit-learn, numpy or torch differ from those that the
        file was written with.

    See Also
    --------
    save : Write such a file; it has an example.

    Examples
    --------
    >>> import tempfile
    >>> import skseq
    >>> with tempfile.NamedTemporaryFile(suffix=".csv") as table:
    ...     skseq.load(table.name)
    Traceback (most recent call last):
    ...
    ValueError: '...csv' is not a file that skseq.save wrote
    """
    try:
        with zipfile.ZipFile(path) as archive:
            metadata = _read_metadata(archive, path)
            _warn_of_other_versions(metadata, path)
            # The warning above has said it, once for all parts.
            with warnings.catch_warnings(), archive.open(_ESTIMATOR) as file:
                warnings.simplefilter("ignore", InconsistentVersionWarning)
                return joblib.load(file)
    except zipfile.BadZipFile as error:
        damaged = zipfile.is_zipfile(path)
        reason = f"is damaged: {error}" if damaged else "is not a file that skseq.save wrote"
        raise ValueError(f"{str(path)!r} {reason}") from None


def _versions():
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "skseq": __version__,
        "scikit-learn": sklearn.__version__,
        "numpy": np.__version__,
        "torch": torch.__version__.partition("+")[0],  # a CPU and a CUDA build are one version
    }


def _read_metadata(archive, path):
    try:
        metadata = json.loads(archive.read(_METADATA))
    except (KeyError, json.JSONDecodeError):
        metadata = {}
    if not isinstance(metadata, dict) or metadata.get("format") != _FORMAT:
        raise ValueError(f"{str(path)!r} is not a file that skseq.save wrote")
    if metadata["format_version"] > _FORMAT_VERSION:
        raise ValueError(
            f"{str(path)!r} was written by skseq {metadata['versions']['skseq']}, whose files "
            f"skseq {__version__} cannot read; install that version or a later one"
        )
    return metadata


def _warn_of_other_versions(metadata, path):
    here = _versions()
    changed = [
        f"{name} {version} (now {here[name]})"
        for name, version in metadata["versions"].items()
        if version != here.get(name)
    ]
    if changed:
        warnings.warn(
            f"{str(path)!r} was saved with {', '.join(changed)}. It may fail to load, or give "
            "other results: check its predictions, or fit it again here.",
            stacklevel=3,
        )
