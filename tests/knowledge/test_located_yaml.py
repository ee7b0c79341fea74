"""YAML is read with the place of each value, and no file of it takes the process down."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.faults import ContentError
from knowledge.located_yaml import Span, read_file, read_yaml
from tests.knowledge.making import REPOSITORY, bits


def fault(text: str) -> tuple[int, str]:
    with pytest.raises(ContentError) as caught:
        read_yaml(text, "a.yaml")
    (only,) = caught.value.faults
    assert only.path == "a.yaml"
    return only.line, only.message


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_each_scalar_has_its_place(start: str, newline: str) -> None:
    text = start + newline.join(["a: 🦀 one", 'b: [x, "y z"]', "c: {d: 'e\u0301'}", ""])
    located = read_yaml(text, "a.yaml")
    assert located.data == {"a": "🦀 one", "b": ["x", "y z"], "c": {"d": "e\u0301"}}
    values = {key: text[span.start : span.end] for key, span in located.spans.items()}
    assert values == {("a",): "🦀 one", ("b", 0): "x", ("b", 1): "y z", ("c", "d"): "e\u0301"}
    assert [located.line(key) for key in [("a",), ("b", 1), ("c", "d"), ("c", "gone", 3)]] == [
        1,
        2,
        3,
        3,
    ]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 0, "the file is empty"),
        ("# only a comment\n", 0, "the file is empty"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 1\nb: \x07\n", 2, "not valid YAML"),
        ("ü: 1\nb: \x00\n", 2, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"),
        ("a: &x [1]\nb: *x\n", 2, "aliases are not allowed"),
        ("a: &x y\n*x : z\n", 2, "aliases are not allowed"),
        ("a: 1\n? [b, c]\n: d\n", 2, "a key must be a word"),
        ("a: 1\nb: 2020-13-45\n", 2, "month must be in 1..12"),
        ("a: !!int ''\n", 1, "does not fit its tag"),
        ("a: !!bool maybe\n", 1, "does not fit its tag"),
        ("a: !!timestamp soon\n", 1, "does not fit its tag"),
        ("a: !!python/name:os.system x\n", 1, "could not determine a constructor"),
        (f"a: {'1' * 6000}\n", 1, "not a usable value"),
        ("a: =\n", 1, "not a usable value"),
        ("a: \ud800\n", 0, "not valid YAML"),
    ],
)
def test_a_fault_is_named_with_its_line(text: str, line: int, says: str) -> None:
    found = fault(text)
    assert found[0] == line
    assert says in found[1]


BOMB = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "a bomb of aliases": BOMB,
    "nested lists": "[" * 100_000,
    "nested maps": "{a: " * 50_000,
    "nested dashes": "- " * 20_000 + "x",
    "nested blocks": "".join(f"{' ' * depth}a:\n" for depth in range(2000)),
    "many items": "- a\n" * 200_000,
    "many flow items": "[" + "a," * 200_000 + "]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name: str, tmp_path: Path) -> None:
    """In a process of its own with little memory: deep nesting once overran the C stack."""
    file = tmp_path / "a.yaml"
    file.write_text(HOSTILE[name])
    code = (
        "import sys; from pathlib import Path; from knowledge.faults import ContentError\n"
        "from knowledge.located_yaml import read_file\n"
        "try: read_file(Path(sys.argv[1]))\n"
        "except ContentError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(file)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (150 * 2**20, 150 * 2**20)),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "aliases are not allowed" in done.stdout or "too deeply or too large" in done.stdout


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("a: ü\n".encode("latin-1"))
    for file in (tmp_path / "gone.yaml", tmp_path, latin):
        with pytest.raises(ContentError, match="cannot be read"):
            read_file(file)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
SOUP = st.lists(
    st.sampled_from(
        bits(
            "a b: - [ ] { } , : ? ! & * | > ' \" # % @ ` !!int !!bool !!set !!omap &x *x << = ~ 1",
            "2020-01-01 0x 1:2 .inf \n \n \t \r ... ---",
        )
    ),
    max_size=20,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(PLAIN, st.booleans())
def test_whatever_is_dumped_is_read_back(data: object, flow: bool) -> None:
    text = yaml.safe_dump({"a": data}, allow_unicode=True, default_flow_style=flow)
    if "&id" in text:
        return
    assert read_yaml(text, "a.yaml").data == yaml.safe_load(text)


@settings(max_examples=300, deadline=None)
@given(SOUP | TEXT)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        located = read_yaml(text, "a.yaml")
    except ContentError as error:
        assert error.faults
        return
    assert all(0 <= s.start <= len(text) and s.end <= len(text) for s in located.spans.values())


def test_a_span_is_of_the_value_and_not_of_its_quotation_marks() -> None:
    assert read_yaml("a: 'x'", "").spans == {("a",): Span(4, 5)}
