"""Settings: names, defaults, files, and secrets that do not show."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def loaded() -> Settings:
    return Settings.model_validate({})


def test_a_secret_shows_neither_in_a_repr_nor_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "hush")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "hush")
    settings = loaded()
    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "hush"
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump_json()}"


def test_an_empty_value_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    default = loaded().data
    for name in ("RUST_OR_NOT_DATA", "RUST_OR_NOT_MODEL", "SLACK_BOT_TOKEN", "SLACK_API_URL"):
        monkeypatch.setenv(name, "")
    settings = loaded()
    assert settings.data == default
    assert settings.slack_bot_token is None
    assert settings.slack_api_url == "https://slack.com/api/"


def test_several_folders_of_documents_are_separated_by_commas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RUST_OR_NOT_DOCS", "a, b c,, ~/d")
    assert loaded().docs == (Path("a"), Path("b c"), Path.home() / "d")


def test_a_folder_at_home_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUST_OR_NOT_DATA", "~/rust-or-not")
    assert loaded().data == Path.home() / "rust-or-not"


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("RUST_OR_NOT_THREADS=3\nRUST_OR_NOT_MODEL=theirs\nOTHER=1\n")
    monkeypatch.setenv("RUST_OR_NOT_THREADS", "4")
    assert (loaded().threads, loaded().model) == (4, "theirs")


@pytest.mark.parametrize("threads", ["0", "65", "two", "-1", "1.5"])
def test_threads_out_of_range_are_refused(threads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUST_OR_NOT_THREADS", threads)
    with pytest.raises(ValidationError, match="RUST_OR_NOT_THREADS"):
        loaded()


def test_each_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("model", ["a/b", "../../etc", "/abs/olute", "x" * 500, "..", "C:\\m"])
def test_each_model_has_one_folder_within_the_data_folder(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUST_OR_NOT_MODEL", model)
    settings = loaded()
    assert settings.encoder_folder.parent == settings.data / "models"
    assert settings.encoder_folder.name not in ("", ".", "..")
    assert len(settings.encoder_folder.name) <= 80
