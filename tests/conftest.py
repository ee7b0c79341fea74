"""What the tests share: the real models, exported once, and an index of the real content."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.service import Service, prepare_models
from bot.settings import Settings
from index.encoder import OnnxEncoder

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with models from the data folder of the checkout, and snapshots of their own."""
    chosen = Settings.model_validate({"RUST_OR_NOT_DATA": ROOT / ".data"})
    prepare_models(chosen)
    data = tmp_path_factory.mktemp("data")
    (data / "models").symlink_to(chosen.data / "models")
    return chosen.model_copy(update={"data": data})


@pytest.fixture(scope="session")
def encoder(settings: Settings) -> OnnxEncoder:
    return OnnxEncoder(settings.encoder_folder)


@pytest.fixture(scope="session")
def service(settings: Settings) -> Service:
    """The whole bot over the packaged content."""
    ready = Service(settings)
    ready.build_index([])
    return ready


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("SLACK_", "RUST_OR_NOT_")):
            monkeypatch.delenv(name)
