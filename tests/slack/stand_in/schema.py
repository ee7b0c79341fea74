"""The small language in which blocks and elements are described: checks that note problems.

A check takes a value, its JSON pointer and the inspection under way, and notes what Slack would
complain of, in Slack's words (`[ERROR] … [json-pointer:/blocks/0/…]`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .limits import BLOCKS, OBJECTS
from .rules import Problem


@dataclass
class Inspection:
    """One payload being checked: where it goes, what was found, and what it says to people."""

    surface: str
    problems: list[Problem] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)
    markdown: int = 0
    rendered: int = 0
    spoken: list[str] = field(default_factory=list)
    """mrkdwn and markdown texts, in which `<!channel>` pings."""
    broadcasts: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    doc: str = BLOCKS

    def note(self, pointer: str, message: str, rule: str = "invalid_blocks") -> None:
        self.problems.append(Problem(pointer, message, rule, self.doc))


Check = Callable[[Any, str, Inspection], None]


def string(most: int | None = None, least: int = 1) -> Check:
    def check(value: Any, at: str, seen: Inspection) -> None:
        if not isinstance(value, str):
            seen.note(at, "must be a string")
        elif len(value) < least:
            seen.note(at, f"must be more than {least - 1} characters")
        elif most is not None and len(value) > most:
            seen.note(at, f"must be less than {most + 1} characters")

    return check


def url(most: int = 3000) -> Check:
    def check(value: Any, at: str, seen: Inspection) -> None:
        string(most)(value, at, seen)
        if isinstance(value, str) and not value.startswith(("http://", "https://", "mailto:")):
            seen.note(at, "must be a valid URL")

    return check


def integer(least: int | None = None, most: int | None = None) -> Check:
    def check(value: Any, at: str, seen: Inspection) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            seen.note(at, "must be an integer")
        elif (least is not None and value < least) or (most is not None and value > most):
            seen.note(at, f"must be between {least} and {most}")

    return check


def number(value: Any, at: str, seen: Inspection) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        seen.note(at, "must be a number")


def boolean(value: Any, at: str, seen: Inspection) -> None:
    if not isinstance(value, bool):
        seen.note(at, "must be a boolean")


def anything(value: Any, at: str, seen: Inspection) -> None:
    """Accepted unseen: fields whose contents the stand-in does not model."""


def enum(*values: Any) -> Check:
    def check(value: Any, at: str, seen: Inspection) -> None:
        if value not in values:
            seen.note(at, f"must be one of: {', '.join(map(str, values))}")

    return check


def items(each: Check, least: int = 1, most: int | None = None) -> Check:
    def check(value: Any, at: str, seen: Inspection) -> None:
        if not isinstance(value, list):
            seen.note(at, "must be an array")
            return
        if len(value) < least:
            seen.note(at, f"no fewer than {least} items allowed")
        if most is not None and len(value) > most:
            seen.note(at, f"no more than {most} items allowed")
        for i, item in enumerate(value):
            each(item, f"{at}/{i}", seen)

    return check


def text(most: int = 3000, *kinds: str) -> Check:
    """A text object; `kinds` narrows it to `plain_text` or `mrkdwn`.

    https://docs.slack.dev/reference/block-kit/composition-objects/text-object
    """
    kinds = kinds or ("plain_text", "mrkdwn")

    def check(value: Any, at: str, seen: Inspection) -> None:
        if not isinstance(value, dict):
            seen.note(at, "must be an object")
            return
        kind = value.get("type")
        if kind not in kinds:
            seen.note(f"{at}/type", f"must be one of: {', '.join(kinds)}")
            return
        outer, seen.doc = seen.doc, f"{OBJECTS}/text-object"
        more = {"emoji": boolean} if kind == "plain_text" else {"verbatim": boolean}
        fields(value, at, seen, {"type": anything, "text": anything, **more}, {"text"})
        seen.doc = outer
        if "text" in value:
            string(most)(value["text"], f"{at}/text", seen)
            said = str(value["text"])
            seen.rendered += len(said)
            if kind == "mrkdwn":
                seen.spoken.append(said)

    return check


def fields(
    value: dict[str, Any], at: str, seen: Inspection, known: Mapping[str, Check], required: set[str]
) -> None:
    """Check an object's fields: none missing, none unknown, each by its own check."""
    for name in sorted(required - value.keys()):
        seen.note(at, f"missing required field: {name}")
    for name, inner in value.items():
        if name not in known:
            seen.note(at, f"invalid additional property: {name}")
        elif inner is None and name in required:
            seen.note(at, f"missing required field: {name}")
        elif inner is None:
            seen.note(f"{at}/{name}", "must not be null")
        else:
            known[name](inner, f"{at}/{name}", seen)


@dataclass(frozen=True)
class Shape:
    """What one type of block, element or object must look like, and where it is documented."""

    doc: str
    known: Mapping[str, Check]
    required: frozenset[str] = frozenset()
    also: Check | None = None
    surfaces: frozenset[str] = frozenset({"message", "modal", "home"})

    def __call__(self, value: Any, at: str, seen: Inspection) -> None:
        if not isinstance(value, dict):
            seen.note(at, "must be an object")
            return
        outer, seen.doc = seen.doc, self.doc
        fields(value, at, seen, {"type": anything, **self.known}, set(self.required))
        if self.also is not None:
            self.also(value, at, seen)
        seen.doc = outer


def shape(
    doc: str,
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
    **more: Any,
) -> Shape:
    """A `Shape` from its required and optional fields."""
    return Shape(doc, {**required, **(optional or {})}, frozenset(required), **more)


def one_of(table: Mapping[str, Check], *allowed: str) -> Check:
    """An object whose `type` is one of `allowed` (all of the table when none are named)."""

    def check(value: Any, at: str, seen: Inspection) -> None:
        if not isinstance(value, dict):
            seen.note(at, "must be an object")
            return
        kind = value.get("type")
        if kind is None:
            seen.note(at, "missing required field: type")
        elif kind not in (allowed or table):
            seen.note(f"{at}/type", f"unsupported type: {kind}")
        else:
            table[kind](value, at, seen)

    return check
