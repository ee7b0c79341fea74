"""Both models begin with the same word vectors, which memory holds once."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.reader.reading import Reading, TrainedReader
from bot.settings import Settings
from index.encoder import CARD_FILE, OnnxEncoder
from index.word_table import TABLE_FILE, MappedTable, WordTable

TEXTS = ("Our parser in C takes untrusted input. Should we use Rust?", "Größe 🦀 zählt", "")
MAPS = Path("/proc/self/smaps")


def resident(file: Path) -> int:
    """KiB of a mapped file that are in the memory of this process; see proc(5)."""
    found, here = 0, False
    for line in MAPS.read_text("utf-8").splitlines():
        name, _, rest = line.partition(" ")
        if not name.endswith(":"):
            here = line.endswith(str(file))
        elif here and name == "Rss:":
            found += int(rest.split()[0])
    return found


@pytest.fixture
def apart(settings: Settings, tmp_path: Path) -> Path:
    """The reader in a folder of its own, which no other test has mapped."""
    return Path(shutil.copytree(settings.reader_folder, tmp_path / "reader"))


def test_the_reader_has_the_encoders_word_vectors(settings: Settings) -> None:
    one, other = (
        WordTable.read(folder) for folder in (settings.encoder_folder, settings.reader_folder)
    )
    assert one is not None
    assert other is not None
    assert one.sha256 == other.sha256
    assert (one.rows, one.columns) == (30522, 384)


@pytest.mark.skipif(not MAPS.exists(), reason="needs Linux")
def test_a_reader_that_shares_them_reads_the_same_and_leaves_its_own_on_the_disk(
    apart: Path, encoder: OnnxEncoder
) -> None:
    words = " ".join(chr(97 + n % 26) * (1 + n % 3) for n in range(800))
    kept = list[Reading]()
    for table in (None, encoder.table):
        reader = TrainedReader(apart, table=table)
        before = resident(apart / "reader.onnx.data")
        readings = [reader.read(text) for text in (*TEXTS, words)]
        grown = resident(apart / "reader.onnx.data") - before
        assert (grown > 1024) is (table is None)
        assert readings == (kept or readings)
        kept = readings


def test_the_encoder_embeds_the_same_without_a_note_of_its_table(
    encoder: OnnxEncoder, settings: Settings, tmp_path: Path
) -> None:
    """An export of before has none, and its card does not ask for one."""
    older = Path(shutil.copytree(settings.encoder_folder, tmp_path / "encoder"))
    (older / TABLE_FILE).unlink()
    card = json.loads((older / CARD_FILE).read_text("utf-8"))
    card["files"].pop(TABLE_FILE, None)
    (older / CARD_FILE).write_text(json.dumps(card), "utf-8")
    assert OnnxEncoder(older).table is None
    np.testing.assert_array_equal(OnnxEncoder(older).embed(TEXTS), encoder.embed(TEXTS))


def test_other_word_vectors_are_not_taken_for_ones_own(
    apart: Path, settings: Settings, encoder: OnnxEncoder
) -> None:
    own = WordTable.read(apart)
    assert own is not None
    zeros = apart / "other"
    zeros.mkdir()
    np.zeros((own.rows, own.columns), dtype=np.float32).tofile(zeros / own.weights)
    other = MappedTable(zeros, replace(own, offset=0, sha256="0" * 64))
    shared = TrainedReader(apart, table=other).read(TEXTS[0])
    assert shared == TrainedReader(settings.reader_folder, table=encoder.table).read(TEXTS[0])


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"name": "x"'])
def test_a_note_that_is_damaged_counts_as_none(content: str, tmp_path: Path) -> None:
    (tmp_path / TABLE_FILE).write_text(content)
    assert WordTable.read(tmp_path) is None
