"""A bot with a data folder of its own, for tests that change the index."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bot.advisor.question import ask
from bot.service import Service


def service_apart(service: Service, folder: Path) -> Service:
    """The same models, and the same snapshot in a folder that nobody else uses."""
    data = folder / "data"
    data.mkdir()
    (data / "models").symlink_to(service.settings.data / "models")
    current = service.store.current_id()
    assert current is not None
    settings = service.settings.model_copy(update={"data": data})
    own = Service(settings)
    shutil.copytree(service.store.path(current), own.store.path(current), copy_function=os.link)
    own.store.switch(current)
    own.__dict__.update(encoder=service.encoder, reader=service.reader)
    own.advisor.answer(ask("Should we use Rust for a parser?"))
    return own
