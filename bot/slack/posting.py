"""Puts messages into Slack: links not unfurled, newer blocks replaced where they are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.logs import get_logger
from bot.metrics import posting
from bot.slack.blocks.fallback import plain_blocks
from bot.slack.blocks.kit import as_dicts
from bot.slack.blocks.reply import Message

log = get_logger(__name__)

Result = TypeVar("Result")

_GONE = 404
"""The status of a `response_url` that is used up or expired: other blocks would not help."""
_BLOCK_ERRORS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}


def post(
    client: WebClient,
    channel: str,
    message: Message,
    thread_ts: str | None = None,
    metadata: dict[str, Any] | None = None,
    before: Callable[[], None] = lambda: None,
) -> str:
    """Post a message; returns its `ts`. Raises `SlackClientError`, and what `before` each try does.

    Links are not unfurled: previews bury the answer.
    """

    def send(blocks: list[dict[str, Any]] | None) -> str:
        answer = client.chat_postMessage(
            channel=channel,
            thread_ts=thread_ts,
            text=message.text,
            blocks=blocks,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
        if not isinstance(ts := answer["ts"], str):
            raise SlackClientError("Slack did not say where the message stands")
        return ts

    return _with_fallback(message, send, before)


def whisper(
    client: WebClient,
    channel: str,
    user: str,
    message: Message,
    thread_ts: str | None = None,
    before: Callable[[], None] = lambda: None,
) -> None:
    """Post a message that only one person sees. Raises `SlackApiError`, and what `before` does."""

    def send(blocks: list[dict[str, Any]] | None) -> None:
        client.chat_postEphemeral(
            channel=channel, user=user, thread_ts=thread_ts, text=message.text, blocks=blocks
        )

    _with_fallback(message, send, before)


def change(client: WebClient, channel: str, ts: str, message: Message) -> None:
    """Put a message in place of an earlier one. Raises `SlackApiError`."""

    def send(blocks: list[dict[str, Any]] | None) -> None:
        client.chat_update(channel=channel, ts=ts, text=message.text, blocks=blocks)

    _with_fallback(message, send)


def delete_once(client: WebClient, channel: str, ts: str) -> None:
    """Delete a message; one that is gone is no failure. Raises `SlackApiError`."""
    try:
        client.chat_delete(channel=channel, ts=ts)
    except SlackApiError as error:
        if error.response.get("error") != "message_not_found":
            raise


def post_directly(client: WebClient, user: str, message: Message) -> tuple[str, str]:
    """Post to a person's direct messages; returns channel and `ts`. Raises `SlackApiError`.

    A user id stands for that channel, which Slack opens where it is not:
    https://docs.slack.dev/reference/methods/chat.postMessage#channels
    """

    def send(blocks: list[dict[str, Any]] | None) -> tuple[str, str]:
        answer = client.chat_postMessage(
            channel=user,
            text=message.text,
            blocks=blocks,
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(answer["channel"]), str(answer["ts"])

    return _with_fallback(message, send)


def answer_privately(respond: Callable[..., Any], message: Message, *, replace: bool) -> bool:
    """Answer through a `response_url`, which reports refusals by its status only.

    False where it was refused: it is good for five uses within 30 minutes.
    """
    blocks = as_dicts(message.blocks)
    for shown in (blocks, plain_blocks(blocks), None):
        found = respond(
            text=message.text,
            blocks=shown,
            response_type="ephemeral",
            replace_original=replace,
            unfurl_links=False,
            unfurl_media=False,
        )
        if getattr(found, "status_code", 200) == 200:
            return True
        log.warning("response refused", status=found.status_code, plain=shown is not blocks)
        if found.status_code == _GONE:
            break
    return False


@contextmanager
def thinking(client: WebClient, channel: str, thread_ts: str, status: str) -> Iterator[None]:
    """Show that an answer is being worked out; always cleared.

    A reply clears it too, on Slack's side. Where the surface has no status nothing is lost.
    https://docs.slack.dev/reference/methods/assistant.threads.setStatus
    """
    shown = _set_status(client, channel, thread_ts, status)
    try:
        yield
    finally:
        if shown:
            _set_status(client, channel, thread_ts, "")


def _set_status(client: WebClient, channel: str, thread_ts: str, status: str) -> bool:
    try:
        client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread_ts, status=status)
    except Exception:  # a nicety: whatever fails here, the answer is what counts
        log.debug("no status here", exc_info=True)
        return False
    return True


def _with_fallback(
    message: Message,
    send: Callable[[list[dict[str, Any]] | None], Result],
    before: Callable[[], None] = lambda: None,
) -> Result:
    blocks = as_dicts(message.blocks)
    for shown in (blocks, plain_blocks(blocks)):
        before()
        try:
            with posting():
                return send(shown)
        except SlackApiError as error:
            if error.response.get("error") not in _BLOCK_ERRORS:
                raise
            log.warning("blocks refused", error=error.response.get("error"))
    before()
    with posting():
        return send(None)
