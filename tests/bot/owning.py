"""Workspaces with documents of their own, each about an animal that nobody else writes of."""

from __future__ import annotations

from pathlib import Path

from bot.advisor.question import Question
from bot.service import Service
from knowledge.model import Intent

HANDBOOK = """# {animal} handbook

Our {animal} ledger must never stop, and Rust keeps its memory safe without a garbage collector.
"""


def handbook(root: Path, team: str, animal: str) -> Path:
    """Put a document of its own into a workspace's folder."""
    folder = root / team
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{animal}.md"
    file.write_text(HANDBOOK.format(animal=animal))
    return file


def said(service: Service, team: str, animal: str) -> str:
    """All that a workspace is answered when it asks about an animal."""
    question = Question(f"What does the {animal} ledger need from Rust?")
    return (
        service.advisor_of(team).answer(question, Intent.COST).model_dump_json(exclude={"question"})
    )


def all_text(folder: Path) -> bytes:
    """Every byte of every file under a folder."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return b"\n".join(file.read_bytes() for file in files)
