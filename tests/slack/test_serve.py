"""`rust-or-not serve` as a process of its own, against the stand-in, by socket and by HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.cli.failures import Exit
from bot.service import Service
from bot.slack.manifest import EVENTS_PATH, load_manifest
from bot.store.database import connect, migrate
from bot.store.store import Store
from knowledge.wording import load_rebuild_wording
from tests.slack.answers import assessed
from tests.slack.serving import SECONDS, Process, environment, started
from tests.slack.stand_in import Message, Person, SlackStandIn, hang, rate_limited, server_error
from tests.slack.stand_in.http_mode import Signature, signed_headers

QUESTION = "Our hush-hush parser in C takes untrusted input and crashes. Should we use Rust?"
SECRET_WORD = "hush"


@contextmanager
def serving(slack: SlackStandIn, service: Service, folder: Path) -> Iterator[Process]:
    """A process that is ready, by Socket Mode; its health checks have a port."""
    arguments = ["serve", "--port", "0"]
    with started(arguments, environment(slack, service.settings.data, folder), folder) as running:
        running.log("ready")
        slack.wait_connected()
        yield running


@pytest.fixture
def by_socket(slack: SlackStandIn, service: Service, tmp_path: Path) -> Iterator[Process]:
    with serving(slack, service, tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def by_http(service: Service, folder: Path) -> Iterator[tuple[SlackStandIn, Process]]:
    """A workspace that sends its requests to a process; in the end it stops cleanly."""
    manifest = load_manifest().at("https://bot.example.com").as_data()
    with SlackStandIn(manifest=manifest) as slack:
        own = environment(slack, service.settings.data, folder)
        del own["SLACK_APP_TOKEN"]
        with started(["serve", "--port", "0"], own, folder) as running:
            running.log("ready")
            slack.use_http(f"{running.url}{EVENTS_PATH}")
            yield slack, running
            assert running.stop() == 0
            is_quiet(running, slack)
        assert slack.complaints == [], slack.story()


def asks(slack: SlackStandIn) -> tuple[Person, Message]:
    ada = slack.add_user("ada")
    return ada, ada.mentions_bot(slack.add_channel("general", ada), QUESTION)


def is_quiet(running: Process, slack: SlackStandIn) -> None:
    """The log is JSON, without what people wrote and without secrets."""
    assert all("event" in json.loads(line) for line in running.lines)
    for secret in (SECRET_WORD, slack.bot_token, slack.app.app_token, slack.app.signing_secret):
        assert secret not in running.said


# Socket Mode


def test_a_question_by_socket_is_answered_and_the_log_holds_none_of_it(
    slack: SlackStandIn, by_socket: Process
) -> None:
    _, asked = asks(slack)
    reply = slack.wait_for(lambda: slack.replies(asked), SECONDS)[0]
    assert "Rust" in reply.text
    assert by_socket.get("/healthz") == (200, {"alive": True})
    assert by_socket.get("/readyz") == (200, {"ready": True, "state": "ready"})
    assert by_socket.get(EVENTS_PATH)[0] == 404
    figures = by_socket.figures()
    assert "rust_or_not_questions_total 1.0" in figures
    assert 'rust_or_not_stage_seconds_count{stage="post"} 1.0' in figures
    assert "rust_or_not_slack_connected 1.0" in figures
    assert any(line.startswith('rust_or_not_snapshot_info{id="2') for line in figures)
    slack.faults.add("apps.connections.open", server_error(503), times=50)
    slack.sockets.close()
    eventually(lambda: by_socket.get("/readyz")[0] == 503)
    assert "rust_or_not_slack_connected 0.0" in by_socket.figures()
    assert by_socket.get("/healthz")[0] == 200
    assert by_socket.stop() == 0
    is_quiet(by_socket, slack)


def test_a_stop_leaves_an_answer_that_slack_asks_to_send_later_to_the_next_process(
    slack: SlackStandIn, service: Service, tmp_path: Path
) -> None:
    slack.faults.add("chat.postMessage", rate_limited(1))
    with serving(slack, service, tmp_path) as first:
        _, asked = asks(slack)
        slack.wait_for(lambda: slack.calls("chat.postMessage"), SECONDS)
        assert slack.replies(asked) == []
        assert first.stop() == 0
        assert first.log("stopped")
    assert slack.replies(asked) == [] and slack.sockets.live == []
    with serving(slack, service, tmp_path):
        slack.wait_for(lambda: slack.replies(asked), SECONDS)
        slack.settle()
    assert len(slack.replies(asked)) == 1


def test_a_stop_lets_the_answer_that_is_being_posted_be_finished(
    slack: SlackStandIn, by_socket: Process
) -> None:
    slack.faults.add("chat.postMessage", hang(1, done=True))
    _, asked = asks(slack)
    slack.wait_for(lambda: slack.calls("chat.postMessage"), SECONDS)
    assert by_socket.stop() == 0
    assert len(slack.replies(asked)) == 1


def test_an_answer_that_hangs_does_not_keep_the_process_alive(
    slack: SlackStandIn, by_socket: Process
) -> None:
    """A second signal ends the waiting."""
    slack.faults.add("chat.postMessage", hang(120))
    asks(slack)
    slack.wait_for(lambda: slack.calls("chat.postMessage"), SECONDS)
    by_socket.process.send_signal(signal.SIGTERM)
    by_socket.log("stopping")
    assert by_socket.stop() == Exit.FOUND_FAULTS
    assert by_socket.log("stopped with answers unfinished")


def test_a_rebuild_that_was_cut_off_says_so_when_the_bot_is_back(
    slack: SlackStandIn, service: Service, tmp_path: Path
) -> None:
    boss = slack.add_user("grace", is_admin=True)
    slack.faults.add("views.publish", hang(120))
    with serving(slack, service, tmp_path) as running:
        boss.slash("/rust-or-not", "reindex", slack.add_channel("general", boss))
        slack.wait_for(lambda: slack.calls("views.publish"), SECONDS)
        (progress,) = slack.messages(boss.dm, by_bot=True)
        running.process.kill()
        running.wait()
    said = load_rebuild_wording().interrupted
    with serving(slack, service, tmp_path):
        slack.wait_for(lambda: progress.text == said, SECONDS)
    with serving(slack, service, tmp_path):
        slack.settle()
    assert len(slack.calls("chat.update")) == 1


def test_what_is_older_than_the_setting_allows_is_deleted(
    slack: SlackStandIn, service: Service, tmp_path: Path
) -> None:
    env = environment(slack, service.settings.data, tmp_path)
    engine = connect(env["DATABASE_URL"])
    migrate(engine)
    store, made, day = Store(engine), assessed(service), 24 * 3600
    for name, days in (("old", 31), ("new", 29)):
        store.keep(made.model_copy(update={"id": name, "asked_at": time.time() - days * day}))
    with started(["serve"], {**env, "RUST_OR_NOT_KEEP_DAYS": "30"}, tmp_path) as running:
        running.log("deleted what was kept long enough")
    kept = [name for name in ("old", "new") if store.assessment(made.place.team, name)]
    engine.dispose()
    assert kept == ["new"]


@pytest.mark.parametrize("missing", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
def test_without_its_settings_it_names_them_and_starts_nothing(
    missing: str, slack: SlackStandIn, service: Service, tmp_path: Path
) -> None:
    env = environment(slack, service.settings.data, tmp_path)
    for name in (missing, "SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET"):
        del env[name]
    with started(["serve"], env, tmp_path) as running:
        assert running.wait() == Exit.BAD_INPUT == 2
    assert f"{missing} is not set" in running.said
    assert "rust-or-not doctor" in running.said
    assert "Traceback" not in running.said
    assert slack.bot_token not in running.said
    assert slack.calls() == []
    assert not (tmp_path / "bot.db").exists()


def test_run_serves_where_a_token_is_in_the_file_env_and_ctrl_c_stops_it(
    slack: SlackStandIn, service: Service, tmp_path: Path
) -> None:
    env = environment(slack, service.settings.data, tmp_path)
    names = [name for name in env if name.startswith(("SLACK_", "DATABASE_", "RUST_"))]
    (tmp_path / ".env").write_text("\n".join(f"{name}={env.pop(name)}" for name in names))
    with interruptible(), started(["run"], env, tmp_path) as running:
        running.log("ready")
        slack.wait_connected()
        _, asked = asks(slack)
        assert slack.wait_for(lambda: slack.replies(asked), SECONDS)
        assert running.stop(signal.SIGINT) == 0


@contextmanager
def interruptible() -> Iterator[None]:
    """Processes started here heed ctrl-c, also where the tests run in the background of a shell,
    which has everything it starts ignore that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_database_that_cannot_be_written_is_named_at_the_start(
    slack: SlackStandIn, service: Service, tmp_path: Path
) -> None:
    (tmp_path / "bot-work.db").mkdir()
    env = environment(slack, service.settings.data, tmp_path)
    with started(["serve"], env, tmp_path) as running:
        assert running.wait() == Exit.DISK
    assert "the database cannot be used (OperationalError)" in running.said
    assert "Traceback" not in running.said


