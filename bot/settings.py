"""Settings from the environment or a `.env` file. Secrets never appear in a repr or a log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

_SOURCE_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_MODEL = "all-MiniLM-L6-v2"


def default_data() -> Path:
    """`.data` beside a source checkout; the user's data folder for an installed package."""
    if (_SOURCE_ROOT / "pyproject.toml").is_file():
        return _SOURCE_ROOT / ".data"
    import platformdirs

    return Path(platformdirs.user_data_dir("rust-or-not"))


class Settings(BaseSettings):
    """Everything that may be set. `rust-or-not doctor` prints what each one is for."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

    data: Annotated[
        Path,
        Field(
            alias="RUST_OR_NOT_DATA",
            default_factory=default_data,
            description="folder of snapshots, models and the database",
        ),
    ]
    snapshot_store: Annotated[
        SecretStr | None,
        Field(
            alias="RUST_OR_NOT_SNAPSHOTS",
            default=None,
            description="where snapshots are kept: a folder, or the address of an object store "
            "(s3://bucket/path), of which the data folder has a copy then",
        ),
    ]
    docs: Annotated[
        tuple[Path, ...],
        NoDecode,
        Field(
            alias="RUST_OR_NOT_DOCS",
            default=(),
            description="folders of your own documents, separated by commas",
        ),
    ]
    team_docs: Annotated[
        Path | None,
        Field(
            alias="RUST_OR_NOT_TEAM_DOCS",
            default=None,
            description="folder with one of documents for each workspace, named by its id (T...), "
            "which no other workspace is shown",
        ),
    ]
    team_indexes: Annotated[
        int,
        Field(
            alias="RUST_OR_NOT_TEAM_INDEXES",
            default=8,
            ge=1,
            description="indexes of workspaces with documents of their own that are kept in "
            "memory at a time",
        ),
    ]
    model: Annotated[
        str,
        Field(
            alias="RUST_OR_NOT_MODEL",
            default=DEFAULT_MODEL,
            min_length=1,
            description="embedding model: the packaged one, a folder, or a name",
        ),
    ]
    threads: Annotated[
        int,
        Field(
            alias="RUST_OR_NOT_THREADS",
            default=2,
            ge=1,
            le=64,
            description="processor threads for one question",
        ),
    ]
    slack_bot_token: Annotated[
        SecretStr | None,
        Field(alias="SLACK_BOT_TOKEN", default=None, description="lets the bot post (xoxb-)"),
    ]
    slack_app_token: Annotated[
        SecretStr | None,
        Field(alias="SLACK_APP_TOKEN", default=None, description="Socket Mode (xapp-)"),
    ]
    slack_signing_secret: Annotated[
        SecretStr | None,
        Field(alias="SLACK_SIGNING_SECRET", default=None, description="checks Slack's requests"),
    ]
    slack_client_id: Annotated[
        str | None,
        Field(alias="SLACK_CLIENT_ID", default=None, description="several workspaces, by OAuth"),
    ]
    slack_client_secret: Annotated[
        SecretStr | None,
        Field(
            alias="SLACK_CLIENT_SECRET", default=None, description="several workspaces, by OAuth"
        ),
    ]
    token_keys: Annotated[
        SecretStr | None,
        Field(
            alias="RUST_OR_NOT_TOKEN_KEYS",
            default=None,
            description="encrypt the tokens of installed workspaces; the first of several seals",
        ),
    ]
    slack_api_url: Annotated[
        str,
        Field(
            alias="SLACK_API_URL",
            default="https://slack.com/api/",
            description="address of Slack's Web API",
        ),
    ]

    database_url: Annotated[
        SecretStr | None,
        Field(
            alias="DATABASE_URL",
            default=None,
            description="where assessments are kept; a SQLite file in the data folder if not set",
        ),
    ]
    shared_channels: Annotated[
        bool,
        Field(
            alias="RUST_OR_NOT_SHARED_CHANNELS",
            default=False,
            description="answer in channels shared with other organisations too",
        ),
    ]
    admins: Annotated[
        tuple[str, ...],
        NoDecode,
        Field(
            alias="RUST_OR_NOT_ADMINS",
            default=(),
            description="who may do what workspace admins may, rebuild, see gaps: user ids; with "
            "several workspaces TEAM/USER",
        ),
    ]
    channel_settings: Annotated[
        Literal["members", "admins"],
        Field(
            alias="RUST_OR_NOT_CHANNEL_SETTINGS",
            default="members",
            description="who may change how the bot behaves in a channel: its members save for "
            "guests, or only whoever created it and admins",
        ),
    ]
    keep_days: Annotated[
        int,
        Field(
            alias="RUST_OR_NOT_KEEP_DAYS",
            default=365,
            ge=1,
            description="days that assessments and threads are kept",
        ),
    ]
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(alias="RUST_OR_NOT_LOG_LEVEL", default="info", description="how much is logged"),
    ]
    log_contents: Annotated[
        bool,
        Field(
            alias="RUST_OR_NOT_LOG_CONTENTS",
            default=False,
            description="log the words of exceptions too, which may hold what people wrote",
        ),
    ]

    @field_validator("admins", mode="before")
    @classmethod
    def _split_ids(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("docs", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("data", mode="after")
    @classmethod
    def _at_home(cls, folder: Path) -> Path:
        return folder.expanduser()

    @field_validator("team_docs", mode="after")
    @classmethod
    def _team_docs_at_home(cls, folder: Path | None) -> Path | None:
        return folder and folder.expanduser()

    @field_validator("docs", mode="after")
    @classmethod
    def _all_at_home(cls, folders: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(folder.expanduser() for folder in folders)

    @property
    def several(self) -> bool:
        """Whether workspaces install the app by OAuth; a bot token stands for one workspace."""
        return (
            self.slack_bot_token is None
            and self.slack_client_id is not None
            and self.slack_client_secret is not None
        )

    @property
    def database(self) -> str:
        """The address of the database, for SQLAlchemy; it may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data / 'rust-or-not.db'}"

    @property
    def snapshot_address(self) -> str | None:
        """Of the object store that snapshots are shared by; None where they lie in a folder."""
        chosen = self.snapshot_store.get_secret_value() if self.snapshot_store else ""
        return chosen if "://" in chosen else None

    @property
    def snapshots(self) -> Path:
        """The folder of snapshots, or of the copies of those that are shared."""
        if self.snapshot_store is None or self.snapshot_address is not None:
            return self.data / "snapshots"
        return Path(self.snapshot_store.get_secret_value()).expanduser()

    @property
    def reader_folder(self) -> Path:
        return self.data / "models" / "reader"

    @property
    def encoder_folder(self) -> Path:
        """One folder for each model, so that a change of model keeps the former export."""
        safe = "".join(c if c.isalnum() or c in "-._" else "-" for c in self.model).strip("-.")
        return self.data / "models" / (safe[-80:] or "model")
