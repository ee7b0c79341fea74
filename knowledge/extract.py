"""Text out of PDF and DOCX files, in a child process with limits.

These formats can hide bombs and endless loops, so a hostile file may only hurt the child. The text
is Markdown-like: Word headings become `#` lines, PDF pages are set apart by blank lines.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import zipfile
from pathlib import Path

SECONDS = 60
MEMORY_BYTES = 2 * 1024**3
MAX_TEXT = 20_000_000
MAX_UNPACKED = 200 * 1024**2
MAX_PAGES = 5_000
_MARKUP = tuple("#>`~<|=[-*_+\\")


class ExtractionError(Exception):
    """A file whose text cannot be had; the message is fit for the person who owns the file."""


def extract(path: Path) -> str:
    """The text of a PDF or DOCX file. Raises `ExtractionError` with the reason."""
    command = [sys.executable, "-m", "knowledge.extract", str(path.absolute())]
    root = Path(__file__).resolve().parent.parent
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ExtractionError(f"took longer than {SECONDS} s to read") from error
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise ExtractionError(last[0][:200] if last else "the reader crashed on it")
    return done.stdout.decode("utf-8")


def _docx(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_UNPACKED:
            raise ExtractionError("unpacks to more than 200 MB: refused as a possible zip bomb")

    import docx
    from docx.table import Table

    parts: list[str] = []
    for item in docx.Document(str(path)).iter_inner_content():
        if isinstance(item, Table):
            rows = [[" ".join(cell.text.split()) for cell in row.cells] for row in item.rows]
            if len(rows) == 1:  # nothing but a frame around text
                parts += map(_literal, rows[0])
                continue
            rows = [[cell.replace("|", "\\|") for cell in row] for row in rows]
            if rows:
                rows.insert(1, ["---"] * len(rows[0]))
            parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
            continue
        text = _literal(" ".join(item.text.split()))
        style = (item.style.name if item.style is not None else None) or ""
        if text and style.startswith(("Heading ", "Title")):
            level = int(style.split()[-1]) if style[-1].isdigit() else 1
            text = f"{'#' * min(level, 6)} {text}"
        elif text and style.startswith("List"):
            text = f"- {text}"
        parts.append(text)
    return "\n\n".join(part for part in parts if part)


def _literal(text: str) -> str:
    """Text that opens like Markdown markup, kept from being read as such."""
    return f"\\{text}" if text.startswith(_MARKUP) else text


def _pdf(path: Path) -> str:
    import pypdf

    reader = pypdf.PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise ExtractionError("is protected by a password")
    if len(reader.pages) > MAX_PAGES:
        raise ExtractionError(f"has more than {MAX_PAGES} pages")
    return "\n\n".join(page.extract_text().strip() for page in reader.pages)


_READERS = {".docx": _docx, ".pdf": _pdf}


def _main(path: Path) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        text = _READERS[path.suffix.lower()](path)
    except Exception as error:  # noqa: BLE001 - whatever a broken file provokes is its reason
        print(f"{error or type(error).__name__}", file=sys.stderr)
        return 1
    if len(text) > MAX_TEXT:
        print("holds more than 20 million characters", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    raise SystemExit(_main(Path(sys.argv[1])))
