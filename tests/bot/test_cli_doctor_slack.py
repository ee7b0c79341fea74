"""What `rust-or-not doctor` says of Slack and the database: faults, remedies, no secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.doctor_slack import database, slack
from bot.cli.finding import Finding
from bot.settings import Settings
from bot.slack.app import open_workspaces
from bot.slack.manifest import load_manifest
from bot.store.database import connect, migrate
from bot.store.sealing import SETTING, new_key
from tests.slack.stand_in import SlackStandIn

HUSH = "hush-hush"


@pytest.fixture
def workspace() -> Iterator[SlackStandIn]:
    with SlackStandIn(manifest=load_manifest().as_data()) as workspace:
        yield workspace


def found(**given: str) -> dict[str, Finding]:
    return {finding.subject: finding for finding in slack(Settings.model_validate(given))}


def test_slack_is_not_missed_where_nobody_began_to_set_it_up() -> None:
    assert [finding.remedy for finding in found().values()] == [None]


def test_all_is_well_with_the_manifests_scopes(workspace: SlackStandIn) -> None:
    findings = found(**workspace.env())
    assert {finding.remedy for finding in findings.values()} == {None}
    assert findings["scopes"].state == "all of the manifest"
    assert findings["Socket Mode"].state == "can connect"
    assert "Acme" in findings["Slack"].state
    assert not any(token in str(findings) for token in workspace.env().values() if "xo" in token)


def test_a_missing_scope_is_named_with_what_is_lost(workspace: SlackStandIn) -> None:
    workspace.install.scopes -= {"files:write", "users:read"}
    findings = found(**workspace.env())
    assert "files:write is not granted: the architecture decision record" in findings["scope"].state
    assert findings["scope"].remedy is not None
    assert "users:read" in findings["optional scope"].state
    assert findings["optional scope"].remedy is None


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_a_token_that_slack_does_not_take_is_named_and_not_shown(
    name: str, workspace: SlackStandIn
) -> None:
    given = {**workspace.env(), name: f"{workspace.env()[name][:5]}{HUSH}"}
    findings = found(**given)
    faults = [finding for finding in findings.values() if finding.remedy]
    assert [name in finding.state for finding in faults] == [True]
    assert HUSH not in str(findings)


def test_a_missing_token_is_named(workspace: SlackStandIn) -> None:
    findings = found(SLACK_APP_TOKEN=workspace.app.app_token, SLACK_API_URL=workspace.api_url)
    assert findings["SLACK_BOT_TOKEN"].remedy is not None


def installed_by_oauth(workspace: SlackStandIn, tmp_path: Path) -> dict[str, str]:
    """Settings for several workspaces, of which one has installed the app."""
    given = {k: v for k, v in workspace.env().items() if k != "SLACK_BOT_TOKEN"}
    given |= {"DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}"}
    given |= {"RUST_OR_NOT_TOKEN_KEYS": new_key()}
    settings = Settings.model_validate(given)
    engine = connect(settings.database)
    migrate(engine)
    workspaces = open_workspaces(settings, engine)
    assert workspaces is not None
    found = workspaces.flow.run_installation(workspace.authorize_code())
    assert found is not None
    workspaces.installations.save(found)
    engine.dispose()
    return given


def test_of_several_workspaces_each_ones_token_is_tried(
    workspace: SlackStandIn, tmp_path: Path
) -> None:
    given = installed_by_oauth(workspace, tmp_path)
    findings = found(**given)
    assert "1 installed" in findings["Slack"].state
    assert findings["Acme: scopes"].state == "all of the manifest"
    assert {finding.remedy for finding in findings.values()} == {None}
    workspace.install.active = False
    assert "/slack/install" in (found(**given)["Acme"].remedy or "")
    assert workspace.install.token not in str(findings)


def test_a_missing_or_wrong_key_is_named(workspace: SlackStandIn, tmp_path: Path) -> None:
    given = installed_by_oauth(workspace, tmp_path)
    key = given.pop("RUST_OR_NOT_TOKEN_KEYS")
    assert found(**given)[SETTING].state == "is not set"
    assert "no key" in found(**given, **{SETTING: HUSH})[SETTING].state
    wrong = found(**given, **{SETTING: new_key()})["token keys"]
    assert "does not open" in wrong.state
    assert wrong.remedy is not None
    assert key not in str(wrong)


def test_the_database_is_looked_at_and_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "bot.db"
    chosen = Settings.model_validate({"DATABASE_URL": f"sqlite:///{file}"})
    assert "made when serving starts" in next(database(chosen)).state
    assert not file.exists()
    migrate(connect(chosen.database))
    assert next(database(chosen)).state.endswith("up to date")


@pytest.mark.parametrize("address", ["nonsense", f"sqlite:////nowhere/{HUSH}/../../dev/null/x"])
def test_a_database_that_cannot_be_opened_is_a_fault(address: str, tmp_path: Path) -> None:
    findings = list(database(Settings.model_validate({"DATABASE_URL": address})))
    assert len(findings) == 1
    assert "Traceback" not in findings[0].state


def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_text("not a database, " * 100)
    chosen = Settings.model_validate({"DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}"})
    (finding,) = database(chosen)
    assert finding.remedy is not None
    assert "cannot be opened" in finding.state
