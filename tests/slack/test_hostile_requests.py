"""Whatever is sent to the web side: no server error, nothing done, nothing of it in the log."""

from __future__ import annotations

import http.client
import io
import json
import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import BoltRequest
from sqlalchemy import Engine, text

from bot import logs
from bot.office import Office
from bot.service import Service
from bot.serving.endpoint import EVENTS_PATH, MOST_BYTES, Endpoint
from bot.serving.intake import Web
from bot.serving.patience import MOST_HEADER_BYTES, Impatient
from bot.serving.readiness import Readiness, Stage
from bot.settings import Settings
from bot.slack.answering import open_posts
from bot.slack.app import make_app
from bot.slack.house import House
from bot.slack.manifest import load_manifest
from bot.slack.shape import Malformed, checked
from bot.store.database import connect, migrate
from bot.store.store import Store
from tests.slack.hostile import GONE, MARK, VALUES, bodies, changed, content_types, paths_of, trees
from tests.slack.stand_in import NotPossible, SlackStandIn
from tests.slack.stand_in.http_mode import encode, signed_headers

PATHS = (EVENTS_PATH, "/", "/healthz", "/readyz", "/metrics", "/slack/install", "/a/../../etc", "*")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "ZYZZYVA")
SECONDS = 30
FORM = "application/x-www-form-urlencoded"

Recorded = list[tuple[str, dict[str, Any]]]
few = settings(max_examples=60, deadline=None)


