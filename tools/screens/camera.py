"""Pictures of pages, small ones. Needs the extra `screens` and a Chromium."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

STYLE = Path(__file__).with_name("screens.css").read_text(encoding="utf-8")
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-lcd-text")
DENSITY = 1.25
"""Pixels of the picture to a pixel of the page: text is sharp, and files stay small."""
COLOURS = 32


@contextmanager
def camera() -> Iterator[Browser]:
    """A browser; the machine's own Chromium where there is one, else Playwright's.

    `CHROMIUM` in the environment names another one.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", *QUIET] if os.geteuid() == 0 else QUIET
        )
        yield browser
        browser.close()


def picture(browser: Browser, body: str, width: int) -> bytes:
    """A PNG of the whole page, `width` pixels of a page wide."""
    size = {"width": width, "height": 100}
    page = browser.new_page(viewport=size, device_scale_factor=DENSITY)
    page.set_content(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{body}")
    taken = page.screenshot(full_page=True)
    page.close()
    return _small(taken)


def _small(png: bytes) -> bytes:
    image = Image.open(io.BytesIO(png)).convert("RGB")
    few = image.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    few.save(packed, "PNG", optimize=True)
    return packed.getvalue()
