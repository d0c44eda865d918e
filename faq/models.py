"""Two linear models that learn which entry a question means, and what they would say of what they learnt.

Both are trained on likenesses alone (in the dual): a phrasing is a dimension, and a question is the row of
its likenesses to all phrasings.
"""

from math import sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .similarity import Floats

RIDGE: Final = 1.0  # how much least squares shy away from large weights
EVENNESS: Final = 0.5  # 0: each phrasing weighs the same; 1: each class does
TRUST: Final = 10.0  # how much logistic regression believes the phrasings
LEAST: Final = 0.01  # of least squares; without it one model alone could rule a class out
HALVED_DOWN_TO: Final = 64
NEVER: Final = -1e4  # odds as bad as none
STEPS: Final = 30  # twice as many find the same

Labels = NDArray[np.intp]


class Models:
    """How well each class fits a question, from 0 to 1."""

    def __init__(self, squares: Floats, logistic: Floats) -> None:
        """Take the weights of both models: a row for each phrasing, a column for each class."""
        self._weights = np.hstack([squares, logistic])
        self._classes = squares.shape[1]

    def fits(self, likenesses: Floats) -> Floats:
        """The middle (geometric) of what the two models think of each class."""
        # Not "@": that shares a product between threads, whose waiting takes longer than the product.
        found = np.einsum("i,ij->j", likenesses.astype(np.float32), self._weights)
        return _middle(found[: self._classes], found[self._classes :])


class Trained(NamedTuple):
    """The models, and what they say of each phrasing that they did not learn from it, or from its class."""

    models: Models
    without_itself: Floats
    without_its_class: Floats


def train(likenesses: Floats, labels: Labels, classes: int) -> Trained:
    """Learn from the likeness of each phrasing to each, and the class of each.

    What the models would say without a phrasing follows from the inverse they are computed with: exactly for
    least squares, nearly for logistic regression. Every class needs a phrasing.
    """
    every = np.arange(len(labels))
    sizes = np.bincount(labels, minlength=classes)
    slack = (RIDGE * (sizes[labels] / sizes.mean()) ** EVENNESS).astype(np.float32)
    steadied = likenesses.copy()
    steadied[every, every] += slack
    root = np.linalg.cholesky(steadied)
    del steadied  # the largest thing here
    _invert(root)  # now root.T @ root is the inverse of what was steadied
    right = np.zeros((len(labels), classes), np.float32)
    right[every, labels] = 1
    squares = root.T @ (root @ right)
    logistic = _logistic(likenesses, right)
    odds = likenesses @ logistic

    spread = 1 / np.einsum("ij,ij->j", root, root)[:, None]
    without_itself = _middle(right - squares * spread, odds - logistic * (spread - slack[:, None]))

    alone, alone_odds = np.empty_like(right), np.empty_like(odds)
    for label in range(classes):
        own = labels == label
        spread = np.linalg.inv(root[:, own].T @ root[:, own])
        alone[own] = right[own] - spread @ squares[own]
        alone_odds[own] = odds[own] - (spread - np.diag(slack[own])) @ logistic[own]
    alone[every, labels], alone_odds[every, labels] = 0, NEVER  # a class that is not there
    return Trained(Models(squares, logistic), without_itself, _middle(alone, alone_odds))


def _invert(lower: Floats) -> None:
    """Turn a matrix with nothing above its diagonal into its inverse, by halves: far quicker than others."""
    if len(lower) <= HALVED_DOWN_TO:
        lower[:] = np.linalg.inv(lower)
        return
    half = len(lower) // 2
    first, mixed, last = lower[:half, :half], lower[half:, :half], lower[half:, half:]
    _invert(first)
    _invert(last)
    mixed[:] = -last @ (mixed @ first)


def _logistic(likenesses: Floats, right: Floats) -> Floats:
    """The weights of multinomial logistic regression, by accelerated steps downhill (Nesterov)."""
    step = 1 / (1 + TRUST * _largest_eigenvalue(likenesses) / 2)  # no slope is steeper
    weights = ahead = np.zeros_like(right)
    pace = 1.0
    for _ in range(STEPS):
        slope = ahead - TRUST * (right - _chances(likenesses @ ahead))
        before, weights = weights, ahead - step * slope
        faster = (1 + sqrt(1 + 4 * pace**2)) / 2
        ahead = weights + (pace - 1) / faster * (weights - before)
        pace = faster
    return weights


def _largest_eigenvalue(likenesses: Floats) -> float:
    """An upper bound, near enough (Collatz and Wielandt): no likeness is negative, none to itself is 0."""
    vector: Floats = np.ones(len(likenesses), np.float32)
    for _ in range(4):
        vector = likenesses @ vector
        vector /= vector.max()
    return float((likenesses @ vector / vector).max())


def _chances(odds: Floats) -> Floats:
    powers: Floats = np.exp(odds - odds.max(axis=-1, keepdims=True))
    sums: Floats = powers.sum(axis=-1, keepdims=True)
    return powers / sums


def _middle(squares: Floats, odds: Floats) -> Floats:
    return np.sqrt(np.clip(squares, LEAST, 1) * _chances(odds)).astype(np.float64)
