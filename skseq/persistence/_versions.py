"""Which versions a file was written with, and a warning where others read it."""

import platform
import warnings
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from skseq import __version__

# Packages whose distribution has another name.
_DISTRIBUTIONS = {
    "imblearn": "imbalanced-learn",
    "sklearn": "scikit-learn",
    "sklearn_crfsuite": "sklearn-crfsuite",
}


def versions_of(packages):
    """Versions of Python, skseq, numpy, and what else holds some packages: distribution -> str."""
    found = {"python": ".".join(platform.python_version_tuple()[:2]), "skseq": __version__}
    for package in sorted({"numpy", *packages} - set(found)):
        name = _DISTRIBUTIONS.get(package, package)
        with suppress(PackageNotFoundError):  # a module of Python itself, or of the user
            # A CPU and a CUDA build are one version.
            found[name] = version(name).partition("+")[0]
    return found


def warn_of_other_versions(versions, path):
    """Warn where the versions here are not those of the file at a path."""
    here = versions_of(versions)
    changed = [
        f"{name} {number} (now {here.get(name, 'not installed')})"
        for name, number in versions.items()
        if number != here.get(name)
    ]
    if changed:
        warnings.warn(
            f"{str(path)!r} was saved with {', '.join(changed)}. It may fail to load, or give "
            "other results: check its predictions, or fit it again here.",
            stacklevel=3,
        )
