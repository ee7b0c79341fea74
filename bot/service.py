"""Puts the parts together: settings in, a working advisor out."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from bot.advisor.advisor import Advisor
from bot.advisor.desk import Desk
from bot.reader.labels import WEIGHTS
from bot.reader.reading import (
    CARD_FILE,
    DATA_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    TrainedReader,
)
from bot.settings import Settings
from bot.snapshots import open_store
from index import encoder as exported
from index.build import Report, build
from index.encoder import ModelCard, OnnxEncoder
from index.gate import load_gates
from index.gather import Progress, silent
from index.library import Library
from index.reference_model import ModelUnavailable
from index.snapshot import Manifest, SnapshotError
from index.word_table import TABLE_FILE, note_table
from knowledge.checklist import Checklist
from knowledge.content import load_checklist, load_content, load_phrases
from knowledge.vocabulary import load_vocabulary

WEIGHTS_CARD = "card.json"
READER_FILES = (CARD_FILE, MODEL_FILE, TOKENIZER_FILE)
ENCODER_FILES = (exported.CARD_FILE, exported.MODEL_FILE, exported.TOKENIZER_FILE)


class Service:
    """The models and the current snapshot of one process. Models load when first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = open_store(settings)
        self._library = Library(self.store)
        self._advisor: Advisor | None = None

    @cached_property
    def encoder(self) -> OnnxEncoder:
        return OnnxEncoder(
            _whole(self.settings.encoder_folder, ENCODER_FILES), self.settings.threads
        )

    @cached_property
    def reader(self) -> TrainedReader:
        folder = _whole(self.settings.reader_folder, READER_FILES)
        return TrainedReader(folder, self.settings.threads, self.encoder.table)

    @cached_property
    def checklist(self) -> Checklist:
        return load_checklist()

    @property
    def advisor(self) -> Advisor:
        """The advisor over the snapshot that is current now.

        A snapshot of another model or version than this process has loaded does not replace one
        that serves. Raises `SnapshotError` where there is none that can serve, `ModelUnavailable`.
        """
        snapshot, held = self._library.current(), self._advisor
        if held is not None and held.desk.snapshot is snapshot:
            return held
        unfit = self._unfit(snapshot.manifest)
        if unfit and held is not None:
            return held
        if unfit:
            raise SnapshotError(f"the index was built {unfit}; run `rust-or-not index build`")
        desk = Desk(snapshot, self.checklist, load_phrases(), load_vocabulary())
        self._advisor = Advisor(desk, self.reader, self.encoder)
        return self._advisor

    @property
    def serving(self) -> Manifest | None:
        """Of the snapshot that was answered from last; None before the first answer."""
        return None if self._advisor is None else self._advisor.desk.snapshot.manifest

    def _unfit(self, manifest: Manifest) -> str | None:
        """How a snapshot was built, where this process cannot answer from it."""
        if not manifest.cut_by_this_version:
            return "by another version of this program"
        if manifest.model_fingerprint != self.encoder.fingerprint:
            return f"with another model ({manifest.model}) than is exported ({self.encoder.name})"
        return None

    def build_index(self, folders: Sequence[Path], progress: Progress = silent) -> Report:
        """Bring the index up to date with the packaged content and these folders."""
        return build(self.store, load_content(), folders, self.encoder, load_gates(), progress)


def _whole(folder: Path, names: Sequence[str]) -> Path:
    """The folder of an exported model. Raises `ModelUnavailable` where a file is missing."""
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise ModelUnavailable(
            f"no exported model in {folder} (missing: {', '.join(missing)}); run `rust-or-not "
            "setup` where the `build` extra is installed, or copy a data folder that has one"
        )
    return folder


def prepare_models(settings: Settings, say: Callable[[str], None] = lambda line: None) -> None:
    """Export what is not exported yet; `say` is told of each export.

    The `build` extra is imported only where something is missing. Raises `ModelUnavailable`.
    """
    if not encoder_is_current(settings):
        from index.reference_model import export

        say(f"Exporting the embedding model {settings.model} to ONNX")
        with _quiet():
            export(settings.model, settings.encoder_folder)
    if not reader_is_current(settings):
        from bot.reader.export import export_reader

        say("Merging and exporting the reader")
        with _quiet():
            export_reader(settings.reader_folder)
    _note_tables(settings)


def _note_tables(settings: Settings) -> None:
    """Note where the word vectors of exports of before lie, where the `build` extra is installed;
    without that they serve as they are."""
    for model in (
        settings.encoder_folder / exported.MODEL_FILE,
        settings.reader_folder / MODEL_FILE,
    ):
        if not model.with_name(TABLE_FILE).is_file():
            with suppress(ImportError):
                note_table(model)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporters' notes about their own internals off the terminal; errors still rise."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)


def encoder_is_current(settings: Settings) -> bool:
    """True where the export in the data folder is of the model that the settings name."""
    try:
        return ModelCard.read(settings.encoder_folder).name == settings.model
    except (FileNotFoundError, ValueError, TypeError):
        return False


def reader_is_current(settings: Settings) -> bool:
    """True where the exported reader was made from the weights of this version, as it does it."""
    exported = settings.reader_folder / CARD_FILE
    committed = WEIGHTS / WEIGHTS_CARD
    mapped = (settings.reader_folder / DATA_FILE).is_file()
    return mapped and exported.is_file() and exported.read_bytes() == committed.read_bytes()
