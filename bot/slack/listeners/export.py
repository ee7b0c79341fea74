"""Export as ADR: the assessment as a file in its thread."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock

from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.adr import Record, record
from bot.advisor.advice import advice
from bot.slack.errors import Declined
from bot.slack.house import House
from bot.slack.ids import Action
from bot.slack.request import Request, heard
from bot.store.records import Assessment
from knowledge.wording.adr import Failures, load_adr_wording

_AGAIN_SECONDS = 60


class UploadFailed(Exception):
    """The file did not arrive. Says nothing of what was in it: slack_sdk's own error names it."""


class Uploads:
    """Records uploaded in the last minute: a second click on the same button adds nothing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._began: dict[str, float] = {}

    def begin(self, record: str, now: float) -> bool:
        """False where it was begun less than a minute before."""
        with self._lock:
            self._began = {key: at for key, at in self._began.items() if now - at < _AGAIN_SECONDS}
            if record in self._began:
                return False
            self._began[record] = now
            return True

    def fail(self, record: str) -> None:
        with self._lock:
            self._began.pop(record, None)


def register(app: App, house: House) -> None:
    uploads = Uploads()
    app.action(Action.EXPORT.value)(heard(house, "export", lambda asked: export(asked, uploads)))


def export(request: Request, uploads: Uploads) -> None:
    kept, wording = request.kept, load_adr_wording()
    if kept.answer.ring is None:
        raise Declined(wording.not_a_verdict)
    if kept.private:
        raise Declined(wording.share_first)
    key = f"{request.team}/{kept.id}/{kept.answer.receipt}"
    if not uploads.begin(key, request.house.office.clock()):
        raise Declined(wording.uploaded_already)
    try:
        made = record_of(request.house, kept)
        comment = wording.uploaded.format(date=made.review.isoformat())
        _upload(request.client, kept, made, comment, wording.failures)
    except Exception:
        uploads.fail(key)
        raise


def record_of(house: House, kept: Assessment) -> Record:
    """The record of a kept verdict, dated when it was asked for (UTC)."""
    desk, wording = house.office.advisor(kept.place.team).desk, load_adr_wording()
    day = datetime.fromtimestamp(kept.asked_at, UTC).date()
    extra = advice(kept.answer, desk.snapshot, wording)
    return record(kept.answer, extra, day, desk.checklist, desk.phrases, wording)


def _upload(
    client: WebClient, kept: Assessment, made: Record, comment: str, failures: Failures
) -> None:
    """Put the file into the thread. Raises `Declined` where the person can do something."""
    try:
        client.files_upload_v2(
            channel=kept.place.channel,
            thread_ts=kept.place.thread_ts,
            filename=made.name,
            title=made.name,
            content=made.text,
            initial_comment=comment,
        )
    except SlackApiError as error:
        code = str(error.response.get("error"))
        known = _causes(failures).get(code)
        if known is None:
            raise
        raise Declined(known) from error
    except SlackRequestError:
        raise UploadFailed from None


def _causes(failures: Failures) -> dict[str, str]:
    """By what Slack answers: https://docs.slack.dev/reference/methods/files.completeUploadExternal"""
    return {
        **dict.fromkeys(("missing_scope", "no_permission"), failures.missing_scope),
        **dict.fromkeys(("ratelimited", "rate_limited"), failures.ratelimited),
        **dict.fromkeys(("not_in_channel", "channel_not_found"), failures.not_in_channel),
        **dict.fromkeys(("storage_limit_reached", "file_uploads_disabled"), failures.storage),
    }
