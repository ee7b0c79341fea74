"""A few at a time, and now and then one alone."""

from __future__ import annotations

import threading
import time

from bot.slack.room import Room


def test_one_that_is_alone_has_nobody_beside_it_and_nobody_waits_for_ever() -> None:
    room, inside, seen = Room(2), set[int](), list[tuple[bool, int]]()
    guard = threading.Lock()

    def visit(number: int) -> None:
        alone = number % 3 == 0
        with room.inside(alone=alone):
            with guard:
                inside.add(number)
            time.sleep(0.005)
            with guard:
                seen.append((alone, len(inside)))
                inside.remove(number)

    visitors = [threading.Thread(target=visit, args=(n,), daemon=True) for n in range(30)]
    for one in visitors:
        one.start()
    for one in visitors:
        one.join(10)
    assert len(seen) == 30
    assert {beside for alone, beside in seen if alone} == {1}
    assert max(beside for _, beside in seen) == 2
