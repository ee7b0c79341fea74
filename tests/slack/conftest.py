"""A workspace, the bot's own house with a fresh database, and the app connected to both."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from slack_bolt import App

from bot.advisor.question import ask
from bot.durable import work
from bot.office import Office
from bot.service import Service
from bot.serving.intake import Sockets
from bot.settings import Settings
from bot.slack.answering import open_posts
from bot.slack.app import make_app
from bot.slack.house import House
from bot.slack.manifest import load_manifest
from bot.store.database import connect, migrate
from bot.store.store import Store
from tests.slack.stand_in import SlackStandIn


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    """Slack with the app of the manifest installed; in the end the app has broken no rule."""
    with SlackStandIn(manifest=load_manifest().as_data()) as slack:
        yield slack
        assert slack.complaints == [], slack.story()


@pytest.fixture
def slack_settings(slack: SlackStandIn, service: Service, tmp_path: Path) -> Settings:
    """The settings with which the app finds the stand-in, and an empty database."""
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}"}
    data = {"RUST_OR_NOT_DATA": str(service.settings.data)}
    return Settings.model_validate({**slack.env(), **database, **data})


@pytest.fixture
def house(slack_settings: Settings, service: Service) -> Iterator[House]:
    """The models and the index of the whole session, and a database of this test's own."""
    engine = connect(slack_settings.database)
    migrate(engine)
    yield House(Office(service, Store(engine)), slack_settings)
    engine.dispose()


@pytest.fixture
def app(slack: SlackStandIn, house: House) -> Iterator[App]:
    """The app, connected to the stand-in by Socket Mode."""
    answering = ThreadPoolExecutor(8)
    app = make_app(house, answering)
    open_posts(house, app.client).ready.set()
    sockets = Sockets(app, slack.app.app_token)
    sockets.client.connect()
    slack.wait_connected()
    yield app
    sockets.close()
    house.posts.close(10)
    answering.shutdown()


@pytest.fixture(scope="session")
def warm(service: Service) -> None:
    """The models are loaded, so that no test waits for that."""
    service.advisor.answer(ask("Should we use Rust for a parser?"))


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_work() -> Iterator[None]:
    """Posts are looked for so often that what is quiet for a moment has nothing left to do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "_POLL_SECONDS", 0.03)
        yield
