"""The YAML head of a Markdown file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from knowledge.faults import ContentError
from knowledge.located_yaml import LocatedYaml, Span, read_yaml

_OPENING = re.compile(r"---[ \t]*(?:\r\n?|\n)")
_CLOSING = re.compile(r"[\r\n]---[ \t]*(?:\r\n?|\n|\Z)")


def split_front_matter(text: str) -> tuple[dict[str, Any], int]:
    """The head's data and the offset at which the body starts; `({}, 0)` where there is no head.

    A head that is not a YAML mapping counts as body: a team's own file is searched either way.
    """
    found = front_matter_span(text)
    if found is None:
        return {}, _begin(text)
    start, end, body = found
    try:
        data = read_yaml(text[start:end], "").data
    except ContentError:
        data = None
    return (data, body) if isinstance(data, dict) else ({}, _begin(text))


def located_front_matter(text: str, path: str) -> LocatedYaml | None:
    """The head with the place of each key in the whole file; None where there is none.

    Raises `ContentError` naming the line of a syntax fault in the whole file.
    """
    found = front_matter_span(text)
    if found is None:
        return None
    start, end, _ = found
    try:
        located = read_yaml(text[start:end], path)
    except ContentError as error:
        raise ContentError([replace(f, line=f.line + 1) for f in error.faults]) from error
    lines = {key: line + 1 for key, line in located.lines.items()}
    spans = {key: Span(s.start + start, s.end + start) for key, s in located.spans.items()}
    return LocatedYaml(path, located.data, spans, lines)


def front_matter_span(text: str) -> tuple[int, int, int] | None:
    """Offsets `(head start, head end, body start)` of a front matter between `---` lines."""
    opening = _OPENING.match(text, _begin(text))
    closing = _CLOSING.search(text, opening.end() - 1) if opening else None
    if opening is None or closing is None:
        return None
    return opening.end(), closing.start() + 1, closing.end()


def _begin(text: str) -> int:
    return 1 if text.startswith("\ufeff") else 0
