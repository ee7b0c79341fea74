"""Folders of documents: what is there, what can be read, and what was skipped and why.

Nothing here is fatal: an unreadable or hostile file is named with its reason, and the rest is read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge.extract import ExtractionError, extract
from knowledge.passages import Document, Format

MAX_BYTES = 20 * 1024**2
"""Largest file that is read: beyond this a document is a data set or an accident."""
MAX_FILES = 200_000

FORMATS: dict[str, Format] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".yaml": "case",
    ".yml": "case",
}
_EXTRACTED = ("pdf", "docx")


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """A file that was left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A readable candidate: where it is and what it is called in citations."""

    file: Path
    path: str
    format: Format


def find_documents(folder: Path) -> tuple[list[Found], list[Skipped]]:
    """Every candidate file under a folder, by path, and what was left out.

    Hidden files are passed over in silence, files of unknown kinds are reported. Symbolic links to
    files inside the folder are followed; those that lead outside or in a circle are reported.

    Raises `NotADirectoryError` with a helpful message where there is no such folder.
    """
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where it may not look
        raise NotADirectoryError(f"{folder} is not a folder; name one that holds documents")
    root = folder.resolve()
    found: list[Found] = []
    skipped: list[Skipped] = []
    for file in _walk(root, skipped):
        path = file.relative_to(root).as_posix()
        if len(found) >= MAX_FILES:
            skipped.append(Skipped(path, f"more than {MAX_FILES} files: the rest is left out"))
            break
        format = FORMATS.get(file.suffix.lower())
        reason = None if format else "not a kind that is read (" + ", ".join(FORMATS) + ")"
        reason = reason or _unfit(file, root)
        if reason:
            skipped.append(Skipped(_printable(path), reason))
        elif format:
            found.append(Found(file, _printable(path), format))
    return sorted(found, key=lambda item: item.path), sorted(skipped)


def read_document(
    found: Found, kept_text: Callable[[str], str | None] = lambda sha256: None
) -> Document | Skipped:
    """Read one file. `kept_text` may hold the text drawn earlier from the same bytes."""
    try:
        data = found.file.read_bytes()
    except OSError as error:
        return Skipped(found.path, f"cannot be read: {error.strerror or error}")
    if len(data) > MAX_BYTES:
        return Skipped(found.path, _too_large(len(data)))
    digest = hashlib.sha256(data).hexdigest()
    if found.format in _EXTRACTED:
        text = kept_text(digest)
        if text is None:
            try:
                text = extract(found.file)
            except ExtractionError as error:
                return Skipped(found.path, f"no text could be drawn from it: {error}")
    else:
        decoded = _decode(data)
        if isinstance(decoded, Exception):
            return Skipped(found.path, str(decoded))
        text = decoded
    if not text.removeprefix("\ufeff").strip():
        return Skipped(found.path, "holds no text")
    return Document(found.path, found.format, text, digest)


def _decode(data: bytes) -> str | ValueError:
    if b"\x00" in data[:65_536]:
        return ValueError("looks binary, or is UTF-16: save it as UTF-8 text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return ValueError(f"is not UTF-8 (line {line}): save it as UTF-8 text")


def _walk(root: Path, skipped: list[Skipped]) -> Iterator[Path]:
    def complain(error: OSError) -> None:
        place = Path(error.filename) if error.filename else root
        name = place.relative_to(root).as_posix() if place.is_relative_to(root) else str(place)
        skipped.append(Skipped(_printable(name), f"cannot be opened: {error.strerror}"))

    for folder, folders, files in os.walk(root, onerror=complain, followlinks=False):
        here = Path(folder)
        for name in sorted(folders):
            if os.path.islink(here / name):  # noqa: PTH114 - Path.is_symlink raises on what it may not see
                path = (here / name).relative_to(root).as_posix()
                skipped.append(Skipped(_printable(path), "a link to a folder: not followed"))
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n != "__pycache__")
        yield from (here / name for name in sorted(files) if not name.startswith("."))


def _unfit(file: Path, root: Path) -> str | None:
    """Why a file of a known kind is not even opened; None where it may be."""
    linked = False
    try:
        linked = file.is_symlink()
        if linked and not file.resolve(strict=True).is_relative_to(root):
            return "a link that leads outside the folder: not followed"
        status = file.stat()
    except (OSError, RuntimeError) as error:
        strerror = getattr(error, "strerror", None) or str(error)
        what = "a link that leads nowhere or in a circle" if linked else "cannot be opened"
        return f"{what}: {strerror}"
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    return _too_large(status.st_size) if status.st_size > MAX_BYTES else None


def _too_large(size: int) -> str:
    return f"is {size / 1024**2:.0f} MB; more than {MAX_BYTES // 1024**2} MB is not read"


def _printable(path: str) -> str:
    """A path that can be shown and stored whatever bytes it holds; no two names become one."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
