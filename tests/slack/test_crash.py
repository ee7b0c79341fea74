"""The bot is killed under load, and everybody is answered: `bench/crash_bench.py` in small."""

from __future__ import annotations

from bench.crash_bench import storm
from bench.crash_figures import Plan
from bot.service import Service


def test_mentions_are_answered_once_and_in_order_though_the_process_is_killed(
    service: Service,
) -> None:
    found = storm(Plan(posts=60, channels=30, kills=3, patience=90), service.settings.data)
    assert found.good, "\n".join(found.lines())
    assert found.killed == 3
