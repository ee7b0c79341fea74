"""What a person sees at a time: a thread, a message, a modal, a Home, a notification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.slack.stand_in import Message, View
from tools.screens.blocks import blocks
from tools.screens.elements import Json, Shown, said
from tools.screens.markup import mrkdwn, plain, tag, text


def thread(messages: Sequence[Message], shown: Shown) -> str:
    """A message and the replies below it; only the replies where the first was seen before."""
    first, *replies = messages
    where = "Direct message" if first.channel.kind == "im" else f"# {first.channel.name}"
    bar = _bar("‹", tag("b", "Thread"), tag("div", text(where), class_="hint"))
    count = f"{len(replies)} {'reply' if len(replies) == 1 else 'replies'}"
    line = tag("div", text(count), class_="count") if replies else ""
    return bar + message(first, shown) + line + "".join(message(one, shown) for one in replies)


def conversation(messages: Sequence[Message], shown: Shown) -> str:
    """Messages as they stand in a channel or in direct messages with the bot."""
    channel = messages[0].channel
    name = "rust-or-not" if channel.kind == "im" else f"# {channel.name}"
    return _bar("‹", tag("b", text(name))) + "".join(message(one, shown) for one in messages)


def message(one: Message, shown: Shown) -> str:
    badge = tag("span", "APP", class_="badge") if one.from_bot else ""
    sent = tag("span", shown.names.time(float(one.ts)), class_="hint")
    name = shown.names.names(str(one.user))
    private = tag("div", "👁 Only visible to you", class_="hint") if one.ephemeral_to else ""
    sent_blocks = one.from_bot and one.blocks
    inside = blocks(one.blocks, shown) if sent_blocks else mrkdwn(one.text, shown.names)
    edited = tag("span", "(edited)", class_="hint") if "edited" in one.data else ""
    head = tag("div", tag("b", text(name)), " ", badge, " ", sent, class_="who")
    avatar = tag("div", "R?" if one.from_bot else name[0].upper(), class_="avatar")
    body = tag("div", private, head, inside, edited, class_="body")
    return tag("div", avatar, body, class_="message app" if one.from_bot else "message")


def modal(view: View, shown: Shown) -> str:
    """With what was entered so far."""
    data = view.data
    entered = data.get("state", {}).get("values", {})
    close = tag("span", plain((data.get("close") or {"text": "Cancel"})["text"]), class_="close")
    submit = data.get("submit")
    send = tag("span", plain(submit["text"]), class_="button primary") if submit else ""
    bar = _bar(close, tag("b", plain(data["title"]["text"])), right=send)
    return bar + tag("div", blocks(data["blocks"], replace(shown, entered=entered)), class_="sheet")


def home(view: View, shown: Shown) -> str:
    tabs = tag(
        "div", tag("b", "Home"), tag("span", "Messages"), tag("span", "About"), class_="tabs"
    )
    inside = tag("div", blocks(view.data["blocks"], shown), class_="sheet")
    return _bar("‹", tag("b", "rust-or-not")) + tabs + inside


def confirmation(asked: Json, shown: Shown) -> str:
    """The question that Slack asks before it sends a click."""
    buttons = tag(
        "div",
        tag("span", said(asked["deny"], shown), class_="button"),
        tag(
            "span", said(asked["confirm"], shown), class_=f"button {asked.get('style', 'primary')}"
        ),
        class_="block actions",
    )
    title = tag("p", tag("b", said(asked["title"], shown)))
    return tag("div", title, tag("p", said(asked["text"], shown)), buttons, class_="dialog")


def notification(one: Message) -> str:
    """The plain text as a phone's lock screen and a screen reader have it, all of it."""
    head = tag("div", tag("b", "rust-or-not"), tag("span", " now", class_="hint"))
    return tag("div", head, tag("div", text(_unescaped(one.text))), class_="dialog")


def prompts(title: str, offered: Sequence[Json]) -> str:
    """What is suggested above an empty conversation with the bot."""
    buttons = [tag("div", text(one["title"]), class_="prompt") for one in offered]
    return _bar("‹", tag("b", "rust-or-not")) + tag(
        "div", tag("p", tag("b", text(title))), *buttons, class_="sheet"
    )


def _bar(left: str, *middle: str, right: str = "") -> str:
    return tag(
        "div",
        tag("div", left, class_="side"),
        tag("div", *middle),
        tag("div", right, class_="side end"),
        class_="bar",
    )


def _unescaped(said: str) -> str:
    return said.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
