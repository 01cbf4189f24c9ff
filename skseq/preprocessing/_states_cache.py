"""States on disk, in one SQLite file that several processes may share."""

import sqlite3
from contextlib import closing
from itertools import pairwise

import numpy as np

# Rows that are computed and then stored together: what is lost at most when a run is killed.
_ROWS_AT_ONCE = 1024
# Seconds to wait for another process that is writing.
_PATIENCE = 300


def cached_states(path, pieces, compute):
    """Vector of each step, computed only for rows that are not in a file, and then stored there.

    Parameters
    ----------
    path : Path
        The file; made if it is not there. One for each way of computing.

    pieces : Pieces
        The rows.

    compute : callable
        From `Pieces` to an ndarray of float32 of shape (n_steps_total, n_features).

    Returns
    -------
    ndarray of float32 of shape (n_steps_total, n_features)
    """
    keys = pieces.keys()
    row_of = {key: row for row, key in enumerate(keys)}  # equal rows are computed once
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=_PATIENCE)) as database:
        with database:
            database.execute("CREATE TABLE IF NOT EXISTS states (key BLOB PRIMARY KEY, row BLOB)")
        found = _find(database, row_of)
        missing = np.array([row for key, row in row_of.items() if key not in found], dtype=np.int64)
        for start in range(0, len(missing), _ROWS_AT_ONCE):
            rows = missing[start : start + _ROWS_AT_ONCE]
            part = pieces.take(rows)
            states = compute(part)
            new = {
                keys[row]: states[first:last].tobytes()
                for row, (first, last) in zip(rows, pairwise(part.row_offsets), strict=True)
            }
            with database:
                database.executemany("INSERT OR IGNORE INTO states VALUES (?, ?)", new.items())
            found |= new
    flat = bytearray().join(found[key] for key in keys)
    return np.frombuffer(flat, dtype=np.float32).reshape(len(pieces.step_lengths), -1)


def _find(database, keys):
    """The rows that are there: key -> bytes."""
    rows = (
        database.execute("SELECT key, row FROM states WHERE key = ?", (key,)).fetchone()
        for key in keys
    )
    return dict(row for row in rows if row is not None)
