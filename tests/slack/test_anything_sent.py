"""What arrives may be old, broken or forged: nobody sees or changes what is another's, whoever is
there is told the truth, and logs hold none of it."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import App, BoltRequest, BoltResponse
from sqlalchemy import select

from bot import logs
from bot.advisor.thread import Thread
from bot.office import Office
from bot.service import Service
from bot.serving.intake import Sockets
from bot.settings import Settings
from bot.slack.answering import open_posts
from bot.slack.app import make_app
from bot.slack.house import House
from bot.slack.manifest import load_manifest
from bot.slack.way import Way
from bot.store import tables
from bot.store.database import connect, migrate
from bot.store.records import Assessment, Place
from bot.store.store import Store
from tests.slack.answers import assessed
from tests.slack.everything import ASKED, Day, Json, Sent
from tests.slack.stand_in import SlackStandIn
from tests.slack.test_manifest import listened

FOREIGN = "T0FOREIGN01"
HUSH = "hush-hush"
THEIRS = "the zebra of another workspace"
T = TypeVar("T")


class Inline(Executor):
    """Runs listeners before Bolt goes on, so that a test sees all that they did."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **more: Any) -> Future[T]:
        done: Future[T] = Future()
        done.set_result(fn(*args, **more))
        return done


class World:
    """A workspace in which everything was done once, and the app to send more to."""

    def __init__(self, slack: SlackStandIn, house: House, kept: list[Assessment]) -> None:
        self.slack, self.house, self.kept = slack, house, kept
        self.app = make_app(house, Inline())
        self.sent: dict[str, Sent] = {}
        self.rows: dict[str, list[Any]] = {}

    def send(self, payload: Json, app: App | None = None) -> BoltResponse:
        request = BoltRequest(body=payload, mode="socket_mode")
        return (app or self.app).dispatch(request)

    def team(self, team: str) -> list[Any]:
        """All that is kept of a workspace."""
        found = []
        with self.house.office.store._engine.connect() as connection:
            for table in (tables.assessments, tables.threads, tables.channels, tables.votes):
                query = select(table).where(table.c.team == team)
                found += [tuple(map(str, row)) for row in connection.execute(query)]
        return sorted(found)

    def restore(self) -> None:
        """What the payloads are about is there again, and another workspace's assessment."""
        for kept in self.kept:
            self.house.office.store.keep(kept)


