"""What people do: each scene acts on the stage and yields the screens that they see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tools.screens.scenes import asking, drafts, errors, forms, home, rebuilding
from tools.screens.screen import Screen
from tools.screens.stage import Stage

CHAPTERS: Mapping[str, Callable[[Stage], Iterator[Screen]]] = {
    "Asking in a channel": asking.play,
    "Private drafts": drafts.play,
    "Forms": forms.play,
    "Home, the bot's own pane and history": home.play,
    "Rebuilding the index": rebuilding.play,
    "When something is in the way": errors.play,
}
"""In the order in which they are played; later ones see what earlier ones left behind."""
