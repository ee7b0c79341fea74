"""What the tests share: the real models, exported once, and an index of the real content."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.service import Service, prepare_models
from bot.settings import Settings
from index.encoder import OnnxEncoder
from index.snapshot import SnapshotError
from index.store import SnapshotStore
from tests.objects import ObjectStore
from tests.postgres import NoServer, Postgres

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
    _borrow_vectors(settings)
    ready = Service(settings)
    ready.build_index([])
    return ready


def _borrow_vectors(settings: Settings) -> None:
    """Let the build start from the checkout's own snapshot: only what differs is embedded anew."""
    theirs, ours = SnapshotStore(ROOT / ".data" / "snapshots"), SnapshotStore(settings.snapshots)
    name = theirs.current_id()
    with suppress(OSError, SnapshotError):
        if name is not None:
            shutil.copytree(theirs.path(name), ours.path(name))
            ours.switch(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started when first needed. With `CI` set, no test may do without."""
    try:
        server = Postgres()
    except NoServer as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NOT TRIED ON POSTGRESQL: {missing}")
    yield server
    server.close()


@pytest.fixture(scope="session")
def objects() -> Iterator[ObjectStore]:
    """An object store that speaks S3, started when first needed."""
    store = ObjectStore()
    yield store
    store.close()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("SLACK_", "RUST_OR_NOT_")):
            monkeypatch.delenv(name)