@pytest.fixture(scope="module")
def world(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("anything")
    with SlackStandIn(manifest=load_manifest().as_data()) as slack:
        house = house_for(slack, service, folder)
        ada = slack.add_user("ada")
        general = slack.add_channel("general", ada)
        answering = ThreadPoolExecutor(8)
        app = make_app(house, answering)
        open_posts(house, app.client).ready.set()
        sockets = Sockets(app, slack.app.app_token)
        sockets.client.connect()
        slack.wait_connected()
        kept: dict[str, Assessment] = {}
        keep = house.office.store.keep

        def noting(one: Assessment, thread: Thread | None = None) -> None:
            kept[one.id] = one
            keep(one, thread)

        house.office.store.keep = noting  # type: ignore[method-assign]
        sent = Day(slack, ada, general).lives()
        house.office.store.keep = keep  # type: ignore[method-assign]
        sockets.close()
        answering.shutdown()
        assert slack.complaints == [], slack.story()
        made = World(slack, house, [*kept.values(), theirs(service)])
        made.sent = {one.name: one for one in sent}
        made.restore()
        yield made
        house.posts.close(10)


def house_for(slack: SlackStandIn, service: Service, folder: Path) -> House:
    env = {**slack.env(), "RUST_OR_NOT_DATA": str(service.settings.data)}
    own = Settings.model_validate({**env, "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}"})
    engine = connect(own.database)
    migrate(engine)
    return House(Office(service, Store(engine)), own)


def theirs(service: Service) -> Assessment:
    """What another workspace keeps."""
    place = Place(team=FOREIGN, channel="C0FOREIGN01", thread_ts="1.000001")
    found = assessed(service, f"Our {THEIRS} parses untrusted files. Should we use Rust?")
    return found.model_copy(update={"place": place, "id": "f" * 16, "reply_ts": "1.000002"})


def test_a_day_with_the_bot_uses_every_listener_there_is(world: World) -> None:
    heard = listened()
    names = set(world.sent)
    assert heard["action"] - names == {"vote_up", "vote_down"}  # where newer blocks are refused
    assert {f"form {name}" for name in heard["view"]} <= names
    events = heard["event"] - {"team_access_revoked"}  # only an organisation's: test_workspaces.py
    assert events | heard["global_shortcut"] | heard["message_shortcut"] <= names
    assert heard["command"] <= {name.split()[0] for name in names}


# Other workspaces


def moved(found: Any, before: str, after: str) -> Any:
    """A payload with one text in place of another."""
    return json.loads(json.dumps(found).replace(before, after))


def test_from_another_workspace_nothing_of_this_one_is_seen_or_changed(world: World) -> None:
    world.restore()
    ours, before = world.team(world.slack.team.id), len(world.slack.calls())
    for one in world.sent.values():
        if "command" not in one.payload and one.name not in ("app_mention", "message"):
            own_words = moved(one.payload, HUSH, "dear")
            world.send(moved(own_words, world.slack.team.id, FOREIGN))
            assert world.team(world.slack.team.id) == ours, one.name
            world.restore()
    said = json.dumps([call.args for call in world.slack.calls()[before:]], default=str)
    assert HUSH not in said


def test_an_id_of_another_workspace_opens_and_changes_nothing(world: World) -> None:
    """In every button and in every form of ours."""
    world.restore()
    foreign, before = world.team(FOREIGN), len(world.slack.calls())
    for kept in world.kept[:-1]:
        for one in world.sent.values():
            if kept.id in json.dumps(one.payload):
                world.send(moved(one.payload, kept.id, "f" * 16))
    assert world.team(FOREIGN) == foreign
    calls = world.slack.calls()[before:]
    assert len(calls) > 10
    assert THEIRS not in json.dumps([call.args for call in calls], default=str)


# Rubbish

ROUTING = {"type", "action_id", "callback_id", "command", "team", "team_id", "user", "user_id"} | {
    *("enterprise", "enterprise_id", "is_enterprise_install", "response_urls"),
}
"""What Bolt itself reads to find the listener: without it, nobody is addressed."""
FRAME = {"event", "actions", "authorizations", "view", "channel", 0}
"""What Bolt takes to be there; it is changed within."""
RUBBISH: tuple[Any, ...] = (
    *(None, "", 0, -1, True, 3.5, [], {}, [None], {"id": {}}, "null", "[]", '{"id": 5}'),
    *("x" * 20_000, "{" * 5_000, "<!channel> <@U0NOBODY>", "\x00\u202e", "\ud83d", "💥" * 3_000),
    *(json.dumps({"id": "f" * 16, "criterion": "cpu_bound"}), "vote_up:" + "f" * 16, "f" * 16),
    *(str(Way("C0FOREIGN01", "http://127.0.0.1:9/actions/x", "f" * 16)), "C0FOREIGN01", "1.000002"),
)
GONE = object()


def places(found: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each part of a payload that does not decide who hears it."""
    parts = found.items() if isinstance(found, dict) else enumerate(found)
    for name, part in parts:
        if name not in ROUTING:
            if name not in FRAME:
                yield (*at, name)
            if isinstance(part, (dict, list)):
                yield from places(part, (*at, name))


@st.composite
def broken(draw: st.DrawFn, sent: list[Sent]) -> tuple[str, Json]:
    one = draw(st.sampled_from(sent))
    payload = copy.deepcopy(one.payload)
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from(list(places(payload))))
        part: Any = payload
        for name in above:
            part = part[name]
        value = draw(st.sampled_from((*RUBBISH, GONE)))
        if value is GONE:
            del part[last]
        else:
            part[last] = value
    return one.name, payload


def test_whatever_is_in_a_payload_it_is_acknowledged_and_touches_nothing_of_others(
    world: World,
) -> None:
    sent = [world.sent[name] for name in sorted(world.sent)]
    foreign = world.team(FOREIGN)
    pings, before = len(world.slack.pings), len(world.slack.calls())

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(broken(sent))
    def check(case: tuple[str, Json]) -> None:
        name, payload = case
        if name in ("app_uninstalled", "tokens_revoked", "forget_me"):
            world.restore()
        answer = world.send(payload)
        assert answer.status == 200 or "event" in world.sent[name].payload, (name, answer.status)

    check()
    assert world.team(FOREIGN) == foreign
    calls = world.slack.calls()[before:]
    assert THEIRS not in json.dumps([call.args for call in calls], default=str)
    assert {ping.who for ping in world.slack.pings[pings:]}.isdisjoint({"channel", "U0NOBODY"})
    world.restore()
    assert world.send(world.sent["sources"].payload).status == 200


# Logs


class Failing:
    """Whatever is asked of it fails, with a secret in its words and in its variables."""

    def __getattr__(self, name: str) -> Any:
        secret = f"{HUSH} xoxb-1-secret"
        raise RuntimeError(f"{name}: {secret}")


@pytest.mark.parametrize("configured", [False, True])
@pytest.mark.parametrize("within", [False, True], ids=["before the listener", "in the listener"])
def test_where_every_listener_fails_no_output_holds_words_tokens_or_variables(
    configured: bool,
    within: bool,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    stream = io.StringIO()
    if configured:
        logs.configure("debug", stream=stream)
    office: Any = Failing()
    house = House(office, world.house.settings)
    app = make_app(house, Inline())
    if not within:
        monkeypatch.setattr("bot.slack.request.Request.of", Failing().__getattr__)
    for name, one in world.sent.items():
        if name not in ("app_mention", "message"):
            world.send(one.payload, app)
    if configured:
        logs.be_careful()
    said = "".join((stream.getvalue(), caplog.text, *capfd.readouterr()))
    assert "RuntimeError" in said
    assert HUSH not in said
    assert "xoxb-1-secret" not in said
    assert world.slack.bot_token not in said
    assert ASKED not in said
