"""The bot is killed under load, and everybody is answered: `bench/crash_bench.py` in small."""

from __future__ import annotations

from bench.crash_bench import storm
from bench.crash_figures import Plan
from bench.crash_shared import shared_storm
from bot.service import Service
from tests.postgres import Postgres


def test_mentions_are_answered_once_and_in_order_though_the_process_is_killed(
    service: Service,
) -> None:
    found = storm(Plan(posts=60, channels=30, kills=3, patience=90), service.settings.data)
    assert found.good, "\n".join(found.lines())
    assert found.killed == 3


def test_of_two_processes_on_postgresql_one_is_killed_and_the_other_does_its_work(
    service: Service, postgres: Postgres
) -> None:
    """Before that, the database is away for a while."""
    plan = Plan(posts=40, channels=20, kills=1, patience=90, outage=2)
    found = shared_storm(plan, service.settings.data, postgres)
    assert found.good, "\n".join(found.lines())
