"""Which new labelled messages resemble a question that the reader is measured on.

    python -m tools.resemblance NEW.jsonl ...             # names them; 1 if there are any
    python -m tools.resemblance NEW.jsonl --drop          # takes them out of the files
    python -m tools.resemblance NEW.jsonl --also OF.jsonl # further questions, a `text` a line

Real situations are told in many places: a message written for training may tell the situation
of a measuring question in other words, and then the figures flatter. Far from all pairs above
the limit are one situation; but messages are cheap, and figures are not.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from bot.evaluation import SETS
from bot.evaluation.questions import load_labels
from bot.reader.examples import Example
from bot.service import Service
from bot.settings import Settings
from index.encoder import Encoder

NEAR: Final = 0.62
"""Cosine of the untouched encoder's vectors from which two messages may tell one situation."""
NEAR_A_PAIR: Final = 0.8
"""The same for the pairs that differ in one fact: most tell hardly a situation, and a vague message
is near to all that are vague."""
RUNS: Final = 3
"""Runs of `WORDS` words in common from which two messages are too near, whatever the cosine."""
WORDS: Final = 4
NEGATIONS = Path(__file__).resolve().parent.parent / "tests" / "data" / "negation_pairs.jsonl"


def main() -> None:
    """Names, or drops, what is too near."""
    parser = argparse.ArgumentParser(prog="python -m tools.resemblance", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", help="labelled messages")
    parser.add_argument("--also", type=Path, nargs="*", default=[], help="further questions")
    parser.add_argument("--drop", action="store_true", help="rewrite the files without them")
    chosen = parser.parse_args()
    service = Service(Settings())
    asked, pairs = measuring(chosen.also), negations()
    found = 0
    for file in chosen.files:
        lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
        texts = [Example.model_validate_json(line).text for line in lines]
        near = resembling(texts, pairs, service.encoder, NEAR_A_PAIR)
        near |= resembling(texts, asked, service.encoder, NEAR)
        found += len(near)
        for row, (question, cosine) in near.items():
            print(f"{file}:{row + 1}: {cosine:.2f} {texts[row][:90]!r} ~ {question[:90]!r}")
        if chosen.drop and near:
            kept = [line for row, line in enumerate(lines) if row not in near]
            file.write_text("\n".join(kept) + "\n", "utf-8")
    print(f"{found} resemble a measuring question{', dropped' if chosen.drop else ''}")
    raise SystemExit(1 if found and not chosen.drop else 0)


def measuring(also: Sequence[Path] = ()) -> list[str]:
    """The texts of all questions that figures are taken from."""
    texts = [label.text for file in SETS.values() for label in load_labels(file)]
    for file in also:
        texts += [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines()]
    return texts


def negations() -> list[str]:
    """Both texts of each pair that differs in one fact."""
    pairs = map(json.loads, NEGATIONS.read_text("utf-8").splitlines())
    return [pair[side] for pair in pairs for side in ("text", "negated")]


def resembling(
    texts: Sequence[str], questions: Sequence[str], encoder: Encoder, limit: float
) -> dict[int, tuple[str, float]]:
    """By row of `texts`, the question it resembles and their cosine."""
    cosines = encoder.embed(texts) @ encoder.embed(questions).T
    asked = [runs(question) for question in questions]
    found = {}
    for row, own in enumerate(map(runs, texts)):
        shared = np.array([len(own & other) for other in asked])
        nearest = int(np.argmax(np.where(shared >= RUNS, 2.0, cosines[row])))
        if cosines[row, nearest] >= limit or shared[nearest] >= RUNS:
            found[row] = questions[nearest], float(cosines[row, nearest])
    return found


def runs(text: str) -> set[str]:
    """Every run of `WORDS` words in lower case."""
    words = re.findall(r"[\w%']+", text.lower())
    return {" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}


if __name__ == "__main__":
    main()
