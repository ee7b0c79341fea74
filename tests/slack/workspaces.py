"""The bot as several workspaces have it: reached by HTTP, installed with a browser."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Engine

from bot.office import Office
from bot.service import Service
from bot.serving.endpoint import Endpoint
from bot.serving.intake import Web
from bot.serving.readiness import Readiness
from bot.settings import Settings
from bot.slack.answering import Answering
from bot.slack.app import make_app, open_workspaces
from bot.slack.house import House
from bot.slack.manifest import EVENTS_PATH, INSTALL_PATH, load_manifest
from bot.slack.workspaces import Workspaces
from bot.store.database import connect, migrate
from bot.store.sealing import new_key
from bot.store.store import Store
from tests.slack.stand_in import Person, SlackStandIn

ADDRESS = "https://bot.example.com"
MANIFEST = load_manifest().installed_from(ADDRESS).at(ADDRESS)


@dataclass
class Page:
    status: int
    body: str
    headers: dict[str, str]


@dataclass
class Browser:
    """Follows no redirect by itself, and keeps cookies. `url` is where the bot listens."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str) -> Page:
        parts = urlsplit(address)
        server = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        server.request("GET", path, headers={"Cookie": cookies} if cookies else {})
        answer = server.getresponse()
        body, headers = answer.read().decode(), {k.lower(): v for k, v in answer.getheaders()}
        server.close()
        given = re.match(r"([^=]+)=([^;]*)", headers.get("set-cookie", ""))
        if given:
            self.cookies[given[1]] = given[2]
        return Page(answer.status, body, headers)

    def begin(self) -> str:
        """Open the page to install from; where it leads."""
        page = self.get(INSTALL_PATH)
        assert page.status == 302
        return page.headers["location"]


@dataclass
class Bot:
    """The bot, running. `url` is where it listens."""

    url: str
    house: House
    engine: Engine

    @property
    def browser(self) -> Browser:
        return Browser(self.url)

    @property
    def workspaces(self) -> Workspaces:
        assert self.house.workspaces is not None
        return self.house.workspaces

    def install(self, admin: Person, **how: Any) -> Page:
        browser = self.browser
        return browser.get(admin.consents(browser.begin(), **how))


def several(slack: SlackStandIn, service: Service, database: str, **more: str) -> Settings:
    """The settings for several workspaces."""
    given = {name: value for name, value in slack.env().items() if name != "SLACK_BOT_TOKEN"}
    del given["SLACK_APP_TOKEN"]
    own = {"DATABASE_URL": database, "RUST_OR_NOT_DATA": str(service.settings.data)}
    return Settings.model_validate({"RUST_OR_NOT_TOKEN_KEYS": new_key(), **given, **own, **more})


@contextmanager
def running(
    slack: SlackStandIn, service: Service, settings: Settings, *, answers: bool = True
) -> Iterator[Bot]:
    """The bot over a database of its own, to which Slack sends its requests.

    Only one in a process answers posts; they lie in a file, whatever the database is.
    """
    engine = connect(settings.database)
    migrate(engine)
    office = Office(service, Store(engine), clock=slack.clock.now)
    house = House(office, settings, workspaces=open_workspaces(settings, engine))
    answering = ThreadPoolExecutor(8)
    app = make_app(house, answering)
    folder = TemporaryDirectory()
    if answers:
        work = Answering(house, app.client)
        house.posts.open(f"sqlite:///{folder.name}/work.db", work)
        work.ready.set()
    endpoint = Endpoint(app, Readiness(), slack.app.signing_secret)
    web = Web(endpoint, "127.0.0.1", 0)
    web.open()
    url = f"http://127.0.0.1:{web.port}"
    slack.use_http(f"{url}{EVENTS_PATH}")
    try:
        yield Bot(url, house, engine)
    finally:
        web.close()
        house.posts.close(10)
        answering.shutdown()
        engine.dispose()
        folder.cleanup()
