"""Fits the points of the checklist to the labelled examples: `python -m bot.reader.points`.

Multinomial logistic regression from stated criteria (and the reading of the whole message) to the
ring, as the reader read messages that it had not been trained on. Half of the weight lies on what
was read, half on what the labels state, so that the points also hold once the asker has answered
questions. A fact that speaks for Rust never takes points from adopt or gives any to hold, and the
other way round, so that nobody has to be told that a virtue counted against them. The coefficients
are rounded to whole points, which a person can add up; what rounding costs is printed. Needs the
`build` extra.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.reader.card import load_card
from bot.reader.examples import Example, load_examples, without_duplicates
from bot.reader.labels import RINGS, STATES, TAGS, WEIGHTS
from bot.reader.reading import signal_probabilities
from bot.reader.ring import softmax
from bot.reader.training import CARD_FILE, HELD_OUT_FILE
from knowledge import CONTENT
from knowledge.checklist import Checklist
from knowledge.content import load_checklist
from knowledge.model import Criterion, Ring, State

SCALE = 2.0
"""Points for each unit of log odds: rounding costs little, and the sums stay small."""
WHOLE = 0.5
"""Log odds for each unit of the impression's log probability: fixed, not fitted.

Fitted freely it takes nearly all the weight and leaves most facts worth nothing: then no answer of
the asker could change the verdict (`docs/reading-experiments.md` has rings by this number).
"""
PENALTY = 0.001
"""Ridge on the coefficients, per row of the mean loss."""
NOBODY = -6.0
"""Log odds of adopt, at most, where nobody knows Rust or will learn it: one of the 1,837 labelled
messages that say so is adopt. The penalty alone would leave half a unit of that."""
FLOOR = 0.02
"""As in `bot.advisor.ring`: the least probability counted."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Decisions: `stated` `[rows, 28]`, `lean` `[rows, 4]` (logarithms), `ring` `[rows]`."""

    stated: Floats
    lean: Floats
    ring: NDArray[np.int64]

    def __getitem__(self, chosen: NDArray[np.bool_]) -> Rows:
        return Rows(self.stated[chosen], self.lean[chosen], self.ring[chosen])


@dataclass(frozen=True, slots=True)
class Table:
    """Log odds: `start` `[4]`, `added` `[28, 4]`, `whole` a number."""

    start: Floats
    added: Floats
    whole: float

    def log_odds(self, rows: Rows) -> Floats:
        odds: Floats = self.start + rows.stated @ self.added + self.whole * rows.lean
        return odds

    def rounded(self) -> Table:
        """The table as it can be written: whole points, `whole` to one decimal."""
        return Table(
            np.rint(self.start * SCALE) / SCALE,
            np.rint(self.added * SCALE) / SCALE,
            round(self.whole * SCALE, 1) / SCALE,
        )


def fit(rows: Rows, favours: Callable[[Criterion, State], bool]) -> Table:
    """The table with the least penalised cross-entropy.

    `favours` says of a stated criterion whether it speaks for Rust; that bounds its signs.
    """
    count, tags, rings = len(rows.ring), rows.stated.shape[1], len(RINGS)
    truth = np.eye(rings)[rows.ring]

    def unpack(vector: Floats) -> Table:
        return Table(vector[:rings], vector[rings:].reshape(tags, rings), WHOLE)

    def loss(vector: Floats) -> tuple[float, Floats]:
        table = unpack(vector)
        shares = softmax(table.log_odds(rows))
        error = (shares - truth) / count
        value = -float(np.sum(truth * np.log(shares + 1e-12))) / count
        value += PENALTY * float(np.sum(table.added**2))
        added = rows.stated.T @ error + 2 * PENALTY * table.added
        return value, np.concatenate([error.sum(axis=0), added.ravel()])

    signs = [_bounds(tag, ring, favours(*tag)) for tag in TAGS for ring in RINGS]
    found = minimize(
        loss,
        np.zeros(rings + tags * rings),
        jac=True,
        method="L-BFGS-B",
        bounds=[_ANY] * rings + signs,
        options={"maxiter": 800},
    )
    return unpack(np.asarray(found.x))


_ANY: tuple[float | None, float | None] = (None, None)
_MORE, _LESS = (0.0, None), (None, 0.0)


def _bounds(
    tag: tuple[Criterion, State], ring: Ring, favourable: bool
) -> tuple[float | None, float | None]:
    """Between which log odds a stated fact may move a ring."""
    if tag == (Criterion.TEAM_EXPERIENCE, "no") and ring is Ring.ADOPT:
        return None, NOBODY
    if ring is Ring.ADOPT:
        return _MORE if favourable else _LESS
    if ring is Ring.HOLD:
        return _LESS if favourable else _MORE
    return _ANY


