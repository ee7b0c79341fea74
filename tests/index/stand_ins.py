"""What the tests of the index share: a cheap encoder, small content, and documents on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.encoder import Vectors
from index.gather import Entry, Fresh
from index.snapshot import Snapshot
from index.write import write_snapshot
from knowledge.cases import load_case
from knowledge.content import Content
from knowledge.passages import Document, Passage, Quote

DIMENSION = 32

CASE = """\
id: {id}
organisation: {organisation}
system: ledger
use_case: Keeps the books of a small bank in one process.
domain: {domain}
language_before: Go
languages_before: [{language}]
language_after: Rust
direction: {direction}
year: 2021
year_approximate: false
negative: false
verification: confirmed
summary: {organisation} rewrote its ledger because the pauses hurt.
outcomes:
- metric: latency
  value: halved
  text: The pauses of the ledger at {organisation} went away.
  standing: primary
  source: https://example.org/{id}
lesson: Measure the pauses before you move.
"""


class HashEncoder:
    """Unit vectors from a hash of the text: equal texts are equal, all others are far apart."""

    dimension = DIMENSION

    def __init__(self, name: str = "hash") -> None:
        self.name = self.fingerprint = name
        self.embedded: list[str] = []

    def fits(self, text: str) -> bool:
        return len(text) < 800

    def embed(
        self, texts: Sequence[str], done: Callable[[int], None] = lambda count: None
    ) -> Vectors:
        self.embedded += texts
        result = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            digest = hashlib.sha256(f"{self.name} {text}".encode("utf-8", "surrogatepass"))
            seed = int.from_bytes(digest.digest()[:8], "little")
            vector = np.random.default_rng(seed).standard_normal(self.dimension)
            result[row] = vector / np.linalg.norm(vector)
            done(1)
        return result


def no_content(root: Path) -> Content:
    """Packaged content with nothing in it."""
    return Content(root, (), (), (), ())


def some_content(root: Path) -> Content:
    """One article and one case study."""
    text = "---\nid: pilots\ntitle: Pilots\n---\n# Pilots\n\nBegin with one small service.\n"
    article = Document("articles/pilots.md", "markdown", text, _sha(text))
    record = case("bank-ledger")
    document = Document("cases/bank-ledger.yaml", "case", record, _sha(record))
    return Content(root, (article,), (load_case(document),), (), ())


def case(
    name: str,
    organisation: str = "Smallbank",
    domain: str = "finance",
    language: str = "go",
    direction: str = "to_rust",
) -> str:
    """A valid case study as YAML text."""
    return CASE.format(
        id=name, organisation=organisation, domain=domain, language=language, direction=direction
    )


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Put files into a folder, which is made where it is missing."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
    return folder


def notes(*topics: str) -> dict[str, str | bytes]:
    """One short Markdown file for each topic, of two passages each."""
    return {
        f"{topic}.md": f"# On {topic}\n\nWe tried {topic} first.\n\nThen {topic} was measured.\n"
        for topic in topics
    }


def snapshot_of(
    folder: Path,
    texts: Sequence[str],
    vectors: Vectors | None = None,
    kinds: Sequence[str] | None = None,
) -> Snapshot:
    """A snapshot with one passage for each text, with these vectors or those of a `HashEncoder`."""
    encoder = HashEncoder()
    if vectors is None:
        vectors = encoder.embed(texts)
    encoder.dimension = vectors.shape[1]
    passages = tuple(
        Passage(
            "passage",
            "notes",
            "",
            (),
            "notes",
            0,
            len(text),
            text,
            "",
            (Quote(0, len(text), text),),
            {"colour": (kinds[row],)} if kinds else {},
        )
        for row, text in enumerate(texts)
    )
    document = Document("notes.md", "markdown", "\n".join(texts), "0" * 64)
    entries: list[Entry] = [Fresh(("team", "notes.md"), document, passages, None)]
    folder.mkdir()
    write_snapshot(
        folder, entries, vectors, encoder, number=1, roots={}, references="", before=None
    )
    return Snapshot(folder)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
