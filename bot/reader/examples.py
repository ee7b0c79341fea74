"""Labelled messages: loaded, checked, freed of near-duplicates and split into folds."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError, model_validator

from bot.reader.labels import EXAMPLES
from knowledge.faults import ContentError, Fault
from knowledge.model import Criterion, Frozen, Intent, Ring, State

SAME: Final = 0.9
"""Jaccard similarity from which two messages with the same labels count as one."""
NEAR: Final = 0.5
"""Jaccard similarity from which two messages stay on one side of a split."""

_GRAM: Final = 5
_BANDS: Final = 32
_ROWS: Final = 2
_PRIME: Final = (1 << 31) - 1


class Example(Frozen):
    """One message with its labels. What the text does not state is not in `criteria`."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    intent: Intent
    ring: Ring | None = None
    criteria: dict[Criterion, tuple[State, str]] = Field(default_factory=dict)
    group: str | None = None

    @model_validator(mode="after")
    def _labels_fit_the_text(self) -> Example:
        if (self.intent is Intent.DECISION) != (self.ring is not None):
            raise ValueError("a decision needs a ring, and only a decision has one")
        if self.criteria and self.intent is not Intent.DECISION:
            raise ValueError(f"only a decision has criteria, this is {self.intent}")
        for criterion, (_, evidence) in self.criteria.items():
            if not evidence.strip():
                raise ValueError(f"the evidence of {criterion} is empty")
            if evidence not in self.text:
                raise ValueError(f"the evidence of {criterion} is not in the text: {evidence!r}")
        return self

    @property
    def spans(self) -> dict[tuple[Criterion, State], tuple[int, int]]:
        """Where the evidence of each stated criterion stands in the text, in characters."""
        found = {}
        for criterion, (state, evidence) in self.criteria.items():
            start = self.text.index(evidence)
            found[criterion, state] = (start, start + len(evidence))
        return found

    @property
    def content(self) -> str:
        """What training sees of it, in one line that is the same whatever the file's layout."""
        return json.dumps(
            self.model_dump(mode="json", exclude={"group"}), sort_keys=True, ensure_ascii=False
        )


def load_examples(folder: Path = EXAMPLES) -> list[Example]:
    """Every example of the folder's `*.jsonl` files, in the order of file names and lines.

    Raises `ContentError`, with file and line of each fault, when one cannot be used.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise ContentError([Fault(str(folder), 0, "no *.jsonl file with examples here")])
    examples: list[Example] = []
    faults: list[Fault] = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
            if not line.strip():
                continue
            try:
                examples.append(Example.model_validate_json(line))
            except ValidationError as error:
                faults.append(Fault(str(file), number, _reason(error)))
    if faults:
        raise ContentError(faults)
    return examples


def fingerprint(examples: Sequence[Example]) -> str:
    """SHA-256 of the examples' content, whatever their order and their files."""
    lines = sorted(example.content for example in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def without_duplicates(examples: Sequence[Example]) -> list[Example]:
    """The examples less those that repeat an earlier one's words and labels.

    A message and its opposite may differ by one word; such pairs teach most and both stay.
    """
    dropped = set()
    for first, second, similarity in near_pairs([example.text for example in examples]):
        one, other = examples[first], examples[second]
        if similarity >= SAME and first not in dropped and _labels(one) == _labels(other):
            dropped.add(second)
    return [example for index, example in enumerate(examples) if index not in dropped]


def folds(examples: Sequence[Example], count: int, seed: int) -> NDArray[np.int64]:
    """The fold, `0..count-1`, of each example: shape `[examples]`.

    Near-duplicates and examples of one `group` share a fold; intents and rings are spread evenly.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    strata = [f"{example.intent} {example.ring}" for example in examples]
    groups = _groups(examples)
    splitter = StratifiedGroupKFold(n_splits=count, shuffle=True, random_state=seed)
    fold = np.zeros(len(examples), dtype=np.int64)
    for index, (_, held_out) in enumerate(splitter.split(strata, strata, groups)):
        fold[held_out] = index
    return fold


def near_pairs(texts: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """Pairs `(i, j, Jaccard)`, `i < j`, of texts that share at least half their 5-grams.

    Candidates come from MinHash with 32 bands of 2 rows (a pair at 0.5 is missed once in 10 000),
    and each is then compared exactly.
    """
    grams = [_grams(text) for text in texts]
    signatures = _signatures(grams)
    candidates: set[tuple[int, int]] = set()
    for band in range(_BANDS):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for index, signature in enumerate(signatures[:, band * _ROWS : (band + 1) * _ROWS]):
            buckets[signature.tobytes()].append(index)
        for bucket in buckets.values():
            candidates.update(combinations(bucket, 2))
    for first, second in sorted(candidates):
        one, other = grams[first], grams[second]
        shared = len(np.intersect1d(one, other, assume_unique=True))
        similarity = shared / (len(one) + len(other) - shared)
        if similarity >= NEAR:
            yield first, second, similarity


def _grams(text: str) -> NDArray[np.int64]:
    """The distinct runs of five bytes of the text in lower case, each as one number, sorted."""
    content = " ".join(text.lower().split()).encode().ljust(_GRAM)
    runs = np.lib.stride_tricks.sliding_window_view(np.frombuffer(content, np.uint8), _GRAM)
    return np.unique(runs.astype(np.int64) @ (1 << 8 * np.arange(_GRAM, dtype=np.int64)))


def _signatures(grams: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """MinHash signatures, shape `[texts, bands x rows]`."""
    generator = np.random.default_rng(0)
    factors = generator.integers(1, _PRIME, size=(2, _BANDS * _ROWS), dtype=np.int64)
    signatures = np.empty((len(grams), _BANDS * _ROWS), dtype=np.int64)
    for index, own in enumerate(grams):
        values = own[:, None] % _PRIME
        signatures[index] = ((values * factors[0] + factors[1]) % _PRIME).min(axis=0)
    return signatures


def _groups(examples: Sequence[Example]) -> list[int]:
    """One number for each example, equal where two must not be separated."""
    parent = list(range(len(examples)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    named: dict[str, int] = {}
    for index, example in enumerate(examples):
        if example.group is not None:
            parent[root(index)] = root(named.setdefault(example.group, index))
    for first, second, _ in near_pairs([example.text for example in examples]):
        parent[root(second)] = root(first)
    return [root(index) for index in range(len(examples))]


def _labels(example: Example) -> tuple[object, ...]:
    states = {criterion: state for criterion, (state, _) in example.criteria.items()}
    return example.intent, example.ring, states


def _reason(error: ValidationError) -> str:
    """The first thing wrong, with the name of the field it is wrong in."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message
