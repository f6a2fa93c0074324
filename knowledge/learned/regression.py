"""Learned word weights: multinomial logistic regression over sparse features.

Small on purpose: plain stochastic gradient descent in numpy, a fixed order, no randomness between runs, some seconds
for all phrasings. The order hangs on each example's own words, not on its place: one phrasing more leaves the order of
all others as it was, and so moves their scores a hundred times less than a new shuffle would. Each weight is the pull
of one feature towards one class, so a score can be explained by its largest terms.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

EPOCHS = 10
RATE = 10.0
"""First step size; inputs have unit length, so steps of this order reach a good fit in a few passes."""
DECAY = 3e-5
"""Shrinkage of all weights a step: keeps rare features from shouting."""
SALT = b"20251008"
"""Another one gives another order of the examples."""


def train(
    rows: Sequence[tuple[Ints, Floats]],
    labels: Ints,
    keys: Sequence[str],
    shape: tuple[int, int],
    epochs: int = EPOCHS,
) -> tuple[Floats, Floats]:
    """Weights, of ``shape`` (features, classes), and biases (classes,).

    ``rows``: per example the feature ids and their values (unit length); ``labels``: the class of each; ``keys``: a
    name of each, which decides when it has its turn; ``epochs``: passes over all, at most EPOCHS.
    """
    weights = np.zeros(shape, dtype=np.float32)
    bias = np.zeros(shape[1], dtype=np.float32)
    scale = 1.0  # weights are kept divided by it, so that shrinking all of them costs one multiplication
    turns = _turns(keys)
    step = 0
    total = epochs * len(rows)
    for epoch in range(epochs):
        for i in np.argsort(turns[:, epoch], kind="stable"):
            ids, values = rows[i]
            rate = RATE * (1 - step / total)
            step += 1
            here = weights[ids]
            grad = _softmax(scale * (values @ here) + bias)
            grad[labels[i]] -= 1.0
            scale *= 1.0 - rate * DECAY
            here -= (rate / scale) * np.multiply.outer(values, grad)
            weights[ids] = here
            bias -= 0.05 * rate * grad
    return weights * np.float32(scale), bias


def _turns(keys: Sequence[str]) -> NDArray[np.uint32]:
    """(keys, EPOCHS): the smaller, the sooner in that pass."""
    size = np.dtype(np.uint32).itemsize * EPOCHS
    digests = b"".join(hashlib.blake2b(k.encode(errors="replace"), digest_size=size, key=SALT).digest() for k in keys)
    return np.frombuffer(digests, dtype="<u4").reshape(len(keys), EPOCHS)


def _softmax(logits: Floats) -> Floats:
    out = np.exp(logits - logits.max())
    out /= out.sum()
    return out  # type: ignore[no-any-return]
