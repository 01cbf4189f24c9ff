"""Figures of fits in files, so that a run that was stopped goes on where it ended."""

import json


def keep(path, title, fit):
    """Fit unless the file is there; say so on the way.

    Parameters
    ----------
    path : Path
        The file of this fit.

    title : str
        What is fitted.

    fit : callable
        Gives a dict of what JSON can hold.
    """
    if path.exists():
        return
    figures = fit()
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(figures), encoding="utf-8")
    unfinished.rename(path)
    said = ", ".join(
        f"{key} {each:.3f}" for key, each in figures.items() if isinstance(each, float)
    )
    print(f"{title}: {said}", flush=True)


def path_of(cache, name, candidate, seed, dev):
    """Where the figures of a candidate lie: of a set, with a seed, on development or test part."""
    slug = "".join(letter if letter.isalnum() else "-" for letter in candidate.lower())
    return cache / f"{name}_{slug}_{seed}_{'dev' if dev else 'test'}.json"


def read(paths):
    """Figures of the fits that are there: list of dict."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths if path.exists()]
