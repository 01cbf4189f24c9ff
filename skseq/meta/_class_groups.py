"""Plain functions that group classes: how far apart they are, and which to join first."""

import numpy as np
from scipy import sparse
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist, squareform


def centroid_distances(features, codes, metric="euclidean"):
    """Distance between the mean features of each two classes.

    Parameters
    ----------
    features : ndarray or sparse matrix of shape (n_rows, n_features)
        A row of numbers for each sequence.

    codes : ndarray of int of shape (n_rows,)
        Class of each row, from 0, none left out.

    metric : {"euclidean", "cosine"}, default="euclidean"
        Length of the straight line, or 1 - cosine of the angle, which is 1 to a mean of zeros.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
    """
    counts = np.bincount(codes)
    is_in_class = sparse.csr_matrix(
        (1.0 / counts[codes], (codes, np.arange(len(codes)))), shape=(len(counts), len(codes))
    )
    centroids = is_in_class @ features
    if sparse.issparse(centroids):
        centroids = centroids.toarray()
    return squareform(np.nan_to_num(pdist(centroids, metric), nan=1.0))


def confusion_distances(codes, predicted_codes, n_classes):
    """How rarely each two classes are mistaken for one another.

    The distance of classes i and j is 1 - (P(j | i) + P(i | j)) / 2, where P(j | i) is the share
    of the rows of class i that are predicted to be j.

    Parameters
    ----------
    codes : ndarray of int of shape (n_rows,)
        True class of each row, from 0, none left out.

    predicted_codes : ndarray of int of shape (n_rows,)
        Class that was predicted, out of fold.

    n_classes : int
        Number of classes.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        Between 0 and 1, and 0 on the diagonal.
    """
    confusion = np.zeros((n_classes, n_classes))
    np.add.at(confusion, (codes, predicted_codes), 1)
    confusion /= confusion.sum(axis=1, keepdims=True)
    distances = 1 - (confusion + confusion.T) / 2
    np.fill_diagonal(distances, 0)
    return distances


def join_classes(distances, method):
    """Order in which classes are joined, nearest first, in the format of scipy's linkage.

    Returns
    -------
    ndarray of shape (n_classes - 1, 4)
    """
    if len(distances) < 2:
        return np.empty((0, 4))
    return hierarchy.linkage(squareform(distances, checks=False), method=method)


def cut_into(linkage, n_groups):
    """Group of each class when joining stops at ``n_groups``.

    Parameters
    ----------
    linkage : ndarray of shape (n_classes - 1, 4)
        Order of joining.

    n_groups : int
        Groups to stop at; where there are fewer classes, each is its own.

    Returns
    -------
    ndarray of int of shape (n_classes,)
        Groups numbered from 0.
    """
    n_classes = len(linkage) + 1
    group = np.arange(n_classes)
    for step, pair in enumerate(linkage[: max(0, n_classes - n_groups), :2].astype(int)):
        group[np.isin(group, pair)] = n_classes + step
    return np.unique(group, return_inverse=True)[1]


def name_groups(labels, sizes, group, naming):
    """Label of the group that each class is in.

    Parameters
    ----------
    labels : ndarray of shape (n_classes,)
        The classes.

    sizes : ndarray of shape (n_classes,)
        Members of each.

    group : ndarray of int of shape (n_classes,)
        Group of each.

    naming : {"commonest", "joined"}
        Whether a group has the label of its biggest class, the first of several, or all labels
        with "+" between them.

    Returns
    -------
    ndarray of shape (n_classes,)

    Raises
    ------
    ValueError
        If labels are to be joined that are not strings.
    """
    names = labels.astype(object)
    for g in np.unique(group):
        members = np.flatnonzero(group == g)
        if naming == "commonest" or len(members) == 1:
            names[members] = labels[members[np.argmax(sizes[members])]]
        elif all(isinstance(label, str) for label in labels.tolist()):
            names[members] = "+".join(labels[members].tolist())
        else:
            raise ValueError(
                f"naming='joined' needs labels that are strings, got {labels.dtype}; use "
                "'commonest', or name the merged classes with mapping"
            )
    if labels.dtype == object:
        return names
    return np.array(names.tolist()) if labels.dtype.kind == "U" else names.astype(labels.dtype)


def rename_labels(labels, new_of):
    """Labels by a dict from old to new ones; those that are not keys stay.

    Parameters
    ----------
    labels : ndarray of shape (n_classes,)
        Old labels.

    new_of : dict
        New label of some of them.

    Returns
    -------
    ndarray of shape (n_classes,)
        Object where ``labels`` are.

    Raises
    ------
    ValueError
        If strings and others would be mixed.
    """
    renamed = [new_of.get(label, label) for label in labels.tolist()]
    if len({isinstance(label, str) for label in renamed}) > 1:
        raise ValueError(
            f"merged labels must be all strings or all numbers, got {renamed}; let mapping give "
            "labels of the type of y, or name every class in it"
        )
    return np.array(renamed, dtype=object if labels.dtype == object else None)
