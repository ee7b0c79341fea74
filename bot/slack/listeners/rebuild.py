"""Rebuilding the index from Slack: for admins, one at a time, watched in one message."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.building import folders_of
from bot.logs import get_logger
from bot.rebuilding import Outcome, Rebuilding
from bot.slack.blocks.message import Message
from bot.slack.blocks.rebuild import (
    busy_message,
    failure_message,
    is_private,
    progress_message,
    report_message,
    told_of,
)
from bot.slack.builds import START, Build
from bot.slack.errors import Declined, notice, truthfully
from bot.slack.home import publish
from bot.slack.house import House
from bot.slack.interrupted import UnderWay, note
from bot.slack.listeners.history import permalink
from bot.slack.posting import change, post_directly
from bot.slack.request import Request
from bot.slack.rights import may_rebuild, may_rebuild_own
from knowledge.wording import load_rebuild_wording

log = get_logger(__name__)

PACE_SECONDS = 1.0
"""Between two updates of the message: https://docs.slack.dev/apis/web-api/rate-limits"""


def rebuild(request: Request) -> bool:
    """Start a rebuild if this person may and none runs; returns whether one was started.

    The work is done in a thread of its own, and its progress stands in the person's direct
    messages: it names documents and past questions.
    """
    house, client, team, user = request.house, request.client, request.team, request.user
    wording = load_rebuild_wording()
    notices = house.notices.model_copy(update={"failed": wording.failed.other})
    with truthfully(notices, request.tell, "rebuild"):
        whole = may_rebuild(house.settings, client, team, user)
        if not whole and not may_rebuild_own(
            house.settings, client, team, user, house.office.service.teams
        ):
            shared = house.workspaces is not None and not house.office.service.teams.exists(team)
            raise Declined(wording.refused_several if shared else wording.refused)
        build = Build(team, user, house.office.clock(), whole)
        running = house.builds.begin(build)
        if running is not None:
            request.tell(busy_message(running, team, house.builds.progress))
            return False
        try:
            where = post_directly(client, user, progress_message(START))
            noted = note(house.settings.data, UnderWay(team=team, channel=where[0], ts=where[1]))
            run = Run(house, client, build, where, noted)
            threading.Thread(target=run, name="rebuild", daemon=True).start()
        except BaseException:
            house.builds.end()
            raise
        if request.way.channel not in ("", where[0]):
            request.tell(notice(wording.started))
        return True
    return False


class Run:
    """One rebuild with its message. `where` is the message's channel and `ts`; `done` is called
    when it says what came of it."""

    def __init__(
        self,
        house: House,
        client: WebClient,
        build: Build,
        where: tuple[str, str],
        done: Callable[[], None],
    ) -> None:
        self._house, self._client, self._where, self._done = house, client, where, done
        self._team, self._user, self._whole = build.team, build.user, build.whole

    def __call__(self) -> None:
        log.info("rebuild started", team=self._team, whole=self._whole)
        try:
            publish(self._house, self._client, self._team, self._user)
            said = self._result(self._watched())
        finally:
            self._house.builds.end()
        self._say(said)
        self._done()
        publish(self._house, self._client, self._team, self._user)

    def _watched(self) -> Future[Outcome]:
        """The build, done; the message was brought up to date meanwhile."""
        builds = self._house.builds
        work = Rebuilding(self._house.office, self._team, builds.report, whole=self._whole)
        future = _started(work)
        shown = START
        while not wait([future], PACE_SECONDS).done:
            now = builds.progress
            if now == shown:
                continue
            shown = now
            try:
                change(self._client, *self._where, progress_message(now))
            except (SlackClientError, OSError) as error:
                log.warning("progress not shown", error=type(error).__name__)
        return future

    def _result(self, future: Future[Outcome]) -> Message:
        """What came of it; a failure in words of our own, with a reference for the log."""
        try:
            outcome = future.result()
            message = report_message(outcome, self._links(outcome))
        except Exception as error:
            reference = secrets.token_hex(4)
            log.exception("rebuild failed", reference=reference)
            return failure_message(error, reference, self._folders())
        log.info("rebuilt", snapshot=outcome.report.snapshot, switched=outcome.report.switched)
        return message

    def _folders(self) -> list[Path]:
        """What the build reads, to name what is not there."""
        service = self._house.office.service
        own = self._team if service.teams.exists(self._team) else ""
        roots = [service.teams.docs.root] if self._whole and service.teams.docs else []
        return [*folders_of(service, own), *roots]

    def _links(self, outcome: Outcome) -> dict[str, str | None]:
        """Where the replies stand that would say otherwise now, so that somebody can go there."""
        listed = told_of(outcome.verdicts) if outcome.verdicts else []
        kept = [one.before for one in listed if not is_private(one.before)]
        return {one.id: permalink(self._client, one) for one in kept}

    def _say(self, message: Message) -> None:
        """In place of the progress, or below it where that is not possible any more."""
        try:
            change(self._client, *self._where, message)
        except (SlackClientError, OSError):
            try:
                post_directly(self._client, self._user, message)
            except (SlackClientError, OSError) as error:
                log.error("could not tell of a rebuild", error=type(error).__name__)


def _started(work: Callable[[], Outcome]) -> Future[Outcome]:
    """The work in a thread that does not hold up the end of the process: a build that is cut off
    leaves the snapshot before in place."""
    future: Future[Outcome] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed on to whoever waits
            future.set_exception(error)

    threading.Thread(target=run, name="build", daemon=True).start()
    return future
