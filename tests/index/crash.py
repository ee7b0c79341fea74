"""A build that stands still at one stage and tells so, to be killed there."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from index import build as building
from index import store as stores
from index.encoder import Vectors
from index.store import SnapshotStore
from tests.index.stand_ins import HashEncoder, no_content

STAGES = ("embedding", "tables", "words", "checking", "moved", "switching", "switched")
"""Where to stop. `tables`: SQLite's file is open; `moved`: the folder has its name, `CURRENT` is
the old one; `switching`: the new `CURRENT` is written, not yet in place."""


def main(stage: str, base: Path) -> None:
    """Build `base`/docs into `base`/snapshots and stop for good at a stage."""

    def stop() -> None:
        (base / "reached").touch()
        time.sleep(600)

    class Slow(HashEncoder):
        def embed(
            self, texts: Sequence[str], done: Callable[[int], None] = lambda count: None
        ) -> Vectors:
            vectors = super().embed(texts[:1])
            if stage == "embedding":
                stop()
            return vectors if len(texts) == 1 else super().embed(texts, done)

    def progress(name: str, done: int, total: int) -> None:
        if name == stage:
            stop()

    before: dict[str, tuple[object, str]] = {
        "tables": (sys.modules["index.tables"], "_write_entry"),
        "words": (sys.modules["index.write"], "write_words"),
        "moved": (SnapshotStore, "switch"),
        "switched": (SnapshotStore, "prune"),
    }
    if stage in before:
        owner, name = before[stage]
        setattr(owner, name, lambda *arguments: stop())
    if stage == "switching":
        replace = Path.replace

        def stopping(self: Path, target: Path) -> Path:
            if target.name == stores.CURRENT_FILE:
                stop()
            return replace(self, target)

        Path.replace = stopping  # type: ignore[method-assign, assignment]
    store = SnapshotStore(base / "snapshots")
    building.build(store, no_content(base), [base / "docs"], Slow(), progress=progress)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
