"""The packaged content as one validated whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from knowledge import CONTENT
from knowledge.cases import LoadedCase, load_case
from knowledge.checklist import Checklist
from knowledge.faults import ContentError, Fault
from knowledge.folders import Found, find_documents, read_document
from knowledge.located_yaml import load_file, read_file, validated
from knowledge.model import Figure, Frozen, Source
from knowledge.passages import Document
from knowledge.phrases import Phrases
from knowledge.references import Reference, references

Record = TypeVar("Record", bound=Frozen)


@dataclass(frozen=True, slots=True)
class Content:
    """Articles and case studies as documents, with what their markers refer to."""

    root: Path
    articles: tuple[Document, ...]
    cases: tuple[LoadedCase, ...]
    figures: tuple[Figure, ...]
    sources: tuple[Source, ...]

    @property
    def references(self) -> Mapping[str, Reference]:
        return references(self.sources, self.figures, [loaded.case for loaded in self.cases])


def load_content(root: Path = CONTENT) -> Content:
    """Read and validate the content under a folder laid out like this package.

    Raises `ContentError` with every fault found in any file.
    """
    faults: list[Fault] = []
    articles = _documents(root, "articles", faults)
    cases: list[LoadedCase] = []
    for document in _documents(root, "cases", faults):
        try:
            cases.append(load_case(document))
        except ContentError as error:
            faults += error.faults
    figures = _records(root, "figures*.yaml", Figure, faults)
    sources = _records(root, "sources*.yaml", Source, faults)
    if faults:
        raise ContentError(sorted(faults))
    return Content(root, tuple(articles), tuple(cases), tuple(figures), tuple(sources))


@cache
def load_checklist(root: Path = CONTENT) -> Checklist:
    """The decision checklist. Raises `ContentError` naming file and line."""
    return load_file(root / "checklist.yaml", Checklist)


@cache
def load_phrases(root: Path = CONTENT) -> Phrases:
    """The fixed phrases. Raises `ContentError` naming file and line."""
    return load_file(root / "phrases.yaml", Phrases)


def _documents(root: Path, folder: str, faults: list[Fault]) -> list[Document]:
    try:
        found, skipped = find_documents(root / folder)
    except NotADirectoryError:
        faults.append(Fault(f"{folder}/", 0, "there is no such folder"))
        return []
    faults += [Fault(f"{folder}/{skip.path}", 0, skip.reason) for skip in skipped]
    documents = []
    for item in found:
        read = read_document(Found(item.file, f"{folder}/{item.path}", item.format))
        if isinstance(read, Document):
            documents.append(read)
        else:
            faults.append(Fault(read.path, 0, read.reason))
    return documents


def _records(root: Path, pattern: str, model: type[Record], faults: list[Fault]) -> list[Record]:
    records: list[Record] = []
    for file in sorted(root.glob(pattern)):
        try:
            located = read_file(file)
            if not isinstance(located.data, list):
                raise ContentError([Fault(file.name, 1, "must be a list of records")])
        except ContentError as error:
            faults += error.faults
            continue
        for index, raw in enumerate(located.data):
            build = partial(model.model_validate, raw)
            try:
                records.append(validated(located, build, (index,)))
            except ContentError as error:
                faults += error.faults
    return records