@dataclass
class Fortress:
    """A served bot with its log and database, and a Slack whose requests are known."""

    slack: SlackStandIn
    port: int
    log: io.StringIO
    engine: Engine

    def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, body, headers)
            return connection.getresponse().status
        except (BrokenPipeError, ConnectionResetError):  # closed while a large body was sent
            return 413
        finally:
            connection.close()

    def signed(self, body: str, content_type: str) -> int:
        signing = signed_headers(body, self.slack.app.signing_secret)
        return self.ask(
            "POST", EVENTS_PATH, body.encode(), {**signing, "Content-Type": content_type}
        )

    def raw(self, sent: bytes, seconds: float = SECONDS) -> bytes:
        """What comes back for these bytes, until the connection is closed."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(sent)
            got = bytearray()
            with suppress(ConnectionResetError):
                while chunk := line.recv(4096):
                    got += chunk
            return bytes(got)

    def done(self) -> tuple[int, int]:
        """What the bot asked of Slack, who it is itself aside, and what it keeps."""
        asked = [call for call in self.slack.calls() if call.method != "auth.test"]
        return len(asked), self.kept()

    def kept(self) -> int:
        with self.engine.connect() as connection:
            return int(connection.execute(text("select count(*) from assessments")).scalar_one())


@pytest.fixture(scope="module")
def fortress(
    service: Service, warm: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fortress]:
    manifest = load_manifest().at("https://bot.example.com").as_data()
    handlers, level = logging.root.handlers[:], logging.root.level
    with SlackStandIn(manifest=manifest) as slack:
        place = tmp_path_factory.mktemp("fortress") / "bot.db"
        own = {**slack.env(), "DATABASE_URL": f"sqlite:///{place}"}
        chosen = Settings.model_validate({**own, "RUST_OR_NOT_DATA": str(service.settings.data)})
        engine = connect(chosen.database)
        migrate(engine)
        answering, readiness = ThreadPoolExecutor(8), Readiness()
        readiness.stage = Stage.READY
        house = House(Office(service, Store(engine)), chosen)
        app = make_app(house, answering)
        open_posts(house, app.client).ready.set()
        web = Web(Endpoint(app, readiness, slack.app.signing_secret), "127.0.0.1", 0)
        log = io.StringIO()
        logs.configure(stream=log)
        web.open()
        slack.use_http(f"http://127.0.0.1:{web.port}{EVENTS_PATH}")
        yield Fortress(slack, web.port, log, engine)
        web.close()
        house.posts.close(10)
        answering.shutdown()
        engine.dispose()
    logging.root.handlers[:], logging.root.level = handlers, level
    logs.be_careful()
    holds_nothing(log.getvalue(), MARK, slack.bot_token, slack.app.signing_secret)


def holds_nothing(said: str, *words: str) -> None:
    """Every line of the log is JSON, and none holds a word of a request or a secret."""
    assert said
    assert all("event" in json.loads(line) for line in said.splitlines())
    assert [word for word in words if word in said] == []


@pytest.fixture(scope="module")
def recorded(fortress: Fortress) -> Recorded:
    """One of each kind of request that Slack sends, as the app got it."""
    slack = fortress.slack
    ada = slack.add_user("ada", is_admin=True)
    general = slack.add_channel("general", ada)
    asked = ada.mentions_bot(general, "Should we use Rust for our parser in C, which crashes?")
    reply = slack.wait_for(lambda: slack.replies(asked), SECONDS)[0]
    ada.writes_dm("hello")
    ada.opens_home()
    ada.slash("/rust-or-not", "help", general)
    ada.slash("/rust-or-not", "", general)
    slack.wait_for(lambda: slack.modal(ada), SECONDS)
    ada.submits()
    for action in ("what_if", "sources", "refine"):
        with suppress(NotPossible):
            ada.clicks(reply, action)
    ada.clicks(reply, "vote", "negative")
    ada.uses_message_shortcut("assess_message", asked)
    ada.uses_global_shortcut("open_form")
    ada.slash("/rust-or-not", "channel", general)
    slack.wait_for(lambda: slack.modal(ada), SECONDS)
    ada.submits()
    slack.settle()
    kinds = {}
    for one in slack.envelopes:
        found = one.payload.get("event") or one.payload
        kinds[one.kind, found.get("type"), str(found.get("view", {}).get("callback_id"))] = one
    return [(one.kind, one.payload) for one in kinds.values()]


# What nobody signed


@few
@given(
    method=st.sampled_from(METHODS),
    path=st.sampled_from(PATHS),
    body=bodies,
    kind=content_types,
    signature=st.text(max_size=30),
)
def test_what_nobody_signed_is_refused_and_does_nothing(
    method: str, path: str, body: bytes, kind: str, signature: str, fortress: Fortress
) -> None:
    before = fortress.done()
    forged = signature.encode("ascii", "replace").decode().translate({10: "", 13: "", 0: ""})
    at = {"X-Slack-Request-Timestamp": forged, "X-Slack-Signature": forged, "Content-Type": kind}
    status = fortress.ask(method, path, body, at)
    if path == EVENTS_PATH and method == "POST":
        assert status in (400, 401, 413)
    else:
        assert status in (200, 400, 404, 413)
    assert fortress.done() == before


# What is signed, and wrong


@few
@given(
    body=bodies.map(lambda body: body.decode("utf-8", "replace")) | trees.map(json.dumps),
    kind=content_types,
)
def test_signed_rubbish_is_refused(body: str, kind: str, fortress: Fortress) -> None:
    before = fortress.done()
    assert fortress.signed(body, kind) in (200, 400, 404, 413)
    assert fortress.done() == before


def test_every_field_with_every_wrong_value_is_refused_or_understood(recorded: Recorded) -> None:
    """What passes the check is something that Bolt can take apart: it would fail with a 500."""
    refused = understood = 0
    for _, payload in recorded:
        checked(payload)
        for path in paths_of(payload):
            for value in VALUES[:11]:
                try:
                    BoltRequest(body=checked(changed(payload, path, value)), mode="socket_mode")
                    understood += 1
                except Malformed:
                    refused += 1
    assert min(refused, understood) > 500


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_request_with_one_wrong_field_is_no_server_error(
    data: st.DataObject, fortress: Fortress, recorded: Recorded
) -> None:
    kind, payload = data.draw(st.sampled_from(recorded))
    path = data.draw(st.sampled_from(list(paths_of(payload))))
    value = data.draw(st.sampled_from(VALUES))
    if kind == "slash_commands" and not isinstance(value, str | type(GONE)):
        value = str(value)
    wrong = changed(payload, path, value)
    with suppress(UnicodeEncodeError):  # a form cannot hold half a character
        assert fortress.signed(*encode(kind, wrong)) in (200, 400, 404)
    assert fortress.kept() > 0


def test_a_command_may_hold_the_word_payload(fortress: Fortress) -> None:
    """Bolt by itself takes a form with this word in it for a click, and loses the question."""
    slack = fortress.slack
    bob = slack.add_user("bob")
    room = slack.add_channel("room", bob)
    bob.slash("/rust-or-not", "Should our C payload parser, which crashes, be in Rust?", room)
    drafts = slack.wait_for(lambda: slack.ephemerals(bob), SECONDS)
    assert "Rust" in drafts[0].text


# HTTP itself


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (b"\x16\x03\x01\x02\x00\x01zyzzyva\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\n\r\n", b"400"),
        (b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: zyzzyva\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzyzzyva\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA: " + b"z" * MOST_HEADER_BYTES, b"400"),
        (
            b"GET /healthz HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade, close"
            b"\r\n\r\n",
            b"200",
        ),
    ],
    ids=["TLS", "no host", "length", "chunks", "long header", "websocket"],
)
def test_what_is_no_proper_http_is_refused(fortress: Fortress, sent: bytes, answer: bytes) -> None:
    assert fortress.raw(sent).split(b" ", 2)[1:2] in ([answer], [])


def test_a_body_is_read_to_the_limit_and_no_further(fortress: Fortress) -> None:
    head = f"POST {EVENTS_PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    large = f"{head}Content-Length: {2**40}\r\n\r\n".encode()
    assert b" 413 " in fortress.raw(large + b"z" * (MOST_BYTES + 1))


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /slack/events HTTP/1.1\r\nHost: ",
        b"POST /slack/events HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nzyzz",
    ],
    ids=["nothing", "half a header", "half a body"],
)
def test_whoever_is_slow_is_let_go(
    fortress: Fortress, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Impatient, "seconds", 0.2)
    began = time.monotonic()
    fortress.raw(sent)
    assert time.monotonic() - began < 5


def test_a_byte_now_and_then_buys_no_time(
    fortress: Fortress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Impatient, "seconds", 0.3)
    with socket.create_connection(("127.0.0.1", fortress.port), timeout=SECONDS) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nA: ")
        line.settimeout(0.05)
        until = time.monotonic() + SECONDS
        closed = False
        while not closed and time.monotonic() < until:
            try:
                line.sendall(b"z")
                closed = line.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                closed = True
        assert closed


@pytest.mark.parametrize("name", ["x-slack-signature", "x-slack-request-timestamp", "cookie"])
def test_a_header_that_is_no_utf8_is_refused_like_any_other(name: str, fortress: Fortress) -> None:
    with closing(
        http.client.HTTPConnection("127.0.0.1", fortress.port, timeout=SECONDS)
    ) as connection:
        connection.request("POST", EVENTS_PATH, b"{}", {name: b"\x80\xff"})
        assert connection.getresponse().status == 401


@pytest.mark.parametrize("part", ["event", "view", "actions", "message"])
def test_a_part_that_is_nothing_is_refused(part: str, fortress: Fortress) -> None:
    assert fortress.signed(json.dumps({"type": None, part: None}), "application/json") == 400
