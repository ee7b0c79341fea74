"""Workspaces with documents of their own, each about an animal that nobody else writes of."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.advisor.question import Question
from bot.service import Service
from bot.settings import Settings
from knowledge.model import Intent
from tests.index.stand_ins import some_content

HANDBOOK = """# {animal} handbook

Our {animal} ledger must never stop, and Rust keeps its memory safe without a garbage collector.
"""


def small(service: Service, folder: Path, patch: pytest.MonkeyPatch, **changed: object) -> Service:
    """A bot with the same models, and a shared index of one article and one case study that is
    built in a moment; settings `changed` by their names."""
    patch.setattr("bot.service.load_content", lambda: some_content(folder))
    patch.setattr("bot.service.load_gates", list)
    data = folder / "data"
    data.mkdir(parents=True)
    (data / "models").symlink_to(service.settings.data / "models")
    own = with_models(service, service.settings.model_copy(update={"data": data, **changed}))
    own.build_index([])
    return own


def with_models(service: Service, settings: Settings) -> Service:
    """Another service that need not load the models anew."""
    own = Service(settings)
    own.__dict__.update(encoder=service.encoder, reader=service.reader)
    return own


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
