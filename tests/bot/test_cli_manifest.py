"""`rust-or-not manifest`: both printed forms, for Socket Mode and for an address."""

from __future__ import annotations

import json

import pytest
import yaml

from bot.cli.failures import Exit
from bot.slack.manifest import Manifest, load_manifest
from tests.bot.conftest import Run


def test_both_printed_forms_say_the_same(run: Run) -> None:
    as_yaml, as_json = run("manifest"), run("manifest", "--json")
    assert (as_yaml.code, as_json.code) == (0, 0)
    assert yaml.safe_load(as_yaml.out) == json.loads(as_json.out) == load_manifest().as_data()


def test_what_is_printed_for_an_address_is_a_manifest_again(run: Run) -> None:
    address = "https://bot.example.com"
    done = run("manifest", "--url", address)
    assert Manifest.model_validate(yaml.safe_load(done.out)) == load_manifest().at(address)


@pytest.mark.parametrize("given", ["http://bot.example.com", "bot.example.com", ""])
def test_an_address_that_slack_cannot_use_is_refused_with_an_example(given: str, run: Run) -> None:
    done = run("manifest", "--url", given)
    assert done.code == Exit.BAD_INPUT
    assert done.out == ""
    assert "give one like https://bot.example.com" in done.err


def test_for_several_workspaces_there_is_an_address_to_come_back_to(run: Run) -> None:
    address = "https://bot.example.com/"
    done = run("manifest", "--install-url", address, "--json")
    printed = json.loads(done.out)
    redirect = ["https://bot.example.com/slack/oauth_redirect"]
    assert printed["oauth_config"]["redirect_urls"] == redirect
    settings = printed["settings"]
    assert settings["org_deploy_enabled"]
    assert settings["token_rotation_enabled"]
    assert settings["socket_mode_enabled"]
    both = json.loads(run("manifest", "--install-url", address, "--url", address, "--json").out)
    assert both["oauth_config"]["redirect_urls"] == redirect
    assert not both["settings"]["socket_mode_enabled"]


def test_an_address_to_install_from_is_an_https_one(run: Run) -> None:
    done = run("manifest", "--install-url", "http://bot.example.com")
    assert (done.code, done.out) == (Exit.BAD_INPUT, "")
