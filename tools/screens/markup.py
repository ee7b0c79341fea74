"""HTML, and Slack's mrkdwn as HTML.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import html
import re
from itertools import groupby

from tools.screens.emoji import with_emoji
from tools.screens.names import Names

_SPECIAL = r"<(?P<special>[^<>\n]+)>"
_CODE = r"`(?P<code>[^`\n]+)`"
_STYLES = {"*": "b", "_": "i", "~": "s"}
_MARKED = "|".join(
    rf"(?<![\w{re.escape(mark)}])\{mark}(?P<{tag}>[^\s\n](?:[^\n]*?[^\s\n])??)\{mark}(?![\w{re.escape(mark)}])"
    for mark, tag in _STYLES.items()
)
_TOKEN = re.compile(f"{_SPECIAL}|{_CODE}|{_MARKED}")
_QUOTE = re.compile(r"^(?:&gt;|>) ?")


def tag(name: str, *inside: str, **attributes: str) -> str:
    """An element. `inside` is HTML already; attribute values are text (`class_` is `class`)."""
    said = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for key, value in attributes.items()
        if value
    )
    return f"<{name}{said}>{''.join(inside)}</{name}>"


def text(said: str) -> str:
    """Plain text, with its line breaks."""
    return html.escape(said, quote=False).replace("\n", "<br>")


def plain(said: str) -> str:
    """`plain_text` of Slack: emoji codes are pictures."""
    return text(with_emoji(said))


def mrkdwn(said: str, names: Names) -> str:
    """Text as Slack writes it: `& < >` are escaped in it."""
    pieces = []
    for quoted, group in groupby(said.split("\n"), key=lambda line: bool(_QUOTE.match(line))):
        shown = "<br>".join(
            _line(_QUOTE.sub("", line) if quoted else line, names) for line in group
        )
        pieces.append(tag("blockquote", shown) if quoted else tag("div", shown))
    return "".join(pieces)


def _line(said: str, names: Names) -> str:
    shown, at = [], 0
    for found in _TOKEN.finditer(said):
        shown.append(_escaped(said[at : found.start()]))
        at = found.end()
        kind = str(found.lastgroup)
        if kind == "special":
            shown.append(_special(found[kind], names))
        elif kind == "code":
            shown.append(tag("code", _escaped(found[kind])))
        else:
            shown.append(tag(kind, _line(found[kind], names)))
    return "".join([*shown, _escaped(said[at:])])


def _special(said: str, names: Names) -> str:
    where, _, label = said.partition("|")
    if where.startswith("!date^"):
        _, seconds, pattern, *_ = where.split("^")
        return text(names.moment(float(seconds), pattern))
    if where.startswith(("@", "#")):
        return tag("span", text(where[0] + names.names(where[1:])), class_="mention")
    if where.startswith("!"):
        return tag("span", text(f"@{label or where[1:]}"), class_="mention")
    address = html.unescape(where)
    return tag("a", _escaped(label) if label else text(address), href=address)


def _escaped(said: str) -> str:
    return html.escape(with_emoji(html.unescape(said)), quote=False)
