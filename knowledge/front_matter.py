"""The YAML head of a Markdown file."""

from __future__ import annotations

from typing import Any

from knowledge.faults import ContentError
from knowledge.located_yaml import LocatedYaml, read_yaml

_FENCE = "---"


def split_front_matter(text: str) -> tuple[dict[str, Any], int]:
    """The head's data and the offset at which the body starts; `({}, 0)` where there is no head.

    A head that is not a YAML mapping counts as body: a team's own file is searched either way.
    """
    found = front_matter_span(text)
    if found is None:
        return {}, 1 if text.startswith("\ufeff") else 0
    start, end, body = found
    try:
        data = read_yaml(text[start:end], "").data
    except ContentError:
        return {}, 0
    return (data, body) if isinstance(data, dict) else ({}, 0)


def located_front_matter(text: str, path: str) -> LocatedYaml | None:
    """The head with the line of each key in the whole file; None where there is none."""
    found = front_matter_span(text)
    if found is None:
        return None
    start, end, _ = found
    located = read_yaml(text[start:end], path)
    shift = text.count("\n", 0, start)
    lines = {key: line + shift for key, line in located.lines.items()}
    return LocatedYaml(path, located.data, located.spans, lines)


def front_matter_span(text: str) -> tuple[int, int, int] | None:
    """Offsets `(head start, head end, body start)` of a front matter between `---` lines."""
    begin = 1 if text.startswith("\ufeff") else 0
    first_end = text.find("\n", begin)
    if first_end == -1 or text[begin:first_end].rstrip() != _FENCE:
        return None
    at = first_end + 1
    while at < len(text):
        line_end = text.find("\n", at)
        line_end = len(text) if line_end == -1 else line_end
        if text[at:line_end].rstrip() == _FENCE:
            return first_end + 1, at, min(line_end + 1, len(text))
        at = line_end + 1
    return None
