"""Whoever addressed the bot gets an answer or a truthful sentence; the log has the rest."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from slack_bolt import BoltResponse
from slack_sdk.errors import SlackApiError

from bot.advisor.question import QuestionError
from bot.logs import get_logger
from bot.metrics import ERRORS
from bot.slack.blocks.kit import escape, section
from bot.slack.blocks.reply import Message
from index.reference_model import ModelUnavailable
from index.snapshot import SnapshotError
from knowledge.wording import NoticeWording

log = get_logger(__name__)

_TOO_LATE = {"expired_trigger_id", "exchanged_trigger_id", "trigger_expired"}
"""What `views.open` says more than three seconds after the click."""


class Declined(Exception):
    """What a person asks for is not to be had. The words are the reviewed sentence that says so."""


def notice(text: str) -> Message:
    """A sentence of the bot's own as a message; `text` is escaped here."""
    return Message([section(escape(text))], escape(text))


@contextmanager
def truthfully(
    notices: NoticeWording, tell: Callable[[Message], object], what: str
) -> Iterator[None]:
    """Run a listener's work; where it fails, `tell` the person why, or give a reference.

    Never the words of an exception: they may hold what a person wrote, a path or a token.
    """
    try:
        yield
    except Declined as declined:
        _tell(tell, notice(str(declined)), what)
    except QuestionError as error:
        _tell(tell, notice(notices.refused_question.format(reason=str(error).rstrip("."))), what)
    except (SnapshotError, ModelUnavailable):
        ERRORS.labels(what).inc()
        log.exception("not ready", what=what)
        _tell(tell, notice(notices.not_ready), what)
    except Exception as error:
        if isinstance(error, SlackApiError) and error.response.get("error") in _TOO_LATE:
            log.warning("too late", what=what, error=error.response.get("error"))
            _tell(tell, notice(notices.too_late), what)
            return
        ERRORS.labels(what).inc()
        reference = secrets.token_hex(4)
        log.exception("failed", what=what, reference=reference)
        _tell(tell, notice(notices.failed.format(reference=reference)), what)


def unexpected(error: Exception) -> BoltResponse:
    """What failed outside `truthfully`. Bolt's own handler would log the words of the error."""
    ERRORS.labels("listener").inc()
    log.error("a listener failed", exc_info=error)
    return BoltResponse(status=500)


def _tell(tell: Callable[[Message], object], message: Message, what: str) -> None:
    try:
        tell(message)
    except Exception:  # nobody is left who could be told
        log.exception("could not tell the person", what=what)
