"""Structured logs on standard error: JSON for machines, colours at a terminal.

What people wrote, and tokens, stay out: of an exception only its type and its frames are logged,
of other packages only warnings, and of those what stands before their details. `contents` lets the
words of exceptions in. Who logs takes `get_logger` from here: so much holds from the first line on,
also where nobody calls `configure` (structlog itself would print every local variable).
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

OWN = ("bot", "index", "knowledge")
_TOKEN = re.compile(r"\b(xapp|xox[a-z]|xoxe\.xox[a-z])-[\w.%-]+")
_WAY_BACK = re.compile(r"(https?://[^/\s]+/(?:actions|commands|app)/)\S+")
"""A `response_url`: whoever has it may answer in the bot's name."""
_DETAILS = re.compile(r"[%({\[:\"'\n]")
_FRAMES = 12
"""Frames shown of each exception, the innermost."""


def get_logger(name: str) -> Any:
    """The logger of a module."""
    return structlog.get_logger(name)


def configure(level: str = "info", *, contents: bool = False, stream: TextIO | None = None) -> None:
    """Send the logs of this process to `stream` (standard error), formatted for who reads it."""
    out = stream or sys.stderr
    terminal = out.isatty()
    explain: Processor = (
        structlog.processors.format_exc_info if contents else _exception_without_words
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        explain,
        _without_tokens,
    ]
    others: list[Processor] = shared if contents else [_without_details, *shared]
    render: Processor = (
        structlog.dev.ConsoleRenderer(colors=True)
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(_ours_or_serious)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=others,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level.upper())
    _send(*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter)


def be_careful() -> None:
    """What holds before `configure`: one line of JSON through the standard library's logging."""
    explain = (structlog.stdlib.add_log_level, _exception_without_words, _without_tokens)
    _send(*explain, structlog.processors.JSONRenderer(ensure_ascii=False))


def _send(*processors: Processor) -> None:
    structlog.configure(
        processors=processors,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
    )


def _ours_or_serious(record: logging.LogRecord) -> bool:
    """Other packages' chatter tells of requests and their bodies."""
    return record.levelno >= logging.WARNING or record.name.split(".")[0] in OWN


def _exception_without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Types and frames of an exception and of what led to it."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        event["exception"] = "\n".join(_told(found))
    return event


def _told(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield f"{type(error).__module__}.{type(error).__qualname__}"
        yield from list(_frames(error.__traceback__))[-_FRAMES:]
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


def _frames(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        code = trace.tb_frame.f_code
        yield f"  {code.co_filename}:{trace.tb_lineno} {code.co_qualname}"
        trace = trace.tb_next


def _without_details(_logger: object, _method: str, event: EventDict) -> EventDict:
    """What another package says up to its first detail, which may be an error's words or a body."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name.split(".")[0] not in OWN:
        event["event"] = _DETAILS.split(str(record.msg), maxsplit=1)[0].strip()
    return event


def _without_tokens(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {name: _redacted(value) for name, value in event.items()}


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return _WAY_BACK.sub(r"\1…", _TOKEN.sub(r"\1-…", value))
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_redacted(one) for one in value]
    if isinstance(value, dict):
        return {name: _redacted(one) for name, one in value.items()}
    return value


be_careful()
