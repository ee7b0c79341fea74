"""`rust-or-not serve` for several workspaces, as a process of its own."""

from __future__ import annotations

from pathlib import Path

from bot.cli.failures import Exit
from bot.service import Service
from bot.slack.manifest import EVENTS_PATH
from bot.store.sealing import new_key
from tests.postgres import Postgres
from tests.slack.serving import SECONDS, environment, started
from tests.slack.stand_in import SlackStandIn
from tests.slack.test_serve import is_quiet
from tests.slack.workspaces import MANIFEST, Browser


def test_it_is_installed_asked_and_removed_and_its_log_tells_no_token(
    service: Service, tmp_path: Path, postgres: Postgres
) -> None:
    with SlackStandIn(manifest=MANIFEST.as_data(), installed=False) as slack:
        env = environment(slack, service.settings.data, tmp_path)
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
            del env[name]
        env |= {"RUST_OR_NOT_TOKEN_KEYS": new_key(), "DATABASE_URL": postgres.schema()}
        with started(["serve", "--port", "0"], env, tmp_path) as running:
            assert running.log("ready")["team"] == "0 workspaces"
            slack.use_http(f"{running.url}{EVENTS_PATH}")
            browser, ada = Browser(running.url), slack.add_user("ada")
            address = ada.consents(browser.begin())
            assert browser.get(address).status == 200
            asked = ada.mentions_bot(slack.add_channel("general", ada), "Rust for a hush parser?")
            assert slack.wait_for(lambda: slack.replies(asked), SECONDS)
            slack.uninstall()
            running.log("a workspace left, all of it is deleted")
            assert running.stop() == 0
            is_quiet(running, slack)
        secrets = (slack.install.refresh_token, env["RUST_OR_NOT_TOKEN_KEYS"], "code=")
        assert not any(str(secret) in running.said for secret in secrets)
        assert slack.complaints == [], slack.story()


def test_without_a_key_it_does_not_start_and_says_how_to_make_one(
    slack: SlackStandIn, service: Service, tmp_path: Path
) -> None:
    env = environment(slack, service.settings.data, tmp_path)
    del env["SLACK_BOT_TOKEN"]
    with started(["serve"], env, tmp_path) as running:
        assert running.wait() == Exit.BAD_INPUT
    assert "RUST_OR_NOT_TOKEN_KEYS is not set" in running.said
    assert "rust-or-not keys new" in running.said
