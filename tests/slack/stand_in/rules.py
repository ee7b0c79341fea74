"""What goes wrong in Slack's words: errors that a method answers, and rules that an app broke."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DOCS = "https://docs.slack.dev"


@dataclass(frozen=True)
class Complaint:
    """One rule that the app broke, with what it did and where Slack documents the rule."""

    rule: str
    detail: str
    doc: str
    method: str = ""

    def __str__(self) -> str:
        where = f" in {self.method}" if self.method else ""
        return f"{self.rule}{where}: {self.detail} ({self.doc})"


class SlackError(Exception):
    """A refusal: the `error` of an `ok: false` answer, with further fields of the body.

    `detail` says for the test's author what exactly was wrong; `doc` links the rule.
    """

    def __init__(self, error: str, detail: str = "", *, doc: str = "", **body: Any) -> None:
        super().__init__(f"{error}: {detail}" if detail else error)
        self.error = error
        self.detail = detail
        self.doc = doc
        self.body: dict[str, Any] = body


class NotPossible(AssertionError):
    """A person was asked to do what Slack's client would not let them do; the test is wrong,
    or the app showed something that cannot be used."""


@dataclass
class Problem:
    """One fault found in a payload of blocks, at a JSON pointer, in the words Slack uses."""

    pointer: str
    message: str
    rule: str = "invalid_blocks"
    doc: str = f"{DOCS}/reference/block-kit/blocks"

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


@dataclass
class Ping:
    """Somebody was notified: `who` is a user id, `channel`, `here`, `everyone` or a group id."""

    who: str
    where: str
    text: str
    method: str = ""


@dataclass
class Call:
    """One Web API call as received and as answered. `at` is the stand-in's clock."""

    method: str
    args: dict[str, Any]
    token: str
    at: float
    ok: bool = False
    error: str | None = None
    status: int = 200
    response: dict[str, Any] = field(default_factory=dict)
    faulty: bool = False
