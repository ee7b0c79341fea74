"""What the bot knows: articles, case studies, the checklist, and the readers that load them."""

from pathlib import Path

CONTENT = Path(__file__).resolve().parent
"""Folder of the packaged content; citation paths of the bot's own sources are relative to it."""