def eventually(is_so: Callable[[], bool]) -> None:
    """Wait for something that the stand-in does not see."""
    until, pause = time.monotonic() + SECONDS, threading.Event()
    while not is_so():
        assert time.monotonic() < until
        pause.wait(0.05)


# HTTP


def test_a_signed_request_is_answered(
    by_http: tuple[SlackStandIn, Process],
) -> None:
    slack, running = by_http
    assert slack.http.verify_url()
    ada, asked = asks(slack)
    assert slack.wait_for(lambda: slack.replies(asked), SECONDS)
    ada.slash("/rust-or-not", "help")
    slack.wait_for(lambda: slack.ephemerals(ada), SECONDS)
    assert running.get("/readyz") == (200, {"ready": True, "state": "ready"})


@pytest.mark.parametrize("signature", ["forged", "stale", "missing"])
def test_a_request_that_slack_did_not_sign_just_now_is_refused(
    signature: Signature, by_http: tuple[SlackStandIn, Process]
) -> None:
    slack, running = by_http
    slack.wait_for(lambda: slack.calls("api.test"), SECONDS)  # once, by what `serve` does itself
    before = len(slack.calls())
    payload = mention(slack)
    assert slack.http.post("events_api", payload, signature=signature).status == 401
    form = {"command": "/rust-or-not", "text": QUESTION, "team_id": slack.team.id}
    assert slack.http.post("slash_commands", form, signature=signature).status == 401
    slack.settle()
    assert len(slack.calls()) == before
    assert SECRET_WORD not in running.said


