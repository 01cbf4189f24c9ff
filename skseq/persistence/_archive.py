"""The file: a zip archive of arrays, JSON, and the checksum of each.

Members are stored, not compressed, so that a file cannot unpack to more than it is, and none is
ever written to a disk, so that their names lead nowhere. Arrays are in numpy's own format, which
`numpy.load` reads as well.
"""

import hashlib
import io
import json
import os
import zipfile
from contextlib import contextmanager

import numpy as np

METADATA = "metadata.json"
NOT_OURS = "is not a file that skseq.save wrote"
_CHECKSUMS = "sha256"


class DamagedError(Exception):
    """Something is wrong with the file; its text goes on after the name of the file."""


class ArchiveWriter:
    """Writes members one by one, and with the last one, the metadata, their checksums."""

    def __init__(self, file):
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        self._checksums = {}

    def add_array(self, array):
        """Write an array that holds no objects; give the name of its member."""
        name = f"arrays/{len(self._checksums)}.npy"
        with self._member(name) as member:
            np.lib.format.write_array(member, array, allow_pickle=False)
        return name

    def add_json(self, name, content):
        """Write what JSON can hold."""
        with self._member(name) as member:
            member.write(json.dumps(content, allow_nan=False, separators=(",", ":")).encode())

    def add_metadata(self, metadata):
        """Write what is read first, and the checksums of what was written before."""
        content = json.dumps(metadata | {_CHECKSUMS: self._checksums}, indent=2)
        self._zip.writestr(METADATA, content)

    def close(self):
        """End the archive, not the file."""
        self._zip.close()

    @contextmanager
    def _member(self, name):
        with self._zip.open(name, "w", force_zip64=True) as member:
            hashing = _HashingFile(member)
            yield hashing
        self._checksums[name] = hashing.checksum.hexdigest()


class _HashingFile:
    def __init__(self, file):
        self._file = file
        self.checksum = hashlib.sha256()

    def write(self, content):
        self.checksum.update(content)
        return self._file.write(content)


class ArchiveReader:
    """Reads what an `ArchiveWriter` wrote, and nothing else.

    Attributes
    ----------
    metadata : dict
        What the first member says; empty where it is none of an `ArchiveWriter`.

    Raises
    ------
    DamagedError
        If the file is no such archive, here or in the methods.
    """

    def __init__(self, file):
        starts_as_zip = file.read(4) == b"PK\x03\x04"
        self._size = file.seek(0, os.SEEK_END)
        try:
            self._zip = zipfile.ZipFile(file)
        except zipfile.BadZipFile:
            reason = "is damaged, most likely cut short" if starts_as_zip else NOT_OURS
            raise DamagedError(reason) from None
        self.metadata = self._read_metadata()

    def check_members(self):
        """See that the members are those that were written."""
        members = self._zip.infolist()
        self._checksums = self.metadata.get(_CHECKSUMS)
        names = sorted(member.filename for member in members)
        if not isinstance(self._checksums, dict) or names != sorted([METADATA, *self._checksums]):
            raise DamagedError("has lost members, or been given others, since it was saved")
        if sum(member.file_size for member in members) > self._size:
            raise DamagedError("is damaged: it would unpack to more than it is")

    def array(self, name):
        """An array that may be written to; once, so that a small file cannot hold many."""
        content = self._checked_content(name)
        del self._checksums[name]
        try:
            return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
        except (ValueError, MemoryError) as error:
            raise DamagedError(f"is damaged: {name} is no array: {error}") from None

    def json(self, name):
        """What a member in JSON says."""
        return json.loads(self._checked_content(name))

    def _checked_content(self, name):
        if name not in self._checksums:
            raise DamagedError(f"is damaged: {name} is missing")
        content = self._content(name)
        if hashlib.sha256(content).hexdigest() != self._checksums[name]:
            raise DamagedError(f"has been changed since it was saved: {name} has another checksum")
        return content

    def _content(self, name):
        member = self._zip.getinfo(name)
        if member.compress_type != zipfile.ZIP_STORED or member.file_size > self._size:
            raise DamagedError(f"is damaged: {name} would unpack to more than it is")
        try:
            return self._zip.read(member)
        except (zipfile.BadZipFile, EOFError) as error:
            raise DamagedError(f"is damaged: {error}") from None

    def _read_metadata(self):
        try:
            metadata = json.loads(self._content(METADATA))
        except (KeyError, ValueError, RecursionError):
            return {}
        return metadata if isinstance(metadata, dict) else {}
