"""`save` and `load`."""

import os
import warnings
from contextlib import closing
from pathlib import Path

from sklearn.exceptions import InconsistentVersionWarning

from skseq import __version__
from skseq.persistence._archive import NOT_OURS, ArchiveReader, ArchiveWriter, DamagedError
from skseq.persistence._graph import ObjectReader, ObjectWriter
from skseq.persistence._names import Names, UntrustedError, read_trusted
from skseq.persistence._versions import versions_of, warn_of_other_versions

_FORMAT = "skseq estimator"
_FORMAT_VERSION = 2  # 1 was a pickle
_OBJECTS = "objects.json"


def save(estimator, path):
    """Save an estimator, or a whole pipeline, in one file that runs no code when it is read.

    Parameters
    ----------
    estimator : estimator
        Anything with ``fit`` and ``get_params`` that is made of skseq, scikit-learn,
        imbalanced-learn, numpy, scipy, skorch and torch: an estimator, a pipeline, a fitted search,
        the winner of a comparison. Classes and functions of your own are saved by name.

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
        If ``estimator`` is not an estimator, or holds what cannot be saved, such as a lambda; the
        message says where.

    See Also
    --------
    load : Read it back.
    to_onnx : Write a net for machines without skseq.

    Notes
    -----
    The file is a zip archive of JSON, which says what consists of what, of arrays in the format of
    `numpy.load`, and of the versions and checksums of all that. `pickle` and joblib work as well;
    their files can run any code when they are read.

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
    # Written next to the old file, which stays intact if this one cannot be finished.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(unfinished, "wb") as file, closing(ArchiveWriter(file)) as archive:
            _write(estimator, archive)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def _write(estimator, archive):
    writer = ObjectWriter(archive.add_array)
    root = writer.write(estimator)
    archive.add_json(_OBJECTS, {"names": writer.names, "estimator": root})
    packages = {name.partition(":")[0].partition(".")[0] for name in writer.names}
    archive.add_metadata(
        {
            "format": _FORMAT,
            "format_version": _FORMAT_VERSION,
            "estimator": type(estimator).__name__,
            "versions": versions_of(packages),
        }
    )


def load(path, trusted=()):
    """Load what `save` wrote; the file cannot run code of its own.

    Parameters
    ----------
    path : str or path-like
        The file.

    trusted : list of class, function or str, default=()
        Classes and functions of your own, or of packages that skseq does not know, that the file
        may hold: themselves, or their full names, such as ``"my_package.MyLoss"``. Their code runs,
        and nothing else of their package does.

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
        If the file was not written by `save`, is damaged or has been changed, comes from a later
        skseq with another layout of such files, or holds a class or function that is not trusted.
    ImportError
        If it needs a package that is not installed.

    Warns
    -----
    UserWarning
        If the versions of Python, skseq, or a package that the estimator is made of differ from
        those that the file was written with.

    See Also
    --------
    save : Write such a file; it has an example.

    Notes
    -----
    The file names the classes of its objects. Those of skseq, scikit-learn, imbalanced-learn,
    skorch and torch that models consist of are trusted, and so are some functions, such as metrics;
    objects are made without their constructors. If a name is none of these, nothing is made or
    imported. What Python itself brings is never trusted.

    Checksums tell damage, not who wrote the file. A file that was made to deceive cannot run code
    while it is loaded, but its model may predict anything, and may crash where compiled code relies
    on the numbers of a model, such as the nodes of a tree: use models of people whom you trust.

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
    trusted = read_trusted(trusted)
    try:
        with open(path, "rb") as file:
            archive = ArchiveReader(file)
            _check_format(archive.metadata)
            archive.check_members()
            warn_of_other_versions(archive.metadata["versions"], path)
            return _read(archive, trusted)
    except DamagedError as error:
        raise ValueError(f"{str(path)!r} {error}") from error.__cause__
    except UntrustedError as error:
        raise ValueError(f"{str(path)!r} {_refusal(error)}") from None


def _read(archive, trusted):
    # Versions were warned of once, for all parts.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InconsistentVersionWarning)
        try:
            content = archive.json(_OBJECTS)
            names = Names(content["names"], trusted)
            return ObjectReader(archive.array, names).read(content["estimator"])
        except (DamagedError, UntrustedError, ImportError):
            raise
        except Exception as error:  # whatever comes of content that makes no sense
            what = f"{type(error).__name__}: {error}"
            raise DamagedError(f"cannot be turned into an estimator here: {what}") from error


def _check_format(metadata):
    if metadata.get("format") != _FORMAT:
        raise DamagedError(NOT_OURS)
    version = metadata.get("format_version")
    if version == 1:
        raise DamagedError(
            "is of an early skseq, which wrote pickles: they can run any code, and are not read. "
            "Save the estimator again"
        )
    versions = metadata.get("versions")
    if version != _FORMAT_VERSION or not isinstance(versions, dict):
        written_by = versions.get("skseq") if isinstance(versions, dict) else None
        raise DamagedError(
            f"was written by skseq {written_by}, whose files skseq {__version__} cannot read; "
            "install that version or a later one"
        )


def _refusal(error):
    names = ", ".join(error.names)
    if not error.may_be_trusted:
        return f"holds {names}, which no model needs: it is not loaded, as it may be there to harm"
    return (
        f"holds {names}, which skseq does not know, and whose code would run. If you trust it, and "
        f"whoever gave you the file: skseq.load(path, trusted={error.names})"
    )
