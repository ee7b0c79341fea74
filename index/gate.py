"""Gate questions: what every new snapshot must find before it may serve."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from index.encoder import Encoder
from index.search import search
from index.snapshot import BUILT_IN, Snapshot
from knowledge.located_yaml import load_file
from knowledge.model import Frozen, Id, Line

GATE_FILE = Path(__file__).resolve().parent / "gate.yaml"
DEPTH = 10
"""A gate question passes where its source is among this many first passages."""


class Gate(Frozen):
    """A question and the article or case study that must be found for it."""

    question: Line
    source: Id


class Gates(Frozen):
    gates: tuple[Gate, ...] = Field(min_length=1)


def load_gates(file: Path = GATE_FILE) -> tuple[Gate, ...]:
    """Raises `ContentError` naming file and line."""
    return load_file(file, Gates).gates


def failed_gates(snapshot: Snapshot, encoder: Encoder, gates: Sequence[Gate]) -> list[Gate]:
    """The gate questions whose source is not among the first passages found.

    Only the packaged content is searched: however much a team adds on the same subjects, that is no
    fault of the index.
    """
    if not gates:
        return []
    vectors = encoder.embed([gate.question for gate in gates])
    failed = []
    for gate, vector in zip(gates, vectors, strict=True):
        hits = search(snapshot, vector, gate.question, DEPTH, {"root": BUILT_IN})
        if gate.source not in {hit.stored.passage.source_id for hit in hits}:
            failed.append(gate)
    return failed
