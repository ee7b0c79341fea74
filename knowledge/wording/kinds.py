"""The kinds of text in a wording: how long, and with which placeholders."""

from __future__ import annotations

import string
from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def slots(*names: str) -> AfterValidator:
    """A placeholder that the code does not fill, or that it would miss, is refused."""

    def check(text: str) -> str:
        used = {str(name) for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        if used != set(names):
            listed = ", ".join(f"{{{name}}}" for name in names) or "none"
            raise ValueError(f"placeholders must be {listed}; found {sorted(used) or 'none'}")
        return text

    return AfterValidator(check)


Plain = Annotated[str, StringConstraints(min_length=1, max_length=700), slots()]
Button = Annotated[str, StringConstraints(min_length=1, max_length=75), slots()]
Title = Annotated[str, StringConstraints(min_length=1, max_length=24), slots()]
"""The most that Slack shows as the title of a modal, or on its buttons."""
