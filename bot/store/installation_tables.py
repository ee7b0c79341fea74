"""slack_sdk's tables of installations, with room for sealed tokens.

A sealed token is nearly twice as long as a plain one, and PostgreSQL keeps to a column's length.
"""

from __future__ import annotations

from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from sqlalchemy import MetaData, Table, Text

TOKENS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token")
"""The fields that are sealed, of an installation and, as far as it has them, of a bot."""


class RoomyInstallationStore(SQLAlchemyInstallationStore):
    """slack_sdk's store; its tables are made by our migrations and not by itself."""

    @classmethod
    def build_installations_table(cls, metadata: MetaData, table_name: str) -> Table:
        return _widened(super().build_installations_table(metadata, table_name))

    @classmethod
    def build_bots_table(cls, metadata: MetaData, table_name: str) -> Table:
        return _widened(super().build_bots_table(metadata, table_name))


def declare_installations(metadata: MetaData) -> None:
    """Add the two tables, as slack_sdk wants them, to ours."""
    store = RoomyInstallationStore
    store.build_installations_table(metadata, store.default_installations_table_name)
    store.build_bots_table(metadata, store.default_bots_table_name)


def _widened(table: Table) -> Table:
    for name in TOKENS:
        if name in table.c:
            table.c[name].type = Text()
    return table
