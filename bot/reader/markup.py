"""Slack's markup taken out of a message before it is read, every character still traceable."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARKUP = re.compile(
    r"<(?P<sigil>[@#!]?)(?P<target>[^<>|\s]+)(?:\|(?P<label>[^<>\n]*))?>"
    r"|&(?P<entity>amp|lt|gt);"
    r"|:(?P<emoji>(?=[0-9_+-]*+[a-z])[a-z0-9_+-]++):"
    r"|(?P<unseen>[\u200b-\u200f\u2060\ufeff\u00ad\ud800-\udfff])"
)
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_TYPOGRAPHY = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u00a0", "''\"\"-- ")
_SPECIAL = {"@": "someone", "#": "channel", "!": "everyone", "": "link"}


@dataclass(frozen=True, slots=True)
class PlainText:
    """Text without markup; character `i` stands for `[starts[i], ends[i])` of the original."""

    text: str
    starts: list[int]
    ends: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's character span behind the plain text's non-empty `[start, end)`."""
        return self.starts[start], self.ends[end - 1]


def plain(text: str) -> PlainText:
    """`text` with links, mentions, entities and emoji codes turned into words.

    A label stays (`<https://x.org|the docs>` is read as `the docs`), what has none is named by
    its kind (`<@U1>` is read as `someone`), `:crab:` is read as `crab`.
    """
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def keep(start: int, end: int) -> None:
        pieces.append(text[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    def replace(start: int, end: int, word: str) -> None:
        pieces.append(word)
        starts.extend([start] * len(word))
        ends.extend([end] * len(word))

    position = 0
    for match in _MARKUP.finditer(text):
        keep(position, match.start())
        position = match.end()
        if match["entity"]:
            replace(match.start(), match.end(), _ENTITIES[match["entity"]])
        elif match["emoji"]:
            keep(*match.span("emoji"))
        elif match["label"]:
            keep(*match.span("label"))
        elif match["target"]:
            replace(match.start(), match.end(), _SPECIAL[match["sigil"]])
    keep(position, len(text))
    return PlainText("".join(pieces).translate(_TYPOGRAPHY), starts, ends)
