"""`python -m tools.screens [FOLDER]`: every screen, and the page that shows them."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.logs import configure
from tools.screens.album import album
from tools.screens.camera import camera, picture
from tools.screens.scenes import CHAPTERS
from tools.screens.stage import stage

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens"


def main(folder: Path) -> None:
    configure("critical")
    with stage() as set_up:
        chapters = {title: list(play(set_up)) for title, play in CHAPTERS.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with camera() as browser:
        for screens in chapters.values():
            for one in screens:
                for width in one.widths():
                    taken = picture(browser, one.body, width)
                    (folder / one.file(width)).write_bytes(taken)
                    print(f"{one.file(width)}: {len(taken) / 1000:.0f} kB")
    (folder / "README.md").write_text(album(chapters), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
