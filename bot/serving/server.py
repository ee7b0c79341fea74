"""One serving process, from its settings to its end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NoReturn

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from sqlalchemy.exc import SQLAlchemyError

from bot.advisor.question import ask
from bot.durable.work import DurableWork
from bot.logs import get_logger
from bot.metrics import CONNECTED, QUEUE, REGISTRY, TEAM_INDEXES, SnapshotCollector
from bot.office import Office
from bot.serving.clock import earlier
from bot.serving.endpoint import Endpoint
from bot.serving.following import Following
from bot.serving.intake import Sockets, Web
from bot.serving.needs import Mode, mode_of
from bot.serving.readiness import Readiness, Stage
from bot.settings import Settings
from bot.slack import interrupted, leaving
from bot.slack.answering import open_posts
from bot.slack.app import make_app, open_house
from bot.slack.house import House
from bot.slack.identity import SlackRefused, identify, refused
from bot.slack.workspaces import NotInstalled

log = get_logger(__name__)

DRAIN_SECONDS = 7
"""How long answers under way may take once a stop was asked for; `docker stop` waits ten."""

_LISTENING = 64
"""Commands, clicks and forms under way at one time: most of it is waiting for Slack. One that finds
no thread is acknowledged too late."""

_ROUNDS_SECONDS = 3600
_UNSTICK_SECONDS = 5
_DAY = 24 * 3600
_POSTS_SECONDS = _DAY
"""How long an answered post is known again; Slack sends one again for some minutes."""


def serve(settings: Settings, host: str, port: int | None) -> bool:
    """Serve until SIGTERM or SIGINT; whether every answer under way was finished by then.

    Socket Mode opens a port, for health checks only, where one is given; and for installing, where
    several workspaces do. Raises `SlackRefused`, `KeyFault`, `SnapshotError`, `ModelUnavailable`,
    `OSError`.
    """
    mode, readiness = mode_of(settings), Readiness()
    answering = ThreadPoolExecutor(_LISTENING, "answer")
    house = open_house(settings)
    app = make_app(house, answering)
    REGISTRY.register(SnapshotCollector(lambda: house.office.service.serving))
    CONNECTED.set_function(lambda: readiness.report()[0])
    TEAM_INDEXES.set_function(lambda: len(house.office.service.teams.opened))
    QUEUE.set_function(lambda: house.posts.lanes.total)
    following = Following(house.office.service)
    web = sockets = None
    with _stopped_by_signals():
        try:
            posts = open_posts(house, app.client)
            if mode is Mode.HTTP or settings.several or port is not None:
                secret = settings.slack_signing_secret if mode is Mode.HTTP else None
                signing = secret.get_secret_value() if secret else None
                endpoint = Endpoint(app, readiness, signing)
                web = Web(endpoint, host, 3000 if port is None else port)
                web.open()
                log.info("listening", host=host, port=web.port)
            who = _who(house, app)
            following.start()
            warm(house.office)
            posts.ready.set()
            if mode is Mode.SOCKET and settings.slack_app_token is not None:
                sockets = Sockets(app, settings.slack_app_token.get_secret_value())
                readiness.is_connected = sockets.client.is_connected
                readiness.is_lost = sockets.watchdog.is_lost
                _connect(sockets)
                sockets.watchdog.start()
            readiness.stage = Stage.READY
            snapshot = house.office.service.advisor.desk.snapshot.id
            interrupted.tell(settings.data, lambda team: _client(house, app, team))
            log.info("ready", mode=str(mode), team=who, snapshot=snapshot)
            _rounds(house, settings, app.client)
        except KeyboardInterrupt:
            pass  # the way to stop
        finally:
            readiness.stage = Stage.STOPPING
            following.stop()
            ways = [way for way in (sockets, web) if way is not None]
            finished = _close(ways, answering, house.posts)
    if finished:
        log.info("stopped")
    else:
        log.warning("stopped with answers unfinished", seconds=DRAIN_SECONDS)
    return finished


def warm(office: Office) -> None:
    """Load the models and the index, and answer once, so that the first person does not wait.

    Raises `SnapshotError`, `ModelUnavailable`.
    """
    office.service.advisor.answer(ask("Should we use Rust for our parser in C?"))


def _who(house: House, app: App) -> str:
    """Whom the bot serves, in a word for the log. Raises `SlackRefused`."""
    if house.workspaces is None:
        return identify(app.client).team_name
    return f"{len(house.workspaces.installations.workspaces())} workspaces"


def _client(house: House, app: App, team: str) -> WebClient | None:
    """A client for a workspace, if it is one that the bot serves."""
    try:
        if house.workspaces is not None:
            return house.workspaces.client(team)
        return app.client if identify(app.client).team == team else None
    except (NotInstalled, SlackRefused) as error:
        log.info("a workspace is not served", error=type(error).__name__)
        return None


def _connect(sockets: Sockets) -> None:
    try:
        sockets.client.connect()
    except (SlackClientError, OSError) as error:
        raise refused(error, "SLACK_APP_TOKEN") from error


def _rounds(house: House, settings: Settings, client: WebClient) -> NoReturn:
    """Delete what is older than it is to be kept and what is left of those who left, and renew
    tokens, now and each hour; take up what got stuck."""
    while True:
        _forget(house, settings, client)
        if house.workspaces is not None:
            house.workspaces.renew()
        _finish(house, client)
        if house.posts.stuck.wait(_ROUNDS_SECONDS):
            _unstick(house.posts)


def _forget(house: House, settings: Settings, client: WebClient) -> None:
    """By Slack's date, where ours is ahead of it. That Slack does not tell it, or that the database
    cannot be written, is no reason to stop answering."""
    try:
        now = earlier(house.office.clock(), client.api_test().headers)
        house.posts.forget_before(now - _POSTS_SECONDS)
        gone = house.office.store.forget_before(now - settings.keep_days * _DAY)
    except Exception as error:  # noqa: BLE001 (what slack_sdk makes of garbage is of any kind)
        log.error("nothing deleted this time", error=type(error).__name__)
    else:
        if gone:
            log.info("deleted what was kept long enough", assessments=gone)


def _finish(house: House, client: WebClient) -> None:
    try:
        leaving.finish(house, client)
    except SQLAlchemyError as error:
        log.error("not known who has left", error=type(error).__name__)


def _unstick(posts: DurableWork) -> None:
    """Take up again what could not be noted on the disk, as soon as that can be written."""
    while posts.stuck.is_set():
        threading.Event().wait(_UNSTICK_SECONDS)
        try:
            posts.reopen(DRAIN_SECONDS)
        except (SQLAlchemyError, OSError) as error:
            log.error("the work cannot be read", error=type(error).__name__)
        else:
            log.info("took up again what was stuck")


def _close(
    ways: Sequence[Sockets | Web], answering: ThreadPoolExecutor, posts: DurableWork
) -> bool:
    """Take nothing more and finish the answers under way; whether that was done in time.

    What is not finished stays on the disk for the next process. A second signal ends the waiting.
    """
    done = []

    def finish() -> None:
        done.append(posts.close(DRAIN_SECONDS))
        answering.shutdown()

    waiting = threading.Thread(target=finish, daemon=True)
    try:
        log.info("stopping")
        for way in ways:
            way.close()
        waiting.start()
        waiting.join(DRAIN_SECONDS + 2)
    except KeyboardInterrupt:
        return False
    return not waiting.is_alive() and all(done)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """SIGTERM raises `KeyboardInterrupt` in the main thread, as SIGINT does."""

    def stop(_number: int, _frame: object) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
