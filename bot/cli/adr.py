"""`rust-or-not ask --adr`: the verdict as an architecture decision record in a file."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.failures import Exit, Failure

if TYPE_CHECKING:
    from bot.advisor.answer import Answer
    from bot.advisor.desk import Desk

_NUMBERED = re.compile(r"(\d{4,})-.*\.md")


def write_record(answer: Answer, desk: Desk, target: Path) -> Path:
    """Write the record to a new file; in a folder, under the next free number. Returns the file.

    Raises `Failure` for an answer without a verdict, and where the file is there already.
    """
    from bot.adr import record
    from bot.advisor.advice import advice
    from knowledge.wording.adr import load_adr_wording

    wording = load_adr_wording()
    if answer.ring is None:
        raise Failure(wording.not_a_verdict, Exit.BAD_INPUT)
    extra = advice(answer, desk.snapshot, wording)
    made = record(answer, extra, date.today(), desk.checklist, desk.phrases, wording)
    file = target
    if target.is_dir():
        taken = [_NUMBERED.fullmatch(found.name) for found in target.iterdir()]
        number = max((int(found[1]) for found in taken if found), default=0) + 1
        file = target / f"{number:04d}{made.name[4:]}"
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(made.text)
    except FileExistsError as error:
        raise Failure(f"{file} is there already; choose another name", Exit.BAD_INPUT) from error
    except FileNotFoundError as error:
        raise Failure(f"there is no folder {file.parent}; make it first", Exit.BAD_INPUT) from error
    return file
