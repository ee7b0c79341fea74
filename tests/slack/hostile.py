"""Requests as no Slack sends them: payloads with one field changed, and bodies of rubbish."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

MARK = "zyzzyva"
"""A word that only these requests hold."""

Path = tuple[str | int, ...]
Json = dict[str, Any]


class Gone:
    """Stands for a field that is left out."""

    def __repr__(self) -> str:
        return "left out"


GONE = Gone()

VALUES: tuple[Any, ...] = (
    GONE,
    None,
    True,
    -1,
    1e308,
    "",
    MARK,
    [],
    [MARK],
    {},
    {MARK: 1},
    {"id": {"id": MARK}},
    f"{MARK}\ud800\x00\u202e",
    f"{MARK}'); DROP TABLE assessments; --",
    f"{{{{7*7}}}} ${{{MARK}}} $({MARK}) `{MARK}` %n%s ../../{MARK}",
    f"!!python/object/apply:os.system ['{MARK}']",
    f"<!channel> <@{MARK}> <https://{MARK}.example|x>",
    MARK * 20_000,
)
"""What a field is changed to: other types, nothing, too much, and what others might execute."""


def paths_of(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in a payload but the insides of blocks, which nothing reads."""
    if path:
        yield path
    if path[-1:] == ("blocks",):
        return
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for key, item in inner:
        yield from paths_of(item, (*path, key))


def changed(payload: Json, path: Path, value: Any) -> Json:
    """The payload with another value in one place."""
    made = copy.deepcopy(payload)
    at: Any = made
    for key in path[:-1]:
        at = at[key]
    if value is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return made


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
trees = st.recursive(
    _scalars | st.just(MARK),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(("type", "event", "user", "team", "view", "actions", "payload", MARK)),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
"""JSON with the names that payloads use, where they do not belong."""

bodies = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        (
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"payload=" + b"%5B" * 100_000,
            b"payload=%7B%7D&payload=zyzzyva",
            b'{"type": "url_verification"}',
            b'{"event": {"type": "app_mention"}} zyzzyva',
            b"ssl_check=1&token=zyzzyva",
            b"command=%2Frust-or-not&text=zyzzyva",
            b"9" * 5000,
            b"NaN",
            b"\xef\xbb\xbf{}",
            "{}".encode("utf-16"),
            b"zyzzyva" * 140_000,
            b"zyzzyva" * 150_000,
        )
    ),
)
content_types = st.sampled_from(
    (
        "application/json",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-7",
        "multipart/form-data; boundary=zyzzyva",
        "text/xml",
        "",
        "a" * 500,
    )
)
