"""Validates all content and names file and line of each fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from knowledge import CONTENT
from knowledge.checklist import Backing, Checklist
from knowledge.content import Content, load_checklist, load_content, load_phrases
from knowledge.faults import ContentError, Fault, line_of
from knowledge.front_matter import located_front_matter, split_front_matter
from knowledge.located_yaml import read_file
from knowledge.markdown import blocks
from knowledge.model import Frozen, Id, Line, Url
from knowledge.passages import Document
from knowledge.references import MARKER
from knowledge.vocabulary import load_vocabulary
from knowledge.wording import WORDINGS
from knowledge.wording.adr import PATH as ADR
from knowledge.wording.adr import load_adr_wording

_INTERNAL_LINK = re.compile(r"\]\(((?!https?://|mailto:)[^)\s]+)(?:\s+\"[^\"]*\")?\)")
_ANY_MARKER = re.compile(r"\[\^([^\]\n]*)\]?")
CHECKLIST = "checklist.yaml"

_DIGIT = re.compile(r"\d")


class Head(Frozen):
    """Front matter of an article."""

    id: Id
    title: Line
    author: Line
    date: date
    source: Url | None
    kind: Literal["article", "guide"]


@dataclass(frozen=True, slots=True)
class _Named:
    """An id with the file and the line that give it."""

    id: str
    path: str
    line: int


def check(root: Path = CONTENT) -> list[Fault]:
    """Every fault in the content under a folder, by file and line; empty where all is well."""
    faults: list[Fault] = []
    for load in (load_checklist, load_phrases, load_vocabulary, load_adr_wording, *WORDINGS):
        try:
            load(root)
        except ContentError as error:
            faults += error.faults
    try:
        content = load_content(root)
    except ContentError as error:
        return sorted({*faults, *error.faults})
    figures = list(_record_ids(root, "figures*.yaml"))
    faults += _ids(content, [*figures, *_record_ids(root, "sources*.yaml")])
    for article in content.articles:
        faults += _article(article, content)
    faults += _uncited_figures(content, figures)
    spoilt = {fault.path for fault in faults}
    if CHECKLIST not in spoilt:
        faults += _backing(Path(CHECKLIST), _backing_of_items(load_checklist(root)), content)
    if ADR.name not in spoilt:
        named = (
            (place, str(place[0]), found) for place, found in load_adr_wording(root).backings()
        )
        faults += _backing(ADR, named, content)
    return sorted(set(faults))


def _record_ids(root: Path, pattern: str) -> Iterator[_Named]:
    for file in sorted(root.glob(pattern)):
        located = read_file(file)
        for index, record in enumerate(located.data):
            yield _Named(record["id"], file.name, located.line((index, "id")))


def _own_ids(content: Content) -> Iterator[_Named]:
    for loaded in content.cases:
        yield _Named(loaded.case.id, loaded.document.path, loaded.located.line(("id",)))
    for article in content.articles:
        data, _ = split_front_matter(article.text)
        head = located_front_matter(article.text, article.path) if "id" in data else None
        if head:
            yield _Named(str(data["id"]), article.path, head.line(("id",)))


def _ids(content: Content, records: Sequence[_Named]) -> Iterator[Fault]:
    """Ids are unique across all kinds, and a file is named after its id."""
    owners: dict[str, _Named] = {}
    own = list(_own_ids(content))
    for named in own:
        if Path(named.path).stem != named.id:
            text = f"the file is not named after its id {named.id!r}"
            yield Fault(named.path, named.line, text)
    for named in (*own, *records):
        first = owners.setdefault(named.id, named)
        if first is not named:
            text = f"the id {named.id!r} is also used in {first.path}:{first.line}"
            yield Fault(named.path, named.line, text)


def _article(article: Document, content: Content) -> Iterator[Fault]:
    try:
        head = located_front_matter(article.text, article.path)
    except ContentError as error:
        yield from error.faults
        return
    if head is None:
        yield Fault(article.path, 1, "has no front matter between --- lines")
        return
    try:
        Head.model_validate(head.data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            where = tuple(part for part in detail["loc"] if isinstance(part, str | int))
            name = ".".join(map(str, where))
            yield Fault(article.path, head.line(where), f"{name}: {detail['msg']}")
    yield from _markers(article, content)
    yield from _links(article, content.root)


def _markers(article: Document, content: Content) -> Iterator[Fault]:
    """Each block ends with a marker, and each marker resolves."""
    known = content.references
    for match in _ANY_MARKER.finditer(article.text):
        line = line_of(article.text, match.start())
        if not MARKER.fullmatch(match.group()):
            yield Fault(article.path, line, f"{match.group()!r} is not a marker such as [^id]")
        elif match.group(1) not in known:
            yield Fault(article.path, line, f"cites an unknown id {match.group(1)!r}")
    _, body = split_front_matter(article.text)
    for block in blocks(article.text, body):
        raw = article.text[block.start : block.end].rstrip("| \t")
        markers = list(MARKER.finditer(raw))
        if markers and markers[-1].end() == len(raw):
            continue
        if not markers and raw.endswith(":") and not _DIGIT.search(raw):
            continue
        line = line_of(article.text, block.start)
        yield Fault(article.path, line, "a block that does not end with its source, as in [^id]")


def _links(article: Document, root: Path) -> Iterator[Fault]:
    for match in _INTERNAL_LINK.finditer(article.text):
        target = match.group(1).split("#")[0]
        folder = Path(article.path).parent
        if target and not (root / folder / target).is_file():
            line = line_of(article.text, match.start())
            yield Fault(article.path, line, f"links to {target!r}, which does not exist")


def _uncited_figures(content: Content, figures: Sequence[_Named]) -> Iterator[Fault]:
    cited = {m.group(1) for a in content.articles for m in MARKER.finditer(a.text)}
    for figure in figures:
        if figure.id not in cited:
            text = f"no article cites the figure {figure.id!r}"
            yield Fault(figure.path, figure.line, text)


def _backing(
    file: Path, backings: Iterator[tuple[tuple[str | int, ...], str, Backing]], content: Content
) -> Iterator[Fault]:
    """Each sentence that a file names stands in its article, and only once."""
    texts = {Path(article.path).stem: article.text for article in content.articles}
    located = read_file(content.root / file)
    for place, name, backing in backings:
        if backing.article not in texts:
            line = located.line((*place, "article"))
            yield Fault(file.name, line, f"{name}: no article {backing.article!r}")
        elif texts[backing.article].count(backing.quote) != 1:
            fault = f"{name}: not found exactly once in {backing.article}: {backing.quote!r}"
            yield Fault(file.name, located.line((*place, "quote")), fault)


def _backing_of_items(
    checklist: Checklist,
) -> Iterator[tuple[tuple[str | int, ...], str, Backing]]:
    for number, item in enumerate(checklist.items):
        for at, backing in enumerate(item.backs):
            yield ("items", number, "backs", at), item.id.value, backing
