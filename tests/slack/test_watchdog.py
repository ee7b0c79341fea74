"""The socket is judged by what is heard on it, and by a clock that nobody sets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.metrics import REGISTRY
from bot.serving.intake import Sockets
from bot.serving.readiness import Readiness, Stage
from bot.serving.watchdog import SlackLine, Watchdog
from bot.slack.answering import open_posts
from bot.slack.app import make_app
from bot.slack.house import House
from tests.slack.stand_in import SlackStandIn, server_error

SECONDS = 30


class Phone:
    """A line on which things are heard when a test says so."""

    def __init__(self) -> None:
        self.said: object = None
        self.hung_up = 0

    def heard(self) -> object:
        return self.said

    def hang_up(self) -> None:
        self.hung_up += 1


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dog(phone: Phone, clock: Clock) -> Watchdog:
    return Watchdog(phone, silent_seconds=20, lost_seconds=300, clock=clock)


def pass_by(dog: Watchdog, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        clock.now += 1
        dog.look()


def test_while_something_is_heard_nothing_is_done(
    dog: Watchdog, phone: Phone, clock: Clock
) -> None:
    for ping in range(60):
        phone.said = ("session", ping)
        pass_by(dog, clock, 10)
    assert phone.hung_up == 0
    assert not dog.is_lost()


def test_a_connection_on_which_nothing_was_ever_heard_is_given_up(
    dog: Watchdog, phone: Phone, clock: Clock
) -> None:
    """slack_sdk by itself would wait for ever: it compares with the last answer."""
    pass_by(dog, clock, 20)
    assert phone.hung_up == 0
    pass_by(dog, clock, 1)
    assert phone.hung_up == 1


def test_each_silence_gets_its_time_before_the_next_attempt(
    dog: Watchdog, phone: Phone, clock: Clock
) -> None:
    pass_by(dog, clock, 100)
    assert phone.hung_up == 4


def test_a_long_silence_asks_for_a_new_process_until_slack_is_heard_again(
    dog: Watchdog, phone: Phone, clock: Clock
) -> None:
    readiness = Readiness()
    readiness.is_lost = dog.is_lost
    readiness.stage = Stage.READY
    pass_by(dog, clock, 300)
    assert readiness.alive
    pass_by(dog, clock, 1)
    assert not readiness.alive
    phone.said = "pong"
    pass_by(dog, clock, 1)
    assert readiness.alive


def test_a_process_that_starts_or_stops_is_not_called_dead(dog: Watchdog, clock: Clock) -> None:
    readiness = Readiness()
    readiness.is_lost = dog.is_lost
    pass_by(dog, clock, 1000)
    assert readiness.alive
    readiness.stage = Stage.STOPPING
    assert readiness.alive


# Against a real WebSocket


@pytest.fixture
def sockets(
    slack: SlackStandIn, house: House, warm: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sockets]:
    """Connected, and watched impatiently: slack_sdk itself would wait for five seconds."""
    monkeypatch.setattr("bot.serving.intake._PING_SECONDS", 1.0)
    answering = ThreadPoolExecutor(8)
    app = make_app(house, answering)
    open_posts(house, app.client).ready.set()
    sockets = Sockets(app, slack.app.app_token)
    sockets.watchdog = Watchdog(SlackLine(sockets.client), silent_seconds=2.5, lost_seconds=4)
    sockets.client.connect()
    slack.wait_connected()
    sockets.watchdog.start(0.1)
    yield sockets
    sockets.close()
    house.posts.close(10)
    answering.shutdown()


def silences() -> float:
    return REGISTRY.get_sample_value("rust_or_not_socket_silences_total") or 0.0


def test_a_socket_that_falls_silent_is_replaced_and_questions_are_answered_again(
    slack: SlackStandIn, sockets: Sockets
) -> None:
    before = silences()
    slack.sockets.fall_silent()
    slack.wait_for(lambda: slack.sockets.opened >= 2, SECONDS)
    assert silences() >= before + 1
    ada = slack.add_user("ada")
    asked = ada.mentions_bot(slack.add_channel("general", ada), "Should we use Rust for a parser?")
    assert slack.wait_for(lambda: slack.replies(asked), SECONDS)
    assert not sockets.watchdog.is_lost()


def test_while_slack_cannot_be_reached_the_process_is_lost_and_then_found(
    slack: SlackStandIn, sockets: Sockets
) -> None:
    slack.faults.add("apps.connections.open", server_error(503), times=1000)
    slack.sockets.drop()
    until(sockets.watchdog.is_lost)
    slack.faults.clear()
    slack.wait_for(lambda: slack.sockets.opened >= 2, SECONDS)
    until(lambda: not sockets.watchdog.is_lost())


def until(is_so: object) -> None:
    """Wait for something that the stand-in does not see."""
    pause = threading.Event()
    for _ in range(SECONDS * 20):
        if is_so():  # type: ignore[operator]
            return
        pause.wait(0.05)
    raise AssertionError("it never was so")
