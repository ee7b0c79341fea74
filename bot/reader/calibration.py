"""Probabilities that mean what they say, and thresholds, from predictions on unseen examples."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.reader.labels import CRITERIA, INTENTS, STATES, TAGS
from bot.reader.ring import softmax
from knowledge.model import Criterion, Intent, State

SHRINKAGE: Final = 400
"""Examples of its own at which a tag's threshold counts as much as the one common to all."""
TIED: Final = 0.001
"""F1 that is no difference. Of thresholds so close to the best the lowest is taken: messages of an
unfamiliar kind are read with less certainty, and a click corrects what was read wrongly."""
SAME_COST: Final = 1.02
"""Errors that are as few as the fewest."""
_GRID: Final = np.round(np.arange(0.1, 0.91, 0.02), 2)


def platt(logits: NDArray[np.float64], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Scale and offset that make `sigmoid(scale * logit + offset)` a probability (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(logits[:, None], truth)
    return float(fitted.coef_[0, 0]), float(fitted.intercept_[0])


def temperature(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """The divisor of the logits with the least cross-entropy (Guo et al. 2017), by grid."""
    grid = np.round(np.arange(0.5, 5.01, 0.05), 2)
    rows = np.arange(len(truth))
    losses = [-np.log(softmax(logits / value)[rows, truth] + 1e-12).mean() for value in grid]
    return float(grid[int(np.argmin(losses))])


def off_topic_lean(logits: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """What to add to the off-topic logit for the fewest errors, a leaked message counting thrice.

    Few messages are off-topic, and answering one is worse than asking someone to say it again. The
    errors change little over a wide range, whose least value refuses fewest.
    `logits` `[messages, 5]` are already divided by their temperature.
    """
    off = INTENTS.index(Intent.OUT_OF_SCOPE)
    grid = np.arange(0, 3.01, 0.25)
    costs = []
    for lean in grid:
        said = (logits + lean * (np.arange(len(INTENTS)) == off)).argmax(axis=1)
        costs.append(((said != truth) * (1 + 2 * (truth == off))).sum())
    return float(grid[np.flatnonzero(np.array(costs) <= SAME_COST * min(costs))[0]])


def threshold_table(
    probabilities: NDArray[np.float64], stated: NDArray[np.bool_]
) -> dict[Criterion, dict[State, float]]:
    """`thresholds` by criterion and state."""
    chosen = np.round(thresholds(probabilities, stated), 3).tolist()
    named = dict(zip(TAGS, chosen, strict=True))
    return {c: {state: named[c, state] for state in STATES} for c in CRITERIA}


def thresholds(
    probabilities: NDArray[np.float64], stated: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """For each tag the threshold with the best F1, drawn towards the best one common to all.

    Rare tags are drawn most: their own optimum is mostly luck. Shape `[tags]`.
    """
    common = _best_threshold(probabilities.ravel(), stated.ravel())
    own = np.array([_best_threshold(p, s) for p, s in zip(probabilities.T, stated.T, strict=True)])
    trust = stated.sum(axis=0) / (stated.sum(axis=0) + SHRINKAGE)
    return np.asarray(trust * own + (1 - trust) * common)


def _best_threshold(probabilities: NDArray[np.float64], stated: NDArray[np.bool_]) -> float:
    """The lowest threshold whose F1 is as good as the best."""
    scores = []
    for threshold in _GRID:
        said = probabilities >= threshold
        scores.append(2 * (said & stated).sum() / max(said.sum() + stated.sum(), 1))
    return float(_GRID[np.flatnonzero(np.array(scores) >= max(scores) - TIED)[0]])
