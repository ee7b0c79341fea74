"""A folder of documents and a store to build them into, with a cheap encoder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from index.build import Report, build
from index.gate import Gate
from index.snapshot import Snapshot
from index.store import SnapshotStore
from knowledge.content import Content
from tests.index.stand_ins import HashEncoder, no_content, write


@dataclass
class Workshop:
    """Documents in `docs`, built into `store` by a `HashEncoder`."""

    docs: Path
    store: SnapshotStore
    content: Content
    encoder: HashEncoder = field(default_factory=HashEncoder)

    def put(self, files: dict[str, str | bytes]) -> None:
        write(self.docs, files)

    def build(self, *folders: Path, gates: tuple[Gate, ...] = ()) -> Report:
        """Build these folders, or `docs`. `encoder.embedded` then holds what was embedded."""
        self.encoder.embedded.clear()
        return build(self.store, self.content, folders or [self.docs], self.encoder, gates)

    def open(self) -> Snapshot:
        return self.store.open_current()


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    docs = tmp_path / "docs"
    docs.mkdir()
    return Workshop(docs, SnapshotStore(tmp_path / "snapshots"), no_content(tmp_path))
