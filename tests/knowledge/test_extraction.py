"""PDF and Word files: their text is drawn out in a child process, which alone may suffer."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest

from knowledge import extract as extracting
from knowledge.extract import ExtractionError, extract
from tests.knowledge.making import pdf, pdf_of, quotes, read, reasons, split

CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
ONE_PAGE = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def refused(file: Path) -> str:
    with pytest.raises(ExtractionError) as caught:
        extract(file)
    return str(caught.value)


def test_a_pdf_is_quoted_from_the_text_drawn_out_of_it(tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    page = ["The Report", "", "Rust (the language) cut memory by 40%.", "It took 3.5 months."]
    file.write_bytes(pdf([page, ["- An item of page two.", "- Another."]]))
    document = read(file)
    found = quotes("pdf", document.text)
    assert [document.text[q.start : q.end] for q in found] == [
        "Rust (the language) cut memory by 40%.",
        "It took 3.5 months.",
        "An item of page two.",
        "Another.",
    ]


def word_file(path: Path) -> None:
    document = docx.Document()
    document.add_heading("Our Rules", 0)
    document.add_paragraph("Rust is 🦀 fast.\nIt is   safe.")
    document.add_heading("Costs", 1)
    document.add_paragraph("# of developers: 5 * 3 and __init__ stay.")
    document.add_paragraph("<T> is a type, | is a pipe.")
    document.add_paragraph("\\\\server\\share holds it.")
    document.add_paragraph("Learn it first.", style="List Bullet")
    document.add_paragraph("- 5% is typed.", style="List Number")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells),
        ("Who", "What", "npm", "a | b\nand c\\"),
        strict=True,
    ):
        cell.text = text
    frame = document.add_table(rows=1, cols=2)
    frame.cell(0, 0).text = "Framed text."
    document.add_heading("Small Print", 2)
    document.add_paragraph("--- The end. ---")
    document.save(str(path))


def test_a_word_file_is_quoted_with_its_headings_lists_and_tables(tmp_path: Path) -> None:
    file = tmp_path / "rules.docx"
    word_file(file)
    passages = split("docx", read(file).text)
    assert {p.title for p in passages} == {"Our Rules"}
    assert [(p.heading, p.text) for p in passages] == [
        ((), "Rust is 🦀 fast. It is safe."),
        (("Costs",), "# of developers: 5 * 3 and __init__ stay."),
        (("Costs",), "<T> is a type, | is a pipe."),
        (("Costs",), "\\\\server\\share holds it."),
        (("Costs",), "Learn it first."),
        (("Costs",), "- 5% is typed."),
        (("Costs",), "npm · a | b and c\\"),
        (("Costs",), "Framed text."),
        (("Costs", "Small Print"), "--- The end. ---"),
    ]


def encrypted(password: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([["Open text."]])))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_with_a_password_is_refused_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(encrypted("secret"))
    assert reasons(tmp_path) == {
        "a.pdf": "no text could be drawn from it: is protected by a password"
    }


def test_a_pdf_that_only_restricts_editing_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(encrypted(""))
    assert read(tmp_path / "a.pdf").text == "Open text."


LOOPS = {
    "page tree": pdf_of([CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]),
    "parent": pdf_of(
        [
            CATALOGUE,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>",
            b"<< /Type /Page /Parent 2 0 R >>",
        ]
    ),
    "reference": pdf_of([CATALOGUE, b"2 0 R"]),
    "depth": pdf_of([CATALOGUE, b"[" * 50_000]),
    "truncated": pdf([["Text."]])[:200],
    "garbage": b"%PDF-1.4\n" + bytes(range(256)) * 40,
    "pages": pdf_of(
        [
            CATALOGUE,
            b"<< /Type /Pages /Kids [" + b"3 0 R " * 6000 + b"] /Count 6000 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        ]
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_a_pdf_that_loops_or_is_broken_is_refused_at_once(name: str, tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(LOOPS[name])
    begun = time.monotonic()
    assert refused(file)
    assert time.monotonic() - begun < 5


def test_a_pdf_without_text_is_named(tmp_path: Path) -> None:
    drawing = b"<< /Length 5 >>\nstream\n/X Do\nendstream"
    form = b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream"  # noqa: E501
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /X 5 0 R >> >> /Contents 4 0 R >>"  # noqa: E501
    (tmp_path / "a.pdf").write_bytes(pdf_of([CATALOGUE, ONE_PAGE, page, drawing, form]))
    assert reasons(tmp_path) == {"a.pdf": "holds no text"}


def test_a_pdf_that_takes_too_long_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "slow.pdf"
    file.write_bytes(pdf([["a"] * 300_000]))
    monkeypatch.setattr(extracting, "SECONDS", 0.7)
    begun = time.monotonic()
    assert refused(file) == "took longer than 0.7 s to read"
    assert time.monotonic() - begun < 3


def archive(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as source:
        return {name: source.read(name) for name in source.namelist()}


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    archive(tmp_path / "bomb.docx", {"word/document.xml": bytes(201 * 1024**2)})
    begun = time.monotonic()
    reason = "no text could be drawn from it: unpacks to more than 200 MB"
    assert reasons(tmp_path)["bomb.docx"].startswith(reason)
    assert time.monotonic() - begun < 3


def test_a_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "bomb.docx"
    word_file(file)
    archive(file, parts_of(file) | {"word/document.xml": b" " * (30 * 1024**2)})
    size = (30 * 1024**2).to_bytes(4, "little")
    file.write_bytes(file.read_bytes().replace(size, (1000).to_bytes(4, "little")))
    assert refused(file)


def test_a_bomb_of_xml_entities_is_not_blown_up(tmp_path: Path) -> None:
    file = tmp_path / "laughs.docx"
    word_file(file)
    entities = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 20}">'
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    name = "word/document.xml"
    body = parts_of(file)[name].replace(b"?>", f"?><!DOCTYPE x [{entities}]>".encode(), 1)
    archive(file, parts_of(file) | {name: body.replace(b"is safe", b"is &i;", 1)})
    begun = time.monotonic()
    try:
        assert len(extract(file)) < 10_000
    except ExtractionError as error:
        assert str(error)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"word/document.xml": b"<broken"},
        {"[Content_Types].xml": b"<Types/>"},
    ],
)
def test_a_zip_that_is_no_word_file_is_refused(files: dict[str, bytes], tmp_path: Path) -> None:
    archive(tmp_path / "a.docx", files)
    assert refused(tmp_path / "a.docx")


def test_a_truncated_word_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.docx"
    word_file(file)
    file.write_bytes(file.read_bytes()[:-500])
    assert refused(file)


def test_a_file_is_found_from_wherever_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "-a b.pdf").write_bytes(pdf([["Text."]]))
    monkeypatch.chdir(tmp_path)
    assert extract(Path("-a b.pdf")) == "Text."


def test_a_file_with_a_name_in_no_encoding_is_read(tmp_path: Path) -> None:
    file = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.pdf"))
    file.write_bytes(pdf([["Text."]]))
    assert extract(file) == "Text."
    file.write_bytes(b"nothing")
    assert refused(file)