def read_rows(weights: Path = WEIGHTS) -> tuple[Rows, Rows]:
    """The decisions as they were read unseen, and as their labels state them."""
    examples = without_duplicates(load_examples())
    card = load_card(weights / CARD_FILE)
    unseen = np.load(weights / HELD_OUT_FILE)
    positions = [int(row) for row in unseen["rows"]]
    kept = [(at, row) for at, row in enumerate(positions) if examples[row].ring is not None]
    at = [index for index, _ in kept]
    decisions = [examples[row] for _, row in kept]
    said = signal_probabilities(card.calibration, unseen["signals"][at].astype(np.float64))
    margins = said - card.calibration.threshold_vector()
    direct = unseen["ring"][at].astype(np.float64) / card.calibration.ring_temperature
    lean = np.log(np.maximum(softmax(direct), FLOOR))
    ring = np.array([RINGS.index(ring) for e in decisions if (ring := e.ring) is not None])
    return Rows(_stated(margins), lean, ring), Rows(_labelled(decisions), lean, ring)


def accuracy(table: Table, rows: Rows) -> float:
    """Share of decisions whose ring the table gets right."""
    return float(np.mean(table.log_odds(rows).argmax(axis=1) == rows.ring))


def write(table: Table, file: Path) -> None:
    """Put the points into the checklist, leaving its wording and comments as they are."""
    text = file.read_text("utf-8")
    head, *items = re.split(r"(?m)^(?=- id: )", text)
    head = re.sub(r"(?m)^start: .*$", f"start: {_points(table.start)}", head)
    head = re.sub(r"(?m)^whole: .*$", f"whole: {round(table.whole * SCALE, 1)}", head)
    head = re.sub(r"(?m)^scale: .*$", f"scale: {SCALE:g}", head)
    file.write_text(head + "".join(_with_points(item, table) for item in items), "utf-8")


def _with_points(item: str, table: Table) -> str:
    criterion = Criterion(item.split("\n", 1)[0].removeprefix("- id: ").strip())
    for state in STATES:
        row = _points(table.added[TAGS.index((criterion, state))])
        item = re.sub(rf'(?m)^    "{state}": {{adopt.*$', f'    "{state}": {row}', item)
    return item


def table_of(checklist: Checklist) -> Table:
    """The table that a checklist holds."""
    rows = [[checklist[c].adds(state).of(ring) for ring in RINGS] for c, state in TAGS]
    start = [checklist.start.of(ring) for ring in RINGS]
    scale = checklist.scale
    return Table(np.array(start) / scale, np.array(rows) / scale, checklist.whole / scale)


def _stated(margins: Floats) -> Floats:
    """Which tags count as stated: of two states the one further above its threshold."""
    pairs = margins.reshape(len(margins), -1, len(STATES))
    best = pairs.max(axis=2, keepdims=True)
    chosen: Floats = ((pairs == best) & (pairs >= 0)).astype(np.float64)
    return chosen.reshape(margins.shape)


def _labelled(decisions: list[Example]) -> Floats:
    return np.array([[tag in example.spans for tag in TAGS] for example in decisions], float)


def _points(values: Floats) -> str:
    named = zip(RINGS, np.rint(values * SCALE).astype(int), strict=True)
    points = {ring: int(value) for ring, value in named}
    ordered = (Ring.ADOPT, Ring.TRIAL, Ring.ASSESS, Ring.HOLD)
    return "{" + ", ".join(f"{ring.value}: {points[ring]}" for ring in ordered) + "}"


def main() -> None:
    """Fit, report on halves that the fit has not seen, write."""
    parser = argparse.ArgumentParser(prog="python -m bot.reader.points")
    parser.add_argument("--dry-run", action="store_true", help="print the figures, write nothing")
    arguments = parser.parse_args()
    checklist = load_checklist()

    def favours(criterion: Criterion, state: State) -> bool:
        return checklist[criterion].favours(state)

    read, labelled = read_rows()
    half = np.arange(len(read.ring)) % 2 == 0
    for name, rounded in (("exact", False), ("rounded", True)):
        shares = []
        for own in (half, ~half):
            table = fit(_joined(read[~own], labelled[~own]), favours)
            table = table.rounded() if rounded else table
            shares.append((accuracy(table, read[own]), accuracy(table, labelled[own])))
        as_read, as_labelled = np.mean(shares, axis=0)
        print(f"{name}: {as_read:.3f} of the rings as read, {as_labelled:.3f} as labelled")
    before = table_of(checklist)
    print(f"the checklist as it is: {accuracy(before, read):.3f}, {accuracy(before, labelled):.3f}")
    if not arguments.dry_run:
        write(fit(_joined(read, labelled), favours), CONTENT / "checklist.yaml")


def _joined(read: Rows, labelled: Rows) -> Rows:
    return Rows(
        np.concatenate([read.stated, labelled.stated]),
        np.concatenate([read.lean, labelled.lean]),
        np.concatenate([read.ring, labelled.ring]),
    )


if __name__ == "__main__":
    main()
