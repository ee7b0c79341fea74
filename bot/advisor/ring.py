"""The verdict: points for each ring, added up. The table is content (`knowledge/checklist.yaml`).

Every ring begins with its `start`. Each stated criterion adds its row of whole points. The reading
of the whole message adds `whole` points for each unit of log probability. The ring with the most
points wins; `softmax(points / scale)` is the confidence. docs/verdict.md explains the table.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.advisor.answer import Flip, Weighs
from knowledge.checklist import Checklist, Item
from knowledge.model import Criterion, Ring, State

States = Mapping[Criterion, State]
Lean = Mapping[Ring, float]
"""Probability of each ring by the reading of the whole message; empty where there is none."""
Likely = Mapping[tuple[Criterion, State], float]
"""How probable the text makes each answer."""

_FLOOR = 0.02
"""Least probability counted, so that one reading alone cannot outvote every stated fact."""
_PRIOR = 0.05
"""How likely an unstated criterion is taken to hold either way when nothing hints at it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The ring with its points. `score` is adopt minus hold: above zero leans to Rust."""

    ring: Ring
    points: Mapping[Ring, float]
    probabilities: Mapping[Ring, float]

    @property
    def score(self) -> float:
        return round(self.points[Ring.ADOPT] - self.points[Ring.HOLD], 2)

    @property
    def confidence(self) -> float:
        return round(self.probabilities[self.ring], 3)


def judge(states: States, lean: Lean, checklist: Checklist) -> Verdict:
    """The verdict on what is stated and how the whole message reads."""
    return _verdict(_points(states, lean, checklist), checklist)


def flips(states: States, likely: Likely, lean: Lean, checklist: Checklist) -> tuple[Flip, ...]:
    """Each single changed fact that changes the ring: stated ones turned round come first, then
    those that the text makes likely.

    A change for the worse that would raise the ring, or for the better that would lower it, is left
    out: it is true of the sums (a part that cannot be separated rules a trial out), and of no use
    to the asker.
    """
    ring = _winner(_points(states, lean, checklist))
    found = []
    for item in checklist.items:
        for state in _STATES:
            if state != states.get(item.id):
                changed = _winner(_points({**states, item.id: state}, lean, checklist))
                better = weighs(item, state) == "for"
                if changed is not ring and better is (RANK[changed] > RANK[ring]):
                    found.append(Flip(criterion=item.id, state=state, ring=changed))

    def order(flip: Flip) -> tuple[bool, float]:
        return flip.criterion not in states, -likely.get((flip.criterion, flip.state), 0.0)

    return tuple(sorted(found, key=order))


def missing(
    states: States,
    likely: Likely,
    lean: Lean,
    checklist: Checklist,
    disputed: Collection[Criterion] = (),
) -> tuple[Criterion, ...]:
    """Unstated criteria, the most decisive first; before them those stated both ways, where they
    weigh anything.

    How decisive one is: the expected shift of the ring's probabilities (total variation) if the
    asker answered it, each answer weighted by how likely the text makes it.
    """
    now = _softmax(_points(states, lean, checklist), checklist.scale)

    def shift(item: Item) -> float:
        total = 0.0
        for state in _STATES:
            points = _points({**states, item.id: state}, lean, checklist)
            then = _softmax(points, checklist.scale)
            distance = sum(abs(now[ring] - then[ring]) for ring in Ring) / 2
            total += max(likely.get((item.id, state), 0.0), _PRIOR) * distance
        return round(total, 6)

    unstated = [item for item in checklist.items if item.id not in states]
    unstated.sort(
        key=lambda item: (item.id in disputed and shift(item) > 0, shift(item)), reverse=True
    )
    return tuple(item.id for item in unstated)


def weighs(item: Item, state: State) -> Weighs:
    """Whether a stated answer speaks for Rust or against it."""
    return "for" if item.favours(state) else "against"


_STATES: tuple[State, State] = ("yes", "no")
RANK = {Ring.HOLD: 0, Ring.ASSESS: 1, Ring.TRIAL: 2, Ring.ADOPT: 3}
"""The rings from against Rust to for it."""


def _points(states: States, lean: Lean, checklist: Checklist) -> dict[Ring, float]:
    """Always summed in the same order: a changed fact then gives what asking anew would give."""
    rows = [checklist[criterion].adds(state) for criterion, state in states.items()]
    impressed = lean and (checklist.whole_alone or any(row.weigh for row in rows))
    points = {}
    for ring in Ring:
        points[ring] = float(checklist.start.of(ring)) + sum(row.of(ring) for row in rows)
        if impressed:
            points[ring] += checklist.whole * math.log(max(lean[ring], _FLOOR))
    return points


def _winner(points: Mapping[Ring, float]) -> Ring:
    """The ring with the most points; the earlier one in the order of `Ring` where two are level."""
    return max(Ring, key=lambda ring: points[ring])


def _verdict(points: Mapping[Ring, float], checklist: Checklist) -> Verdict:
    shown = {ring: round(value, 3) for ring, value in points.items()}
    return Verdict(_winner(points), shown, _softmax(points, checklist.scale))


def _softmax(points: Mapping[Ring, float], scale: float) -> dict[Ring, float]:
    top = max(points.values())
    powers = {ring: math.exp((value - top) / scale) for ring, value in points.items()}
    total = sum(powers.values())
    return {ring: power / total for ring, power in powers.items()}
