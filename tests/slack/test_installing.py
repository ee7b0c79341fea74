"""Installing by OAuth: begun and finished by one browser, once, in time; nothing leaks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bot.service import Service
from bot.slack.manifest import INSTALL_PATH, REDIRECT_PATH
from tests.postgres import Postgres
from tests.slack.stand_in import SlackStandIn, server_error
from tests.slack.workspaces import MANIFEST, Bot, Browser, running, several


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    with SlackStandIn(manifest=MANIFEST.as_data(), installed=False) as slack:
        yield slack
        assert slack.complaints == [], slack.story()


@pytest.fixture
def bot(slack: SlackStandIn, service: Service, tmp_path: Path, warm: None) -> Iterator[Bot]:
    chosen = several(slack, service, f"sqlite:///{tmp_path / 'bot.db'}")
    with running(slack, service, chosen) as bot:
        yield bot


def everything(bot: Bot) -> str:
    """All that is in the database, as text."""
    with bot.engine.connect() as connection:
        tables = ("slack_installations", "slack_bots")
        return str([connection.execute(text(f"SELECT * FROM {t}")).all() for t in tables])


def test_whoever_consents_has_the_app_in_their_workspace(slack: SlackStandIn, bot: Bot) -> None:
    page = bot.install(slack.add_user("ada"))
    assert page.status == 200
    assert slack.team.name in page.body
    assert [one.team for one in bot.workspaces.installations.workspaces()] == [slack.team.id]


def test_exactly_the_scopes_of_the_manifest_are_asked_for(slack: SlackStandIn, bot: Bot) -> None:
    ada = slack.add_user("ada")
    bot.install(ada)
    assert slack.install.scopes == frozenset(MANIFEST.scopes)


def test_without_its_optional_scopes_it_is_installed_all_the_same(
    slack: SlackStandIn, bot: Bot
) -> None:
    assert bot.install(slack.add_user("ada"), without=MANIFEST.optional_scopes).status == 200
    assert slack.install.scopes == MANIFEST.required_scopes


def test_no_token_stands_in_the_database_in_the_clear(slack: SlackStandIn, bot: Bot) -> None:
    bot.install(slack.add_user("ada"))
    kept = everything(bot)
    assert slack.team.id in kept
    assert slack.install.refresh_token is not None
    for token in (slack.install.token, slack.install.refresh_token):
        assert token not in kept
    assert "xox" not in kept


def test_who_cancels_is_told_so_and_nothing_is_kept(slack: SlackStandIn, bot: Bot) -> None:
    browser = bot.browser
    page = browser.get(slack.add_user("ada").declines(browser.begin()))
    assert "cancelled" in page.body
    assert bot.workspaces.installations.workspaces() == []


def test_a_link_that_somebody_else_began_is_refused(slack: SlackStandIn, bot: Bot) -> None:
    """Else a stranger could have a person install into the stranger's own session."""
    began, victim = bot.browser, bot.browser
    address = slack.add_user("ada").consents(began.begin())
    victim.begin()
    assert victim.get(address).status == 400
    assert bot.browser.get(address).status == 400
    assert bot.workspaces.installations.workspaces() == []


