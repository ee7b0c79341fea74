"""`rust-or-not setup`: everything that answering needs, made once."""

from __future__ import annotations

import sys

from bot.cli.options import Data, Docs, settings


def setup(docs: Docs = None, data: Data = None) -> None:
    """Export the models and build the index, where that is not done yet."""
    from bot.cli.index import bring_all_up_to_date, documents
    from bot.service import Service, prepare_models

    chosen = settings(data)
    prepare_models(chosen, lambda line: print(line, file=sys.stderr))
    service = Service(chosen)
    bring_all_up_to_date(service, documents(service, docs))
