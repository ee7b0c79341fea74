"""Real documents for the tests of this folder, made on the spot, and their quotes."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from knowledge.folders import find_documents, read_document
from knowledge.passages import Document, Format, Passage, Quote
from knowledge.references import References
from knowledge.split import passages, shown

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
"""What the project was given; tests that use it are skipped where it is absent."""


def fits_in(limit: int) -> Callable[[str], bool]:
    """A window of so many characters."""
    return lambda text: len(text) <= limit


def split(
    format: Format, text: str, window: int = 600, references: References | None = None
) -> list[Passage]:
    """Passages of a text, after a check that each of its quotes stands where it says."""
    document = Document("folder/file", format, text, "0")
    found = list(passages(document, references or {}, fits_in(window)))
    for passage in found:
        for quote in passage.quotes:
            assert 0 <= quote.start < quote.end <= len(text)
            assert shown(format, text[quote.start : quote.end]) == quote.text != ""
        assert passage.start == passage.quotes[0].start
        assert passage.end == passage.quotes[-1].end
        assert passage.text == " ".join(quote.text for quote in passage.quotes)
    starts = [quote.start for passage in found for quote in passage.quotes]
    if format != "case":
        assert starts == sorted(starts), "quotes come in the order of the document"
    return found


def quotes(format: Format, text: str, window: int = 600) -> list[Quote]:
    return [quote for passage in split(format, text, window) for quote in passage.quotes]


def said(format: Format, text: str, window: int = 600) -> list[str]:
    """The texts of a document's quotes, in order."""
    return [quote.text for quote in quotes(format, text, window)]


def bits(*lines: str) -> list[str]:
    """What stands between single blanks: pieces from which hypothesis makes texts."""
    return " ".join(lines).split(" ")


def read(file: Path) -> Document:
    """A file as the index reads it. Fails where it is skipped."""
    found, skipped = find_documents(file.parent)
    assert not skipped
    document = read_document(next(item for item in found if item.file.name == file.name))
    assert isinstance(document, Document), document
    return document


def reasons(folder: Path) -> dict[str, str]:
    """Why each file of a folder was left out, at whichever step."""
    found, skipped = find_documents(folder)
    listed = {skip.path: skip.reason for skip in skipped}
    for item in found:
        document = read_document(item)
        if not isinstance(document, Document):
            listed[document.path] = document.reason
    return listed


def pdf(pages: Sequence[Sequence[str]], objects: Sequence[bytes] = ()) -> bytes:
    """A PDF file with lines of plain ASCII on each page, put together byte by byte.

    `objects` are added after the page tree (1 catalogue, 2 tree, 3 font, then page and contents).
    """
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        drawn = "BT /F1 12 Tf 14 TL 72 720 Td\n"
        drawn += "".join(f"({_escaped(line)}) Tj T*\n" for line in lines) + "ET"
        body.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * number)
        )
        body.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn.encode()))
    return pdf_of([*body, *objects])


def pdf_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF file of these objects, numbered from 1; the first is the catalogue."""
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
