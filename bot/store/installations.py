"""Where the app is installed, and with which tokens, which are sealed before they are written."""

from __future__ import annotations

import logging
import threading
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from slack_sdk.oauth.installation_store import Bot, Installation, InstallationStore
from sqlalchemy import Connection, Engine, delete, select

from bot.store import tables as t
from bot.store.installation_tables import TOKENS, RoomyInstallationStore
from bot.store.sealing import Seal
from bot.store.upsert import upsert

_REFRESHING = 0x746F6B
"""The first half of the number of a lock in PostgreSQL; the second tells the installation."""

Found = TypeVar("Found", Installation, Bot)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One installation: of a workspace, or of a whole organisation, which then has no `team`."""

    enterprise: str | None
    team: str | None
    name: str = field(default="", compare=False)

    @classmethod
    def of(cls, enterprise: str | None, team: str | None, *, org: bool) -> Workspace:
        return cls(enterprise, None if org else team)

    @property
    def org(self) -> bool:
        return self.team is None


class Installations(InstallationStore):
    """slack_sdk's store, with sealed tokens. One row for each installation: the latest.

    Every method that reads a token raises `KeyFault` where it cannot be opened.
    """

    def __init__(self, engine: Engine, client_id: str, seal: Seal) -> None:
        self._engine, self._seal = engine, seal
        self._rows = RoomyInstallationStore(client_id, engine)
        self._refreshing: dict[Workspace, threading.Lock] = defaultdict(threading.Lock)
        self._looking = threading.Lock()

    @property
    def logger(self) -> logging.Logger:
        return self._rows.logger

    def save(self, installation: Installation) -> None:
        sealed = self._closed(installation, Installation(**installation.to_dict_for_copying()))
        self._rows.save(sealed)
        self._drop_older(installation)

    def save_bot(self, bot: Bot) -> None:
        self._rows.save_bot(self._closed(bot, Bot(**bot.to_dict_for_copying())))

    def find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        found = self._rows.find_installation(
            enterprise_id=enterprise_id,
            team_id=team_id,
            user_id=user_id,
            is_enterprise_install=is_enterprise_install,
        )
        return None if found is None else self._opened(found)

    def find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        found = self._rows.find_bot(
            enterprise_id=enterprise_id,
            team_id=team_id,
            is_enterprise_install=is_enterprise_install,
        )
        return None if found is None else self._opened(found)

    def delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        self._rows.delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    def delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        self._rows.delete_installation(
            enterprise_id=enterprise_id, team_id=team_id, user_id=user_id
        )

    def workspaces(self) -> list[Workspace]:
        """All installations, by name. Reads no token."""
        c = self._rows.installations.c
        name = (c.team_name, c.enterprise_name)
        query = select(c.enterprise_id, c.team_id, *name).where(c.client_id == self._rows.client_id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        found = {
            Workspace(row.enterprise_id, row.team_id, row.team_name or row.enterprise_name or "")
            for row in rows
        }
        return sorted(found, key=lambda one: (one.name, one.team or "", one.enterprise or ""))

    def installation(self, workspace: Workspace) -> Installation | None:
        return self.find_installation(
            enterprise_id=workspace.enterprise,
            team_id=workspace.team,
            is_enterprise_install=workspace.org,
        )

    def check(self) -> None:
        """Raises `KeyFault` where a token that is kept cannot be opened."""
        for workspace in self.workspaces():
            self.installation(workspace)

    def reseal(self) -> int:
        """Seal every token with the first key. Returns for how many installations."""
        found = self.workspaces()
        for workspace in found:
            with self.alone(workspace):
                installation = self.installation(workspace)
                if installation is not None:
                    self.save(installation)
        return len(found)

    @contextmanager
    def alone(self, workspace: Workspace) -> Iterator[None]:
        """Keep every other thread and process from changing an installation's tokens meanwhile.

        Processes that share a database of SQLite are not kept; sharing takes PostgreSQL.
        """
        with self._looking:
            refreshing = self._refreshing[workspace]
        with refreshing, self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                name = f"{workspace.enterprise}/{workspace.team}".encode()
                number = zlib.crc32(name) - 2**31
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_REFRESHING}, {number})")
            yield
            connection.rollback()

    # Workspaces of organisations

    def note(self, team: str, enterprise: str) -> None:
        """Remember that a workspace is served through its organisation's installation."""
        with self._engine.begin() as connection:
            upsert(connection, t.org_teams, {"team": team, "enterprise": enterprise})

    def of_team(self, team: str) -> Workspace | None:
        """The installation through which a workspace is served: its own, or its organisation's."""
        c = self._rows.installations.c
        own = select(c.enterprise_id).where(c.client_id == self._rows.client_id, c.team_id == team)
        org = select(t.org_teams.c.enterprise).where(t.org_teams.c.team == team)
        with self._engine.connect() as connection:
            row = connection.execute(own).first()
            if row is not None:
                return Workspace(row.enterprise_id, team)
            enterprise = connection.scalar(org)
        return None if enterprise is None else Workspace(enterprise, None)

    def lose(self, enterprise: str, teams: Iterable[str], now: float) -> list[str]:
        """These workspaces are no longer served through their organisation: they become departures.
        Returns which: none that was not."""
        with self._engine.begin() as connection:
            return self._lose(connection, enterprise, teams, now)

    def end(self, workspace: Workspace, found: Installation | None, now: float) -> list[str]:
        """Delete an installation, as `found` or older: one that came after it stays.

        The workspaces of an organisation become departures; returns which.
        """
        with self._engine.begin() as connection:
            if found is not None:
                self._delete(connection, found, itself=True)
            if workspace.enterprise is None or not workspace.org:
                return []
            noted = t.org_teams.c.enterprise == workspace.enterprise
            teams = connection.scalars(select(t.org_teams.c.team).where(noted)).all()
            return self._lose(connection, workspace.enterprise, teams, now)

    def _lose(
        self, connection: Connection, enterprise: str, teams: Iterable[str], now: float
    ) -> list[str]:
        lost = []
        for team in sorted(set(teams)):
            c = t.org_teams.c
            noted = delete(t.org_teams).where(c.team == team, c.enterprise == enterprise)
            if connection.execute(noted).rowcount:
                row = {"enterprise": enterprise, "team": team, "told_at": now}
                upsert(connection, t.departures, row)
                lost.append(team)
        return lost

    def _drop_older(self, installation: Installation) -> None:
        """slack_sdk adds a row with each install, and leaves the older tokens where they are."""
        with self._engine.begin() as connection:
            self._delete(connection, installation, itself=False)

    def _delete(self, connection: Connection, than: Installation, *, itself: bool) -> None:
        moment = than.to_dict()["installed_at"].replace(tzinfo=None)
        for table in (self._rows.installations, self._rows.bots):
            c = table.c
            connection.execute(
                delete(table).where(
                    c.client_id == self._rows.client_id,
                    c.enterprise_id == than.enterprise_id,
                    c.team_id == than.team_id,
                    c.installed_at <= moment if itself else c.installed_at < moment,
                )
            )

    def _closed(self, plain: Found, copy: Found) -> Found:
        for name in TOKENS:
            if (token := getattr(plain, name, None)) is not None:
                setattr(copy, name, self._seal.close(token))
        return copy

    def _opened(self, found: Found) -> Found:
        for name in TOKENS:
            if (sealed := getattr(found, name, None)) is not None:
                setattr(found, name, self._seal.open(sealed))
        return found
