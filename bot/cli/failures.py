"""What can go wrong for a user, with the exit code and the next step for each."""

from __future__ import annotations

import errno
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes. 0 is success; 1 means that a check found something."""

    FOUND_FAULTS = 1
    BAD_INPUT = 2
    NOT_SET_UP = 3
    BUILD_FAILED = 4
    DISK = 5


class Failure(Exception):
    """Something a user can mend; the message says what happened and what to do next."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = int(code)


def explained(error: Exception) -> Failure | None:  # noqa: PLR0911 - one return a kind of error
    """The failure that an expected error means for a user; None for a defect of the program."""
    from pydantic import ValidationError

    from bot.advisor.question import QuestionError
    from bot.team_docs import NotApart, NoTeam
    from index.build import BuildRefused
    from index.reference_model import ModelUnavailable
    from index.snapshot import SnapshotError
    from index.store import BuildInProgress
    from knowledge.faults import ContentError

    if isinstance(error, NotADirectoryError | FileNotFoundError) and error.errno is not None:
        return Failure(f"{error}; choose another folder with --data", Exit.BAD_INPUT)
    if isinstance(error, QuestionError | NotADirectoryError | NoTeam | NotApart):
        return Failure(str(error), Exit.BAD_INPUT)
    if isinstance(error, SnapshotError | ModelUnavailable | FileNotFoundError):
        return Failure(str(error), Exit.NOT_SET_UP)
    if type(error).__module__.startswith("onnxruntime"):
        advice = "remove the folder `models` of the data folder and run `rust-or-not setup`"
        return Failure(f"an exported model is damaged: {error}\n{advice}", Exit.NOT_SET_UP)
    if type(error).__module__.startswith("sqlalchemy"):
        advice = "check DATABASE_URL, its folder or server, the rights to it and the space left"
        return Failure(f"the database cannot be used ({type(error).__name__}); {advice}", Exit.DISK)
    if isinstance(error, BuildRefused):
        advice = "the index before goes on serving; mend the documents and build again"
        return Failure(f"the new index was refused: {error}\n{advice}", Exit.BUILD_FAILED)
    if isinstance(error, BuildInProgress | ContentError):
        return Failure(str(error), Exit.BUILD_FAILED)
    if isinstance(error, ValidationError) and error.title == "Settings":
        details = error.errors(include_input=False)
        lines = [f"{'.'.join(map(str, d['loc'])) or 'the file .env'}: {d['msg']}" for d in details]
        return Failure("a setting is not usable: " + "; ".join(lines), Exit.BAD_INPUT)
    if isinstance(error, OSError):
        advice = ""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            advice = "; free some space and try again: the index before goes on serving"
        if error.errno in (errno.EACCES, errno.EROFS):
            advice = "; choose another folder with --data"
        return Failure(f"{error}{advice}", Exit.DISK)
    return None
