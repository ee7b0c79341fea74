"""YAML that remembers where each value stands in its file.

A quote from a case study is a slice of the YAML file, so each scalar's character offsets are kept
beside its value; a validation fault finds its line the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from knowledge.faults import ContentError, Fault

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 20
MAX_NODES = 100_000

KeyPath = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Span:
    """Character offsets `[start, end)` into a file's decoded text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LocatedYaml:
    """Plain data, with the span of each scalar and the line of each node by its key path."""

    path: str
    data: Any
    spans: Mapping[KeyPath, Span]
    lines: Mapping[KeyPath, int]

    def line(self, key_path: KeyPath) -> int:
        """The line of a node, or of the nearest enclosing one that exists."""
        while key_path and key_path not in self.lines:
            key_path = key_path[:-1]
        return self.lines.get(key_path, 1)


def read_yaml(text: str, path: str) -> LocatedYaml:
    """Parse YAML text. Aliases and deep nesting are refused, which keeps hostile files small.

    Raises `ContentError` naming the line of a syntax fault.
    """
    begin = 1 if text.startswith("\ufeff") else 0
    text = text[begin:]
    try:
        _refuse_hostile(text, path)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = f"not valid YAML: {error.problem or error.context or error}"
        raise ContentError([Fault(path, mark.line + 1 if mark else 0, message)]) from error
    except yaml.reader.ReaderError as error:
        line = _line_of_byte(text, error.position)
        raise ContentError([Fault(path, line, f"not valid YAML: {error.reason}")]) from error
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise ContentError([Fault(path, 0, f"not valid YAML: {error}")]) from error
    if root is None:
        raise ContentError([Fault(path, 0, "the file is empty")])

    walk = _Walk(path, begin)
    data = walk.value(root, ())
    return LocatedYaml(path, data, walk.spans, walk.lines)


def _refuse_hostile(text: str, path: str) -> None:
    """Look over the events before the C loader builds nodes: deep nesting overruns its stack."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_LOADER), start=1):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        reason = None
        if isinstance(event, yaml.AliasEvent):
            reason = "aliases are not allowed"
        elif depth > MAX_DEPTH or count > MAX_NODES:
            reason = "nested too deeply or too large"
        if reason:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise ContentError([Fault(path, line, reason)])


def _line_of_byte(text: str, position: int) -> int:
    """The line of an offset into the text's UTF-8 bytes, in which the C reader counts."""
    return text.encode("utf-8")[:position].count(b"\n") + 1


class _Walk:
    """Turns PyYAML's nodes into data, noting spans and lines on the way."""

    def __init__(self, path: str, begin: int) -> None:
        self.path, self.begin = path, begin
        self.spans: dict[KeyPath, Span] = {}
        self.lines: dict[KeyPath, int] = {}
        self.scalars = yaml.constructor.SafeConstructor()

    def value(self, node: yaml.Node, at: KeyPath) -> Any:
        line = node.start_mark.line + 1
        self.lines[at] = line
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*at, i)) for i, child in enumerate(node.value)]
        return self._scalar(node, at)

    def _mapping(self, node: yaml.MappingNode, at: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise ContentError([Fault(self.path, line, "a key must be a word")])
            key = str(key_node.value)
            if key in found:
                raise ContentError([Fault(self.path, line, f"the key {key!r} stands twice")])
            found[key] = self.value(value_node, (*at, key))
            self.lines[(*at, key)] = line
        return found

    def _scalar(self, node: yaml.Node, at: KeyPath) -> Any:
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in ("'", '"'):
            start, end = start + 1, end - 1
        self.spans[at] = Span(self.begin + start, self.begin + end)
        try:
            return self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError) as error:
            line = node.start_mark.line + 1
            reason: object = error if isinstance(error, ValueError) else "does not fit its tag"
            if isinstance(error, yaml.MarkedYAMLError):
                reason = error.problem
            raise ContentError([Fault(self.path, line, f"not a usable value: {reason}")]) from error


def validated(located: LocatedYaml, build: Callable[[], Model], at: KeyPath = ()) -> Model:
    """Build a model from located data; each validation fault names its line."""
    try:
        return build()
    except ValidationError as error:
        faults = []
        for detail in error.errors(include_url=False, include_context=False):
            where = tuple(part for part in detail["loc"] if isinstance(part, str | int))
            name = ".".join(str(part) for part in where) or "record"
            faults.append(
                Fault(located.path, located.line((*at, *where)), f"{name}: {detail['msg']}")
            )
        raise ContentError(faults) from error


def read_file(file: Path) -> LocatedYaml:
    """Parse a YAML file. Raises `ContentError` where it cannot be read or parsed."""
    try:
        text = file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError([Fault(file.name, 0, f"cannot be read: {error}")]) from error
    return read_yaml(text, file.name)


def load_file(file: Path, model: type[Model]) -> Model:
    """One YAML file as one model. Raises `ContentError` naming each fault's line."""
    located = read_file(file)
    return validated(located, lambda: model.model_validate(located.data))