def test_a_state_is_good_once(slack: SlackStandIn, bot: Bot) -> None:
    browser = bot.browser
    begun = browser.begin()
    state = dict(browser.cookies)
    ada = slack.add_user("ada")
    assert browser.get(ada.consents(begun)).status == 200
    browser.cookies = state
    assert browser.get(ada.consents(begun)).status == 401


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_of_many_requests_at_once_with_one_state_one_succeeds(
    kind: str,
    slack: SlackStandIn,
    service: Service,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    server: Postgres | None = request.getfixturevalue("postgres") if kind == "postgresql" else None
    database = server.schema() if server else f"sqlite:///{tmp_path / 'bot.db'}"
    with running(slack, service, several(slack, service, database)) as bot:
        browser = bot.browser
        begun, ada = browser.begin(), slack.add_user("ada")
        together = threading.Barrier(6)

        def finish(address: str) -> int:
            together.wait(20)
            return Browser(bot.url, dict(browser.cookies)).get(address).status

        with ThreadPoolExecutor(6) as pool:
            found = sorted(pool.map(finish, [ada.consents(begun) for _ in range(6)]))
    assert found == [200] + [401] * 5


def test_a_state_is_good_for_ten_minutes(slack: SlackStandIn, bot: Bot) -> None:
    browser = bot.browser
    address = slack.add_user("ada").consents(browser.begin())
    with bot.engine.begin() as connection:
        connection.execute(text("UPDATE oauth_states SET expires_at = expires_at - 601"))
    assert browser.get(address).status == 401
    bot.browser.begin()
    with bot.engine.connect() as connection:
        count = connection.scalar(text("SELECT count(*) FROM oauth_states"))
    assert count == 1, "what nobody finished is not kept"


@pytest.mark.parametrize(
    "query", ["", "code=x", "state=x", "code=&state=", "error=<b>x</b>", "state=%ff&code=%00"]
)
def test_what_slack_did_not_send_is_refused_without_repeating_it(query: str, bot: Bot) -> None:
    page = bot.browser.get(f"/slack/oauth_redirect?{query}")
    assert page.status in (200, 400, 401)
    assert "<b>" not in page.body
    assert bot.workspaces.installations.workspaces() == []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE"]),
    path=st.sampled_from([INSTALL_PATH, REDIRECT_PATH]),
    query=st.binary(max_size=300),
    cookie=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=300),
)
def test_no_rubbish_makes_the_pages_fail_or_installs_anything(
    method: str, path: str, query: bytes, cookie: str, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    """Names that Slack uses among them, so that what belongs to them is read."""
    for name in (b"", b"code=", b"state=", b"error=", b"code=x&state=", b"team="):
        host = bot.url.removeprefix("http://")
        with closing(HTTPConnection(host, timeout=20)) as connection:
            address = f"{path}?{(name + query).decode('latin-1')}"
            address = quote(address, safe="/?&=%+;")
            connection.request(method, address, headers={"cookie": cookie})
            assert connection.getresponse().status < 500
    assert bot.workspaces.installations.workspaces() == []
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def test_a_page_passes_nothing_on(slack: SlackStandIn, bot: Bot) -> None:
    page = bot.install(slack.add_user("ada"))
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("team", ["T1&redirect_uri=https://evil.example", "%0d%0aX:%20y", "<b>"])
def test_only_a_workspaces_id_is_passed_on_to_slack(team: str, bot: Bot) -> None:
    page = bot.browser.get(f"/slack/install?team={team.replace('&', '%26')}")
    assert page.status == 302
    assert "team=" not in page.headers["location"]
    assert "evil" not in page.headers["location"]


def test_a_name_of_a_workspace_is_shown_as_text(slack: SlackStandIn, bot: Bot) -> None:
    slack.team.name = "<script>alert(1)</script>"
    page = bot.install(slack.add_user("ada"))
    assert "<script>" not in page.body
    assert "&lt;script&gt;" in page.body


def test_a_wrong_client_secret_is_logged_by_slacks_word_for_it_and_not_shown(
    slack: SlackStandIn, bot: Bot, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture
) -> None:
    slack.app.client_secret = "another"
    with caplog.at_level(logging.DEBUG), slack.expecting("bad_client_secret"):
        page = bot.install(slack.add_user("ada"))
    assert page.status == 401
    logged = caplog.text + capsys.readouterr().out
    assert "bad_client_secret" in logged
    secret = bot.house.settings.slack_client_secret
    assert secret is not None
    assert secret.get_secret_value() not in logged + page.body


def test_when_slack_fails_the_person_is_told_to_begin_once_more(
    slack: SlackStandIn, bot: Bot
) -> None:
    slack.faults.add("oauth.v2.access", server_error(503), times=9)
    page = bot.install(slack.add_user("ada"))
    assert page.status == 401
    assert "Begin once more" in page.body
    slack.faults.clear()
    assert bot.install(slack.add_user("ada")).status == 200
