"""The explainable ring: named weights over what was read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.reader.card import RingModel
from bot.reader.labels import RINGS, TAGS


def ring_features(signals: NDArray[np.float64], direct: NDArray[np.float64]) -> NDArray[np.float64]:
    """Features `[messages, 32]` from signal probabilities `[messages, 28]` and the network's own
    ring probabilities `[messages, 4]`."""
    return np.concatenate([signals, np.log(np.maximum(direct, 1e-6))], axis=1)


def explained_ring(
    model: RingModel, signals: NDArray[np.float64], direct: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Ring probabilities `[messages, 4]` by the logistic regression of the card."""
    weights = np.array([[*model.signals[ring], *model.direct[ring]] for ring in RINGS])
    intercept = np.array([model.intercept[ring] for ring in RINGS])
    logits = ring_features(signals, direct) @ weights.T + intercept
    return softmax(logits)


def fit_ring(
    signals: NDArray[np.float64], direct: NDArray[np.float64], rings: NDArray[np.int64]
) -> RingModel:
    """The logistic regression for decisions with known `rings` (indices, `[messages]`)."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=0.5, max_iter=2000).fit(ring_features(signals, direct), rings)
    return RingModel(
        intercept={ring: round(float(fitted.intercept_[i]), 4) for i, ring in enumerate(RINGS)},
        signals={ring: _rounded(fitted.coef_[i, : len(TAGS)]) for i, ring in enumerate(RINGS)},
        direct={ring: _rounded(fitted.coef_[i, len(TAGS) :]) for i, ring in enumerate(RINGS)},
    )


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def _rounded(weights: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(weight), 4) for weight in weights)
