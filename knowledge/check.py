"""Validates all content and names file and line of each fault."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from knowledge import CONTENT
from knowledge.checklist import Checklist
from knowledge.content import Content, load_checklist, load_content, load_phrases
from knowledge.faults import ContentError, Fault, line_of
from knowledge.front_matter import located_front_matter, split_front_matter
from knowledge.markdown import blocks
from knowledge.model import Frozen, Id, Line, Url
from knowledge.passages import Document
from knowledge.references import MARKER
from knowledge.vocabulary import load_vocabulary

_INTERNAL_LINK = re.compile(r"\]\(((?!https?://|mailto:)[^)\s]+)\)")
_DIGIT = re.compile(r"\d")


class Head(Frozen):
    """Front matter of an article."""

    id: Id
    title: Line
    author: Line
    date: date
    source: Url | None
    kind: str


def check(root: Path = CONTENT) -> list[Fault]:
    """Every fault in the content under a folder, by file and line; empty where all is well."""
    faults: list[Fault] = []
    for load in (load_checklist, load_phrases, load_vocabulary):
        try:
            load(root)
        except ContentError as error:
            faults += error.faults
    try:
        content = load_content(root)
    except ContentError as error:
        return sorted({*faults, *error.faults})
    faults += _ids(content)
    for article in content.articles:
        faults += _article(article, content)
    faults += _uncited_figures(content)
    if not any(fault.path == "checklist.yaml" for fault in faults):
        faults += _backing(load_checklist(root), content)
    return sorted(set(faults))


def _ids(content: Content) -> Iterator[Fault]:
    """Ids are unique across all kinds, and a file is named after its id."""
    owners: dict[str, str] = {}
    named = [(loaded.case.id, loaded.document.path) for loaded in content.cases]
    named += [(str(split_front_matter(a.text)[0].get("id")), a.path) for a in content.articles]
    for name, path in named:
        if Path(path).stem != name:
            yield Fault(path, 1, f"the file is not named after its id {name!r}")
    others = [(figure.id, "figures.yaml") for figure in content.figures]
    others += [(source.id, "sources*.yaml") for source in content.sources]
    for name, path in (*named, *others):
        if name in owners:
            yield Fault(path, 1, f"the id {name!r} is also used in {owners[name]}")
        owners[name] = path


def _article(article: Document, content: Content) -> Iterator[Fault]:
    head = located_front_matter(article.text, article.path)
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
    for match in MARKER.finditer(article.text):
        if match.group(1) not in known:
            line = line_of(article.text, match.start())
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


def _uncited_figures(content: Content) -> Iterator[Fault]:
    cited = {m.group(1) for a in content.articles for m in MARKER.finditer(a.text)}
    for figure in content.figures:
        if figure.id not in cited:
            yield Fault("figures.yaml", 0, f"no article cites the figure {figure.id!r}")


def _backing(checklist: Checklist, content: Content) -> Iterator[Fault]:
    texts = {Path(article.path).stem: article.text for article in content.articles}
    for item in checklist.items:
        for backing in item.backs:
            if backing.article not in texts:
                yield Fault("checklist.yaml", 0, f"{item.id}: no article {backing.article!r}")
            elif texts[backing.article].count(backing.quote) != 1:
                fault = f"{item.id}: not found exactly once in {backing.article}: {backing.quote!r}"
                yield Fault("checklist.yaml", 0, fault)