def test_a_captured_request_that_is_sent_again_does_nothing(
    by_http: tuple[SlackStandIn, Process], folder: Path
) -> None:
    """The same bytes with the same signature; and the same event, signed anew, as a retry is."""
    slack, _ = by_http
    payload = mention(slack)
    posted = len(slack.calls("chat.postMessage"))
    captured = signed_headers(json.dumps(payload), slack.app.signing_secret)
    for _ in range(3):
        assert slack.http.post("events_api", payload, headers=captured).status == 200
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert slack.http.post("events_api", payload, headers=retry).status == 200
    slack.wait_for(lambda: len(slack.calls("chat.postMessage")) > posted, SECONDS)
    slack.settle()
    assert len(slack.calls("chat.postMessage")) == posted + 1
    store = Store(connect(f"sqlite:///{folder / 'bot.db'}"))
    assert len(store.recent(slack.team.id, payload["event"]["user"], 10)) == 1


def mention(slack: SlackStandIn) -> dict[str, Any]:
    """An event that somebody recorded and sends by hand; the stand-in itself does not."""
    url, slack.http.url = slack.http.url, None
    ada = slack.add_user("ada")
    ada.mentions_bot(slack.add_channel(f"general-{ada.id}".lower(), ada), QUESTION)
    recorded = next(e for e in slack.envelopes if e.event.get("user") == ada.id)
    slack.envelopes[:] = [e for e in slack.envelopes if e.event.get("user") != ada.id]
    slack.http.url = url
    assert recorded.event["type"] == "app_mention"
    return recorded.payload


@pytest.mark.parametrize(
    ("body", "status"), [(b"\xff\xfe", 401), (b"x" * 1_000_001, 413)], ids=["bytes", "too large"]
)
def test_what_is_no_request_of_slacks_is_refused(
    body: bytes, status: int, by_http: tuple[SlackStandIn, Process]
) -> None:
    _, running = by_http
    request = urllib.request.Request(f"{running.url}{EVENTS_PATH}", body, method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=SECONDS)
    with refused.value:
        assert refused.value.code == status
    assert running.get("/nothing")[0] == 404


def test_serving_one_workspace_imports_nothing_that_only_others_need(tmp_path: Path) -> None:
    """A graph of neighbours, sealed tokens, tables that change: 30 MiB together."""
    code = (
        "import sys, bot.serving.server\n"
        "print({'faiss', 'cryptography', 'alembic'} & set(sys.modules))"
    )
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    assert done.stdout == "set()\n"
