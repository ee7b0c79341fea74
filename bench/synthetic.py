"""Made-up documents and vectors that cost what real ones cost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.encoder import Vectors
from knowledge.content import Content
from knowledge.split import passages

DIMENSION = 384
PASSAGES_PER_DOCUMENT = 20


class CheapEncoder:
    """Unit vectors from a hash of the text: next to no work, so that all else can be measured."""

    name = "cheap"
    fingerprint = "cheap-1"
    dimension = DIMENSION

    def fits(self, text: str) -> bool:
        return len(text) < 800

    def embed(
        self, texts: Sequence[str], done: Callable[[int], None] = lambda count: None
    ) -> Vectors:
        result = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
            result[row] = np.random.default_rng(seed).standard_normal(self.dimension)
        done(len(texts))
        unit: Vectors = result / np.linalg.norm(result, axis=1, keepdims=True)
        return unit


def write_documents(folder: Path, count: int, content: Content) -> list[Path]:
    """Markdown files of `count` passages in all.

    Their words and the lengths of their paragraphs are drawn from the packaged articles, so that
    they split, tokenise and embed at the pace of real text.
    """
    random = np.random.default_rng(0)
    real = [
        passage.text
        for article in content.articles
        for passage in passages(article, {}, lambda text: len(text) < 800)
    ]
    words = np.array(" ".join(real).split())
    lengths = np.array([len(text.split()) for text in real])
    files = []
    for number, first in enumerate(range(0, count, PASSAGES_PER_DOCUMENT)):
        lines = [f"# Note {number} on {' '.join(random.choice(words, 3))}"]
        for _ in range(min(PASSAGES_PER_DOCUMENT, count - first)):
            drawn = [word.strip(".#|*`[]()>-_:") for word in random.choice(words, lengths.max())]
            kept = [word for word in drawn if word][: int(random.choice(lengths))]
            lines.append(" ".join(["Then", *kept, "here"]).replace("[", "") + ".")
        file = folder / f"{number // 100:04}" / f"note-{number}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n\n".join(lines) + "\n", "utf-8")
        files.append(file)
    return files


def clustered_vectors(count: int, dimension: int = DIMENSION) -> Vectors:
    """Unit vectors around many centres, as passages lie around their subjects.

    The noise makes two vectors of one centre about as alike as two passages of one article
    (a cosine near 0.5), and neighbours are told apart within a cluster as in real text.
    """
    random = np.random.default_rng(0)
    centres = random.standard_normal((max(1, count // 200), dimension), dtype=np.float32)
    result = np.empty((count, dimension), dtype=np.float32)
    for at in range(0, count, 50_000):
        size = min(50_000, count - at)
        noise = random.standard_normal((size, dimension), dtype=np.float32)
        chunk = centres[random.integers(len(centres), size=size)] + noise
        result[at : at + size] = chunk / np.linalg.norm(chunk, axis=1, keepdims=True)
    return result
