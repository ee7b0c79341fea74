"""Logs are for machines where nobody watches, and hold neither what people wrote nor tokens."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs

HUSH = "what a person wrote"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where logs go during a test; the process has its own logging back afterwards."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield io.StringIO()
    logging.root.handlers[:], logging.root.level = handlers, level
    logs.be_careful()


def fail() -> None:
    try:
        raise KeyError(HUSH)
    except KeyError as error:
        raise ValueError(f"{HUSH} again") from error


def logged(stream: io.StringIO, *, contents: bool = False) -> dict[str, str]:
    logs.configure(contents=contents, stream=stream)
    try:
        fail()
    except ValueError:
        structlog.get_logger("bot.test").exception("failed", token="xoxb-12-secret and more")
    entry: dict[str, str] = json.loads(stream.getvalue())
    return entry


def test_an_exception_shows_types_and_places_and_none_of_its_words(stream: io.StringIO) -> None:
    entry = logged(stream)
    assert "builtins.ValueError" in entry["exception"]
    assert "builtins.KeyError" in entry["exception"]
    assert "test_logs.py" in entry["exception"]
    assert HUSH not in stream.getvalue()


def test_the_words_of_an_exception_show_where_they_were_asked_for(stream: io.StringIO) -> None:
    assert HUSH in logged(stream, contents=True)["exception"]


def test_tokens_are_cut_out(stream: io.StringIO) -> None:
    assert logged(stream)["token"] == "xoxb-… and more"


def test_other_packages_are_heard_only_when_it_is_serious(stream: io.StringIO) -> None:
    logs.configure("debug", stream=stream)
    other = logging.getLogger("slack_bolt.App")
    other.setLevel("DEBUG")
    other.info(HUSH)
    assert stream.getvalue() == ""
    other.warning("it is serious")
    assert json.loads(stream.getvalue())["event"] == "it is serious"
