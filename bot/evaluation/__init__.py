"""Measures answers against the project's own labelled questions, which nothing is trained on."""

from pathlib import Path

QUESTIONS = Path(__file__).resolve().parent / "questions.jsonl"
