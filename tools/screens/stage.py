"""The app before an audience: a workspace with people in it, an index, a fresh database."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from bot.advisor.question import ask
from bot.office import Office
from bot.service import Service, prepare_models
from bot.serving.intake import Sockets
from bot.settings import Settings
from bot.slack.answering import open_posts
from bot.slack.app import make_app
from bot.slack.house import House
from bot.slack.manifest import load_manifest
from bot.store.database import connect, migrate
from bot.store.store import Store
from tests.slack.stand_in import Channel, Message, Person, SlackStandIn, View
from tools.screens.elements import Shown
from tools.screens.names import Names

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
OWN_DOCUMENT = """---
title: How we choose languages
url: https://wiki.acme.example/languages
kind: guidance
---
# How we choose languages

A new language needs two people who will answer for it at night.
"""


@dataclass(frozen=True)
class Stage:
    """Slack, the bot's house, two developers, an admin, their channel, and the team's documents."""

    slack: SlackStandIn
    house: House
    ada: Person
    bob: Person
    grace: Person
    channel: Channel
    documents: Path
    shown: Shown

    def until(self, what: Callable[[], T]) -> T:
        """Wait for something true."""
        return self.slack.wait_for(what, seconds=120.0)

    def answered(self, text: str, *, person: Person | None = None) -> tuple[Message, Message]:
        """A question in the channel, and the bot's reply to it once that is kept."""
        asked = (person or self.ada).mentions_bot(self.channel, text)
        return asked, self.replied(asked)

    def replied(self, asked: Message) -> Message:
        """The bot's first reply after a message."""
        found = self.until(lambda: [m for m in self.slack.replies(asked) if m.ts > asked.ts])[0]
        self.until(lambda: not self.slack.status(asked.channel, asked.thread_ts or asked.ts))
        self.slack.settle()
        return found

    def changed(self, message: Message, act: Callable[[], object]) -> None:
        """Do something that changes a message, and wait until it has."""
        before = message.blocks
        act()
        self.until(lambda: message.blocks != before)
        self.slack.settle()

    def whispered(self, person: Person, act: Callable[[], object]) -> Message:
        """Do something that is answered privately, and wait for the answer."""
        before = len(self.slack.ephemerals(person))
        act()
        self.until(lambda: self.slack.ephemerals(person)[before:])
        self.slack.settle()
        return self.slack.ephemerals(person)[-1]

    def opened(self, person: Person, act: Callable[[], object]) -> View:
        """Do something that opens a modal, and wait for it."""
        self.slack.world.modals.pop(person.id, None)
        act()
        found = self.until(lambda: self.slack.modal(person))
        self.slack.settle()
        return found

    def home(self, person: Person) -> View:
        before = len(self.slack.calls("views.publish"))
        person.opens_home()
        self.until(lambda: len(self.slack.calls("views.publish")) > before)
        self.slack.settle()
        return self.until(lambda: self.slack.home(person))


@contextmanager
def stage() -> Iterator[Stage]:
    """Everything up and running; it takes a few seconds."""
    with TemporaryDirectory() as folder, SlackStandIn(manifest=load_manifest().as_data()) as slack:
        service, documents = _service(slack, Path(folder))
        engine = connect(service.settings.database)
        migrate(engine)
        house = House(Office(service, Store(engine)), service.settings)
        answering = ThreadPoolExecutor(4)
        app = make_app(house, answering)
        open_posts(house, app.client).ready.set()
        sockets = Sockets(app, slack.app.app_token)
        sockets.client.connect()
        slack.wait_connected()
        ada, grace = slack.add_user("ada"), slack.add_user("grace", is_admin=True)
        bob = slack.add_user("bob")
        channel = slack.add_channel("platform", ada, bob, grace)
        shown = Shown(Names(lambda key: _name(slack, key), time.time()))
        yield Stage(slack, house, ada, bob, grace, channel, documents, shown)
        sockets.close()
        house.posts.close(10)
        answering.shutdown()
        engine.dispose()
        assert slack.complaints == [], slack.story()


def _service(slack: SlackStandIn, folder: Path) -> tuple[Service, Path]:
    """The bot with the models of the checkout and a team's document besides the packaged ones."""
    shared = Settings.model_validate({"RUST_OR_NOT_DATA": ROOT / ".data"})
    prepare_models(shared)
    documents = folder / "documents"
    documents.mkdir()
    (documents / "languages.md").write_text(OWN_DOCUMENT, encoding="utf-8")
    (folder / "models").symlink_to(shared.data / "models")
    if shared.snapshots.is_dir():  # what it holds need not be embedded again
        shutil.copytree(
            shared.snapshots, folder / "snapshots", symlinks=True, copy_function=os.link
        )
    settings = Settings.model_validate(
        {
            **slack.env(),
            "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
            "RUST_OR_NOT_DATA": folder,
        }
    ).model_copy(update={"docs": (documents,)})
    service = Service(settings)
    service.build_index([documents])
    service.advisor.answer(ask("Should we use Rust for a parser?"))
    return service, documents


def _name(slack: SlackStandIn, key: str) -> str:
    if key in slack.world.members:
        return slack.world.members[key].name
    return slack.world.channels[key].name if key in slack.world.channels else key
