"""Measures answers against labelled questions that nothing is trained on."""

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent

QUESTIONS = _FOLDER / "questions.jsonl"
"""Made up for this project, among them questions on each part of the content."""
PUBLIC = _FOLDER / "public.jsonl"
"""Situations that people described in public, in new words, each with its source. Two readers
labelled them apart: what they differ on is an accepted alternative or optional."""
SETS = {"own": QUESTIONS, "public": PUBLIC}
