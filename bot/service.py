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
from bot.current import Current
from bot.reader.labels import WEIGHTS
from bot.reader.reading import (
    CARD_FILE,
    EXPORT_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    TrainedReader,
)
from bot.settings import Settings
from bot.snapshots import open_store
from bot.team_docs import SETTING
from bot.team_indexes import TeamIndexes
from index import encoder as exported
from index.build import Report, build
from index.encoder import ModelCard, OnnxEncoder
from index.gate import load_gates
from index.gather import Progress, silent
from index.reference_model import ModelUnavailable
from index.snapshot import Manifest
from index.store import SnapshotStore
from index.word_table import TABLE_FILE, note_table
from knowledge.checklist import Checklist
from knowledge.content import load_checklist, load_content

WEIGHTS_CARD = "card.json"
READER_FILES = (CARD_FILE, MODEL_FILE, TOKENIZER_FILE)
ENCODER_FILES = (exported.CARD_FILE, exported.MODEL_FILE, exported.TOKENIZER_FILE)


class Service:
    """The models and the current snapshots of one process. Models load when first needed.

    `teams` are the indexes of workspaces that have documents of their own.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = open_store(settings)
        self.teams = TeamIndexes(settings, self)
        self._shared = Current(self.store, self)

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
        """The advisor over the shared snapshot that is current now. Raises as `Current.advisor`."""
        return self._shared.advisor

    def advisor_of(self, team: str) -> Advisor:
        """The advisor of one workspace: over its own index, or else over the shared one.

        Raises as `Current.advisor`.
        """
        return self.teams.advisor(team) or self.advisor

    def stores_of(self, team: str) -> list[SnapshotStore]:
        """The stores that a workspace may be shown, the one that it is answered from first."""
        answering = self.teams.answering(team)
        own = self.teams.store(team)
        stores = [self.store] if answering is None else [answering, self.store]
        return stores if own is None or own in stores else [*stores, own]

    @property
    def serving(self) -> Manifest | None:
        """Of the shared snapshot that was answered from last; None before the first answer."""
        return self._shared.serving

    def build_index(self, folders: Sequence[Path], progress: Progress = silent) -> Report:
        """Bring the shared index up to date with the packaged content and these folders.

        Raises as `index.build.build`, and `NotApart`.
        """
        self._check_apart(folders)
        return build(self.store, load_content(), folders, self.encoder, load_gates(), progress)

    def build_own(self, team: str, folders: Sequence[Path], progress: Progress = silent) -> Report:
        """The same for a workspace's own index: of all that, and of its own folder.

        What the shared index holds is not embedded again. Raises `NoTeam` too.
        """
        docs, store = self.teams.docs, self.teams.store(team)
        if docs is None:
            raise NotADirectoryError(f"no workspace has documents of its own; set {SETTING}")
        own = docs.folder(team)
        assert store is not None
        self._check_apart(folders)
        return build(
            store,
            load_content(),
            [*folders, own],
            self.encoder,
            load_gates(),
            progress,
            lender=self.store,
        )

    def _check_apart(self, folders: Sequence[Path]) -> None:
        if self.teams.docs is not None:
            self.teams.docs.check_apart(folders)


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
    so = (settings.reader_folder / EXPORT_FILE).is_file()
    return so and exported.is_file() and exported.read_bytes() == committed.read_bytes()
