"""However an index came about, it is the one that a build from nothing makes of the same files."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from index.build import build
from index.rows import PASSAGES_FILE
from index.snapshot import Snapshot
from index.store import SnapshotStore
from tests.index.stand_ins import HashEncoder, case, some_content, write

NAMES = ("a.md", "b.txt", "c/d.md", "c/e.html", "one.yaml", "two.yaml")
WORDS = st.sampled_from(["rust", "go", "speed", "memory", "c++", "team", "don't", "Größe"])
TEXT = st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=4)


@st.composite
def contents(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(["", "\n", "***\n", case("same"), case("other", "Otherbank")]))
    paragraphs = [" ".join(words) + "." for words in draw(TEXT)]
    return "# Head\n\n" + "\n\n".join(paragraphs) + "\n"


EDITS = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.one_of(st.none(), contents()), max_size=4),
    min_size=1,
    max_size=4,
)


def everything(snapshot: Snapshot) -> dict[str, object]:
    """All that a snapshot holds, in an order of its own for the tables that have none."""
    connection = sqlite3.connect(snapshot.folder / PASSAGES_FILE)
    tables = {
        name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall())
        for name in ("documents", "passages", "facets", "cases")
    }
    connection.close()
    arrays = {
        file.name: (np.load(file).dtype, np.load(file).tobytes())
        for file in sorted(snapshot.folder.rglob("*.npy"))
    }
    vocabulary = (snapshot.folder / "words" / "vocabulary.json").read_text()
    counts = snapshot.manifest.counts, snapshot.manifest.content
    return {**tables, **arrays, "vocabulary": vocabulary, "counts": counts}


@settings(max_examples=12, deadline=None)
@given(EDITS)
def test_after_any_edits_the_index_is_that_of_a_build_from_nothing(
    edits: list[dict[str, str | None]],
) -> None:
    base = Path(tempfile.mkdtemp())
    try:
        docs = write(base / "docs", {"start.md": "# Start\n\nIt began.\n"})
        content = some_content(base)
        store = SnapshotStore(base / "edited")
        for edit in edits:
            for name, text in edit.items():
                if text is None:
                    (docs / name).unlink(missing_ok=True)
                else:
                    write(docs, {name: text})
            report = build(store, content, [docs], HashEncoder())
        assume(not report.kept)  # what is kept depends on the past, and is meant to
        fresh = SnapshotStore(base / "fresh")
        build(fresh, content, [docs], HashEncoder())
        edited, anew = store.open_current(), fresh.open_current()
        assert everything(edited) == everything(anew)
        edited.close()
        anew.close()
    finally:
        shutil.rmtree(base)
