"""Several workspaces at once, end to end: each sees its own, and is served with its own token."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from slack_sdk import WebClient
from sqlalchemy.exc import OperationalError

from bot.service import Service
from bot.serving.intake import Sockets
from bot.settings import Settings
from bot.slack.app import make_app, open_workspaces
from bot.slack.leaving import finish
from bot.slack.rights import is_admin, may_rebuild
from bot.slack.workspaces import Unclear
from bot.store.sealing import KeyFault, new_key
from tests.postgres import Postgres
from tests.slack.stand_in import (
    Fault,
    Message,
    Person,
    SlackStandIn,
    Team,
    cut,
    garbage,
    hang,
    refusal,
    server_error,
)
from tests.slack.workspaces import MANIFEST, Bot, running, several

SECONDS = 30
HOUR = 3600
PARSER = "Our zebra parser in C takes untrusted input and crashes. Should we use Rust?"
CACHE = "Our walrus cache in Go has GC pauses of 40 ms. Should we use Rust?"


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    with SlackStandIn(manifest=MANIFEST.as_data(), installed=False) as slack:
        yield slack
        assert slack.complaints == [], slack.story()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return server.schema()
    return f"sqlite:///{tmp_path / 'bot.db'}"


@pytest.fixture
def bot(slack: SlackStandIn, service: Service, tmp_path: Path, warm: None) -> Iterator[Bot]:
    settings = several(slack, service, f"sqlite:///{tmp_path / 'bot.db'}")
    with running(slack, service, settings) as bot:
        yield bot


def asks(slack: SlackStandIn, who: Person, text: str = PARSER) -> Message:
    """Ask in a channel of the own workspace, and wait for the answer."""
    channel = slack.add_channel(f"general-{who.id}".lower(), who, team=who.member.team)
    asked = who.mentions_bot(channel, text)
    slack.wait_for(lambda: slack.replies(asked), SECONDS)
    slack.settle()
    return asked


def test_each_workspace_is_answered_with_its_own_token_and_sees_its_own(
    slack: SlackStandIn, service: Service, database: str, warm: None
) -> None:
    beta = slack.add_team("Beta")
    ada, bob = slack.add_user("ada", is_admin=True), slack.add_user("bob", team=beta, is_admin=True)
    with running(slack, service, several(slack, service, database)) as bot:
        for person in (ada, bob):
            assert bot.install(person).status == 200
        asks(slack, ada)
        asks(slack, bob, CACHE)
        posted = {call.token for call in slack.calls("chat.postMessage")}
        store = bot.house.office.store
        assert posted == {slack.install.token, slack.installed(beta).token}
        assert len(posted) == 2
        for person, own, other in ((ada, "zebra", "walrus"), (bob, "walrus", "zebra")):
            person.opens_home()
            slack.wait_for(lambda p=person: slack.home(p), SECONDS)
            home = str(slack.home(person).data)  # type: ignore[union-attr]
            assert own in home
            assert other not in home
            recent = store.recent(person.member.team.id, person.id, 9)
            assert [own in one.question for one in recent] == [True]
        assert store.recent(beta.id, ada.id, 9) == []


def test_who_has_not_installed_it_is_told_so(slack: SlackStandIn, bot: Bot) -> None:
    slack.install.active = True  # as Slack has it; the bot's database knows nothing of it
    ada = slack.add_user("ada")
    ada.slash("/rust-or-not", "help")
    told = slack.wait_for(lambda: slack.ephemerals(ada), SECONDS)
    assert "has not installed" in told[0].text


def test_one_workspace_that_leaves_takes_its_own_along_and_no_others(
    slack: SlackStandIn, bot: Bot
) -> None:
    beta = slack.add_team("Beta")
    ada, bob = slack.add_user("ada"), slack.add_user("bob", team=beta)
    for person in (ada, bob):
        bot.install(person)
        asks(slack, person)
    store = bot.house.office.store
    slack.uninstall(slack.installed(beta))
    slack.wait_for(lambda: store.count(beta.id) == 0, SECONDS)
    slack.settle()
    assert [one.team for one in bot.workspaces.installations.workspaces()] == [slack.team.id]
    assert store.count(slack.team.id) == 1
    asks(slack, slack.add_user("cleo"))


def test_a_late_word_of_leaving_deletes_nothing_that_was_installed_again(
    slack: SlackStandIn, bot: Bot
) -> None:
    ada = slack.add_user("ada")
    bot.install(ada)
    asks(slack, ada)
    told = [e for e in slack.uninstall() if e]
    slack.wait_for(lambda: bot.house.office.store.count(slack.team.id) == 0, SECONDS)
    bot.install(ada)
    asks(slack, slack.add_user("bob"))
    for envelope in told:
        slack.redeliver(envelope)
    slack.settle()
    assert bot.house.office.store.count(slack.team.id) == 1
    asks(slack, slack.add_user("cleo"))


@pytest.mark.parametrize("fault", [server_error(503), garbage(), refusal("internal_error")])
def test_where_slack_is_ill_a_late_word_of_leaving_deletes_nothing_that_is_installed(
    fault: Fault, slack: SlackStandIn, bot: Bot
) -> None:
    ada = slack.add_user("ada")
    bot.install(ada)
    asks(slack, ada)
    slack.faults.add("auth.test", fault)
    slack.tell("app_uninstalled", {"type": "app_uninstalled"})
    store = bot.house.office.store
    slack.wait_for(store.departures, SECONDS)
    slack.settle()
    assert store.count(slack.team.id) == 1
    finish(bot.house, bot.workspaces.client(slack.team.id))
    assert store.count(slack.team.id) == 1
    assert store.departures() == []
    asks(slack, slack.add_user("bob"))


# Rights


def test_an_admin_is_one_of_their_own_workspace_only(slack: SlackStandIn, bot: Bot) -> None:
    beta = slack.add_team("Beta")
    ada, bob = slack.add_user("ada", is_admin=True), slack.add_user("bob", team=beta, is_admin=True)
    bot.install(ada)
    slack.add_channel("shared", ada, bob, is_ext_shared=True)
    client, settings = bot.workspaces.client(slack.team.id), bot.house.settings
    assert is_admin(settings, client, slack.team.id, ada.id)
    assert not is_admin(settings, client, slack.team.id, bob.id)


def test_the_index_of_all_is_rebuilt_by_no_workspaces_admin(slack: SlackStandIn, bot: Bot) -> None:
    ada = slack.add_user("ada", is_admin=True)
    bot.install(ada)
    ada.slash("/rust-or-not", "reindex")
    told = slack.wait_for(lambda: slack.ephemerals(ada), SECONDS)
    assert "RUST_OR_NOT_ADMINS" in told[0].text
    ada.opens_home()
    slack.wait_for(lambda: slack.home(ada), SECONDS)
    home = slack.home(ada)
    assert home is not None
    assert "admin" not in [block.get("block_id") for block in home.data["blocks"]]
    assert "gaps" in [block.get("block_id") for block in home.data["blocks"]]


def test_an_operator_is_named_with_the_workspace(slack: SlackStandIn, bot: Bot) -> None:
    ada = slack.add_user("ada")
    bot.install(ada)
    client = bot.workspaces.client(slack.team.id)
    for named, may in ((ada.id, False), (f"{slack.team.id}/{ada.id}", True)):
        settings = bot.house.settings.model_copy(update={"admins": (named,)})
        assert may_rebuild(settings, client, slack.team.id, ada.id) is may
        assert not may_rebuild(settings, client, "T0OTHER", ada.id)


# Tokens that expire


def refreshed(slack: SlackStandIn) -> list[object]:
    """The times that a token was asked to be renewed."""
    return [call for call in slack.calls("oauth.v2.access") if call.args.get("refresh_token")]


def until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not met():
        assert time.monotonic() < end
        time.sleep(0.02)


def grow_old(slack: SlackStandIn, bot: Bot, hours: float) -> None:
    """Bring the end of the tokens so much nearer, on both sides."""
    for workspace in bot.workspaces.installations.workspaces():
        found = bot.workspaces.installations.installation(workspace)
        assert found is not None
        assert found.bot_token_expires_at is not None
        found.bot_token_expires_at -= int(hours * HOUR)
        bot.workspaces.installations.save(found)
    for token in slack.world.expiries:
        slack.world.expiries[token] -= hours * HOUR


def test_a_token_is_renewed_before_it_expires_and_the_new_one_is_kept(
    slack: SlackStandIn, service: Service, database: str, warm: None
) -> None:
    settings = several(slack, service, database)
    used = set()
    with running(slack, service, settings) as bot:
        bot.install(slack.add_user("ada"))
        for times in (1, 2, 3):
            asks(slack, slack.add_user("ada"))
            used.add(slack.calls("chat.postMessage")[-1].token)
            grow_old(slack, bot, hours=10.5)
            bot.workspaces.renew()
            slack.wait_for(lambda n=times: len(refreshed(slack)) == n, SECONDS)
            until(lambda: bot.workspaces.client(slack.team.id).token == slack.install.token)
    assert len(used) == 3


def test_of_many_that_find_a_token_old_one_renews_it(
    slack: SlackStandIn, service: Service, database: str, warm: None
) -> None:
    """A refresh token is good once: the second to use it would lock the bot out."""
    settings = several(slack, service, database)
    second = running(slack, service, settings, answers=False)
    with running(slack, service, settings) as bot, second as other:
        bot.install(slack.add_user("ada"))
        grow_old(slack, bot, hours=11)
        both = [bot, other] if database.startswith("postgresql") else [bot]
        with ThreadPoolExecutor(8) as pool:
            found = list(
                pool.map(lambda n: both[n % len(both)].workspaces.client(slack.team.id), range(8))
            )
        assert len({client.token for client in found} - {slack.install.token}) <= 1
        until(lambda: bot.workspaces.client(slack.team.id).token == slack.install.token)
        until(lambda: not any(one.workspaces._renewing.locked() for one in both))
    assert len(refreshed(slack)) == 1


@pytest.mark.parametrize(
    "fault",
    [server_error(503), cut(), garbage(b"\xff"), garbage(b"[1]")],
    ids=["503", "cut", "no text", "a list"],
)
def test_while_slack_does_not_renew_a_token_the_old_one_serves(
    fault: Fault, slack: SlackStandIn, bot: Bot
) -> None:
    ada = slack.add_user("ada")
    bot.install(ada)
    grow_old(slack, bot, hours=11)
    slack.faults.add("oauth.v2.access", fault, times=9)
    asks(slack, ada)
    assert len(slack.calls("oauth.v2.access")) == 2, "the install, and one try a minute"
    slack.faults.clear()
    bot.workspaces.clock = lambda: time.time() + 61
    asks(slack, slack.add_user("bob"))
    until(lambda: bot.workspaces.client(slack.team.id).token == slack.install.token)
    asks(slack, slack.add_user("cleo"))
    assert slack.calls("chat.postMessage")[-1].token == slack.install.token


def test_slack_that_hangs_while_it_renews_a_token_holds_nothing_up(
    slack: SlackStandIn, bot: Bot
) -> None:
    beta = slack.add_team("Beta")
    bot.install(slack.add_user("ada"))
    bot.install(slack.add_user("bob", team=beta))
    grow_old(slack, bot, hours=11)
    slack.faults.add("oauth.v2.access", hang(20), times=9)
    began = time.monotonic()
    for _ in range(3):
        for team in (slack.team, beta):
            assert bot.workspaces.client(team.id).token == slack.installed(team).token
    assert time.monotonic() - began < 5
    slack.faults.clear()


def test_a_renewed_token_that_cannot_be_kept_is_used_and_kept_later(
    slack: SlackStandIn, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its refresh token is the only one that Slack takes from now on."""
    bot.install(slack.add_user("ada"))
    grow_old(slack, bot, hours=13)
    workspaces, team = bot.workspaces, slack.team.id

    def full(_: object) -> None:
        raise OperationalError("INSERT", None, OSError("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(workspaces.installations, "save", full)
        assert workspaces.client(team).token == slack.install.token
        assert workspaces.client(team).token == slack.install.token
    (workspace,) = workspaces.installations.workspaces()

    def kept() -> str | None:
        found = workspaces.installations.installation(workspace)
        return found.bot_token if found else None

    assert kept() != slack.install.token
    workspaces.clock = lambda: time.time() + 6
    assert workspaces.client(team).token == slack.install.token
    until(lambda: kept() == slack.install.token)
    assert len(refreshed(slack)) == 1


def test_whether_an_expired_token_is_of_one_who_left_is_told_by_renewing_it(
    slack: SlackStandIn, bot: Bot
) -> None:
    bot.install(slack.add_user("ada"))
    (workspace,) = bot.workspaces.installations.workspaces()
    slack.forgive("token_expired")
    grow_old(slack, bot, hours=13)
    slack.faults.add("oauth.v2.access", server_error(503))
    with pytest.raises(Unclear):
        bot.workspaces.leave(workspace, 0.0)
    assert not bot.workspaces.leave(workspace, 0.0)
    grow_old(slack, bot, hours=13)
    slack.faults.add("oauth.v2.access", refusal("invalid_refresh_token"))
    assert bot.workspaces.leave(workspace, 0.0)
    assert bot.workspaces.installations.workspaces() == []


def test_a_token_that_cannot_be_renewed_any_more_is_not_used(slack: SlackStandIn, bot: Bot) -> None:
    ada = slack.add_user("ada")
    bot.install(ada)
    grow_old(slack, bot, hours=13)
    slack.faults.add("oauth.v2.access", refusal("invalid_refresh_token"), times=9)
    ada.slash("/rust-or-not", "help")
    told = slack.wait_for(lambda: slack.ephemerals(ada), SECONDS)
    assert "install it again" in told[0].text


# Keys


def test_with_another_key_nothing_is_opened_and_the_fault_says_why(
    slack: SlackStandIn, bot: Bot
) -> None:
    bot.install(slack.add_user("ada"))
    other = several(slack, bot.house.office.service, bot.house.settings.database)
    with pytest.raises(KeyFault, match="does not open the tokens") as fault:
        open_workspaces(other, bot.engine)
    assert slack.install.token not in str(fault.value)


def test_a_key_is_exchanged_without_installing_again(slack: SlackStandIn, bot: Bot) -> None:
    bot.install(slack.add_user("ada"))
    old = bot.house.settings.token_keys
    assert old is not None
    new = new_key()

    def opened(keys: str) -> str | None:
        settings = Settings.model_validate(
            bot.house.settings.model_dump(by_alias=True) | {"RUST_OR_NOT_TOKEN_KEYS": keys}
        )
        found = open_workspaces(settings, bot.engine)
        assert found is not None
        found.installations.reseal()
        return found.client(slack.team.id).token

    assert opened(f"{new},{old.get_secret_value()}") == slack.install.token
    assert opened(new) == slack.install.token
    with pytest.raises(KeyFault):
        opened(old.get_secret_value())


def test_an_answer_waits_while_a_token_is_sealed_with_a_key_that_this_process_lacks(
    slack: SlackStandIn, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has the new key already."""
    ada = slack.add_user("ada")
    bot.install(ada)
    real, refused = bot.workspaces.client, list[str]()

    def client(team: str) -> WebClient:
        if len(refused) < 2:  # to show the status, and to answer
            refused.append(team)
            raise KeyFault("not this key", "wait")
        return real(team)

    monkeypatch.setattr(bot.workspaces, "client", client)
    asked = asks(slack, ada)
    assert len(refused) == 2
    assert ["reference:" in reply.text for reply in slack.replies(asked)] == [False]


# Organisations


def in_organisation(slack: SlackStandIn, bot: Bot) -> tuple[Team, Team]:
    """Two workspaces of one organisation, served through one installation."""
    organisation = slack.add_enterprise("Umbrella")
    teams = tuple(slack.add_team(name, organisation) for name in ("North", "South"))
    admin = slack.add_user("admin", team=teams[0], is_admin=True)
    page = bot.install(admin, org=organisation)
    assert page.status == 200
    assert "Umbrella" in page.body
    assert organisation.id in page.body
    install = next(i for i in slack.world.installations.values() if i.enterprise)
    install.granted.update(team.id for team in teams)
    return teams[0], teams[1]


def test_an_organisation_installs_once_and_its_workspaces_stay_apart(
    slack: SlackStandIn, bot: Bot
) -> None:
    north, south = in_organisation(slack, bot)
    nora, sam = slack.add_user("nora", team=north), slack.add_user("sam", team=south)
    asks(slack, nora)
    asks(slack, sam, CACHE)
    sam.slash("/rust-or-not", "history")
    told = slack.wait_for(lambda: slack.ephemerals(sam), SECONDS)
    assert "walrus" in str(told[0].blocks)
    assert "zebra" not in str(told[0].blocks)
    store = bot.house.office.store
    assert [store.count(team.id) for team in (north, south)] == [1, 1]
    assert store.count("") == 0
    assert bot.workspaces.client(south.id).token == slack.installed(south).token


def test_a_workspace_that_its_organisation_takes_away_is_forgotten_alone(
    slack: SlackStandIn, bot: Bot
) -> None:
    north, south = in_organisation(slack, bot)
    for team in (north, south):
        asks(slack, slack.add_user("someone", team=team))
    store, install = bot.house.office.store, slack.installed(north)
    slack.take_away(install, south)
    slack.wait_for(lambda: store.count(south.id) == 0, SECONDS)
    assert store.count(north.id) == 1
    slack.uninstall(install)
    slack.wait_for(lambda: store.count(north.id) == 0, SECONDS)
    slack.settle()
    assert bot.workspaces.installations.workspaces() == []


# Socket Mode


def test_by_socket_mode_two_workspaces_are_served_too(
    slack: SlackStandIn, service: Service, tmp_path: Path, warm: None
) -> None:
    beta = slack.add_team("Beta")
    ada, bob = slack.add_user("ada"), slack.add_user("bob", team=beta)
    with running(slack, service, several(slack, service, f"sqlite:///{tmp_path / 'b.db'}")) as bot:
        for person in (ada, bob):
            bot.install(person)
        slack.http.url = None
        with ThreadPoolExecutor(8) as answering:
            sockets = Sockets(make_app(bot.house, answering), slack.app.app_token)
            sockets.client.connect()
            slack.wait_connected()
            for person in (ada, bob):
                asks(slack, person)
            sockets.close()
    assert len({call.token for call in slack.calls("chat.postMessage")}) == 2


def test_a_fresh_process_finds_what_another_installed(
    slack: SlackStandIn, service: Service, database: str, warm: None
) -> None:
    settings = several(slack, service, database)
    with running(slack, service, settings) as bot:
        bot.install(slack.add_user("ada"))
    with running(slack, service, settings):
        asks(slack, slack.add_user("bob"))
