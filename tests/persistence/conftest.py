"""Where tests save, and how they forge a file."""

import pytest

from skseq.persistence._archive import ArchiveWriter
from skseq.persistence._versions import versions_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.skseq"


@pytest.fixture
def forge(path):
    """Function that writes a file as `skseq.save` would, with content of one's own."""

    def forge(estimator, names=(), arrays=()):
        with open(path, "wb") as file:
            archive = ArchiveWriter(file)
            for array in arrays:
                archive.add_array(array)
            archive.add_json("objects.json", {"names": list(names), "estimator": estimator})
            archive.add_metadata(
                {"format": "skseq estimator", "format_version": 2, "versions": versions_of([])}
            )
            archive.close()
        return path

    return forge
