"""The content check: the real content is sound, and any one fault in it is named by its place."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge import CONTENT
from knowledge.check import check
from knowledge.content import load_checklist, load_content
from knowledge.faults import ContentError, Fault
from knowledge.model import Criterion, Ring
from knowledge.references import MARKER
from knowledge.split import passages, shown
from knowledge.wording.adr import load_adr_wording
from tests.knowledge.making import fits_in

CASE = "cases/discord-read-states.yaml"
ARTICLE = "articles/what-ramp-up-costs.md"
FIRST_CITED = "[^google-ramp-confident-2-months]"


STUB = "---\nid: {id}\ntitle: A\nauthor: b\ndate: 2026-01-01\nsource: null\nkind: guide\n---\n"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged content with all but a few articles cut down to their heads: quick to check."""
    root = tmp_path_factory.mktemp("small") / "content"
    shutil.copytree(CONTENT, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    backing = {backs.article for item in load_checklist().items for backs in item.backs}
    backing |= {backs.article for _, backs in load_adr_wording().backings()}
    for article in (root / "articles").iterdir():
        if article.stem not in {*backing, Path(ARTICLE).stem}:
            article.write_text(STUB.format(id=article.stem), encoding="utf-8")
    articles = [file.read_text(encoding="utf-8") for file in (root / "articles").iterdir()]
    cited = {found for text in articles for found in MARKER.findall(text)}
    for case in (root / "cases").iterdir():
        if case.stem not in {*cited, Path(CASE).stem, "esbuild"}:
            case.unlink()
    figures = root / "figures.yaml"
    head, *records = re.split(r"(?m)^(?=- id: )", figures.read_text(encoding="utf-8"))
    kept = [record for record in records if record.split()[2] in cited]
    figures.write_text(head + "".join(kept), encoding="utf-8")
    return root


@pytest.fixture
def content(small: Path, tmp_path: Path) -> Path:
    """A copy of the content, to be spoilt."""
    return Path(shutil.copytree(small, tmp_path / "content"))


def test_the_content_is_sound() -> None:
    assert check() == []


def test_every_quote_of_the_content_stands_in_its_file() -> None:
    content = load_content()
    known = content.references
    documents = [*content.articles, *(loaded.document for loaded in content.cases)]
    count = 0
    for document in documents:
        stored = (CONTENT / document.path).read_bytes().decode("utf-8")
        for passage in passages(document, known, fits_in(900)):
            for quote in passage.quotes:
                assert shown(document.format, stored[quote.start : quote.end]) == quote.text
                assert quote.references, f"{document.path}: {quote.text}"
                count += 1
    assert count > 1000


def test_a_copy_of_the_content_is_sound_too(content: Path) -> None:
    assert check(content) == []


@dataclass(frozen=True)
class Spoilt:
    """One change to one file, and what the check must say of it.

    `at` stands on the line that must be named: in the spoilt file, or in `path` where that differs.
    """

    file: str
    old: str
    new: str
    at: str
    says: str
    path: str = ""
    others: int = 0


def line_of(text: str, needle: str) -> int:
    assert needle in text, needle
    return text[: text.index(needle)].count("\n") + 1


TABLE = [
    # citations
    Spoilt(ARTICLE, FIRST_CITED, "[^no-such-id]", "[^no-such-id]", "unknown id 'no-such-id'"),
    Spoilt(ARTICLE, FIRST_CITED, "[^No_Id]", "[^No_Id]", "is not a marker such as", others=1),
    Spoilt(ARTICLE, f"{FIRST_CITED}\nOne", "[^open\nOne", "[^open", "is not a marker such as"),
    Spoilt(ARTICLE, " [^velocity-drop-claim] |\n| 3", " |\n| 3", "| 1 developer", "not end with"),
    Spoilt(ARTICLE, "## See also", "Unsaid.\n\n## See also", "Unsaid.", "not end with its source"),
    Spoilt(ARTICLE, "## See also", "- Unsaid.\n\n## See also", "- Unsaid.", "not end with its"),
    Spoilt(ARTICLE, "## See also", "```\nx\n```\n\n## See also", "```", "not end with its source"),
    Spoilt(ARTICLE, "(training-a-team.md)", "(gone.md)", "(gone.md)", "links to 'gone.md'"),
    Spoilt(ARTICLE, "(training-a-team.md)", '(gone.md "T")', "(gone.md", "links to 'gone.md'"),
    # front matter
    Spoilt(ARTICLE, "kind: guide", "kind: guide\ncolour: red", "colour:", "colour: Extra inputs"),
    Spoilt(ARTICLE, "kind: guide", "kind: poem", "kind: poem", "kind: Input should be"),
    Spoilt(ARTICLE, "source: null", "source: nowhere", "source: nowhere", "source: String should"),
    Spoilt(ARTICLE, "date: 2026", "date: soon 2026", "date: soon", "date: Input should be"),
    Spoilt(ARTICLE, "title: What", "title: a: What", "title: a:", "not valid YAML"),
    Spoilt(ARTICLE, "title: What", "x: &x 1\ny: *x\ntitle: What", "y: *x", "aliases are not"),
    Spoilt(ARTICLE, "author: rust-or-not\n", "", "id:", "author: Field required"),
    Spoilt(ARTICLE, "id: what-ramp-up-costs\n", "", "title:", "id: Field required"),
    Spoilt(ARTICLE, "---\nid:", "id:", "id:", "no front matter", others=1),
    Spoilt(ARTICLE, "id: what-ramp-up-costs", "id: other", "id: other", "not named after its id"),
    # case studies
    Spoilt(CASE, "  standing: claimed\n", "", "- metric: latency", "outcomes.0.standing: Field"),
    Spoilt(CASE, "  source: null\n", "", "- metric: latency", "outcomes.0.source: Field required"),
    Spoilt(CASE, "standing: claimed", "standing: primary", "- metric: latency", "address of its"),
    Spoilt(CASE, "year: 2020", "year: 2020\nmood: good", "mood:", "mood: Extra inputs"),
    Spoilt(CASE, "latency_critical", "latency", "criteria:", "criteria.0: Input should be"),
    Spoilt(CASE, "year: 2020", "year: 2020\nyear: 2021", "year: 2021", "'year' stands twice"),
    Spoilt(CASE, "domain: mess", "domain: a: mess", "domain:", "not valid YAML"),
    Spoilt(CASE, "Keeps each", "Keeps\n  each", "use_case:", "verbatim"),
    Spoilt(CASE, "domain: messaging", "domain: &d m\ndomain2: *d", "domain2", "aliases are not"),
    Spoilt(CASE, "id: discord-read", "id: discord-wrote", "id: disc", "named after", others=99),
    # figures and sources
    Spoilt("figures.yaml", "  standing: unverified\n", "", "- id: velocity-drop-claim", "standing"),
    Spoilt("figures.yaml", "  topic: ramp_up", "  topic: luck", "topic: luck", "topic: Input"),
    Spoilt("figures.yaml", "  year: null", "  year: null\n  mood: x", "mood", "mood: Extra inputs"),
    Spoilt("sources.yaml", "  standing: claimed\n", "", "- id: article", "standing: Field"),
    Spoilt("sources.yaml", "url: null", "url: ftp://x", "url: ftp", "url: String should match"),
    # checklist
    Spoilt("checklist.yaml", "- id: cpu_bound", "- id: cpu", "- id: cpu", "items.0.id: Input"),
    Spoilt("checklist.yaml", "- id: cpu_bound", "- id: latency_critical", "start:", "cpu_bound"),
    Spoilt("checklist.yaml", "  speaks: for", "  speaks: to", "speaks: to", "speaks: Input should"),
    Spoilt("checklist.yaml", "{adopt: 1", "{adopt: 20", "adopt: 20", "adopt: Input should be less"),
    Spoilt("checklist.yaml", "  group: work", "  group: work\n  x: 1", "  x: 1", "x: Extra inputs"),
    Spoilt(
        "checklist.yaml", "every millisecond", "any second", "any second", "not found exactly once"
    ),
    Spoilt(
        "checklist.yaml", "article: rust-in-production", "article: gone", "article: gone", "'gone'"
    ),
    Spoilt(
        "articles/rust-in-production.md",
        "in which every millisecond matters",
        "in which time matters",
        "in which every millisecond matters",
        "cpu_bound: not found exactly once in rust-in-production",
        path="checklist.yaml",
    ),
    # phrases and vocabulary
    Spoilt("phrases.yaml", '"Hello."', '"Hello {you}."', "{you}", "placeholders must be none"),
    Spoilt("phrases.yaml", '"Hello."', '"Hello {."', "Hello {", "headlines.greeted"),
    Spoilt("phrases.yaml", "{percent}", "{pct}", "{pct}", "placeholders must be {percent}"),
    Spoilt("phrases.yaml", '    hold: "Hold: not', '    hold2: "Hold: not', "hold2:", "hold2"),
    Spoilt("phrases.yaml", "  disputed: disputed\n", "", "standings:", "no phrase for: disputed"),
    Spoilt("phrases.yaml", "left Rust for {after}", "left {x}", "left {x}", "may be {before}"),
    Spoilt("vocabulary.yaml", "golang", "GoLang", "GoLang", "write 'GoLang' in lower case"),
    Spoilt("vocabulary.yaml", "go: [go, golang]", "go: []", "go: []", "at least 1 item"),
    Spoilt("vocabulary.yaml", "greetings: [hi,", "greetings: [Hi,", "[Hi,", "write 'Hi' in lower"),
]


@pytest.mark.parametrize("spoilt", TABLE, ids=lambda s: f"{s.file}: {s.new.strip()[:30]}")
def test_a_fault_is_named_with_file_and_line(spoilt: Spoilt, content: Path) -> None:
    file = content / spoilt.file
    text = file.read_text(encoding="utf-8")
    assert spoilt.old in text
    file.write_text(text.replace(spoilt.old, spoilt.new, 1), encoding="utf-8")
    path = spoilt.path or spoilt.file
    line = line_of((content / path).read_text(encoding="utf-8"), spoilt.at)
    faults = check(content)
    named = [fault for fault in faults if (fault.path, fault.line) == (path, line)]
    assert any(spoilt.says in fault.message for fault in named), "\n".join(map(str, faults))
    assert len(faults) <= 2 + spoilt.others, "one fault is not reported as many"


def appended(name: str, record: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / name).open("a", encoding="utf-8") as file:
            file.write(record)

    return change


FIGURE = (
    "\n- {id: ID, topic: hiring, organisation: A, population: null, metric: b, value: c, "
    "qualifier: null, year: null, source: null, standing: claimed, verification: unverified, "
    "reading: d, claim: null}\n"
)
SOURCE = "\n- {id: ID, title: A, publisher: null, url: null, year: null, standing: claimed}\n"


@pytest.mark.parametrize(
    ("name", "record", "says"),
    [
        ("figures.yaml", FIGURE.replace("ID", "new-figure"), "no article cites the figure"),
        ("figures.yaml", FIGURE.replace("ID", "velocity-drop-claim"), "also used in figures.yaml:"),
        ("sources.yaml", SOURCE.replace("ID", "advice"), "is also used in sources"),
        ("sources.yaml", SOURCE.replace("ID", "discord-read-states"), f"also used in {CASE}:1"),
        ("sources.yaml", SOURCE.replace("ID", "what-ramp-up-costs"), f"also used in {ARTICLE}:2"),
        ("sources.yaml", SOURCE.replace("ID", "velocity-drop-claim"), "used in figures.yaml:3"),
    ],
)
def test_a_record_too_many_is_named_with_file_and_line(
    name: str, record: str, says: str, content: Path
) -> None:
    appended(name, record)(content)
    last = (content / name).read_text(encoding="utf-8").rstrip().count("\n") + 1
    (fault,) = check(content)
    assert (fault.path, fault.line) == (name, last)
    assert says in fault.message


def test_two_records_with_one_id_are_named(content: Path) -> None:
    shutil.copy(content / CASE, content / "cases" / "zz-copy.yaml")
    assert [str(fault) for fault in check(content)] == [
        "cases/zz-copy.yaml:1: the file is not named after its id 'discord-read-states'",
        f"cases/zz-copy.yaml:1: the id 'discord-read-states' is also used in {CASE}:1",
    ]


BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{new}: &{new} [*{old}, *{old}, *{old}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("bomb", [BOMB, "[" * 100_000], ids=["aliases", "nested"])
@pytest.mark.parametrize(
    "name",
    [CASE, "figures.yaml", "sources.yaml", "checklist.yaml", "phrases.yaml", "vocabulary.yaml"],
)
def test_a_yaml_bomb_is_a_fault_of_its_file(name: str, bomb: str, content: Path) -> None:
    (content / name).write_text(bomb, encoding="utf-8")
    faults = [fault for fault in check(content) if fault.path.endswith(Path(name).name)]
    assert faults
    assert faults[0].line > 0
    assert "aliases" in faults[0].message or "nested too deeply" in faults[0].message


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("cases/binary.yaml", b"\x00\x01", "looks binary"),
        ("cases/image.png", b"\x89PNG", "not a kind that is read"),
        ("cases/notes.md", b"# Notes\n\nText.\n", "Input should be"),
        ("articles/latin.md", "gr\xfc\xdfe".encode("latin-1"), "is not UTF-8 (line 1)"),
        ("articles/empty.md", b"", "holds no text"),
        ("articles/bare.md", b"# No head\n", "has no front matter"),
        ("articles/bare.txt", b"No head [^advice]", "has no front matter"),
        ("checklist.yaml", b"\xff", "cannot be read"),
        ("figures.yaml", b"", "the file is empty"),
        ("figures.yaml", b"a: b\n", "must be a list of records"),
        ("sources-more.yaml", b"- just words\n", "Input should be"),
        ("vocabulary.yaml", b"- a\n", "Input should be a valid dictionary"),
    ],
)
def test_a_file_that_cannot_be_content_is_named(
    name: str, data: bytes, says: str, content: Path
) -> None:
    (content / name).write_bytes(data)
    faults = check(content)
    assert any(fault.path == name and says in fault.message for fault in faults), faults


@pytest.mark.parametrize("name", ["checklist.yaml", "phrases.yaml", "vocabulary.yaml"])
def test_a_missing_file_is_named(name: str, content: Path) -> None:
    (content / name).unlink()
    (fault,) = check(content)
    assert fault.path == name
    assert "No such file" in fault.message


@pytest.mark.parametrize("name", ["articles", "cases"])
def test_a_missing_folder_is_named(name: str, content: Path) -> None:
    shutil.rmtree(content / name)
    assert check(content) == [Fault(f"{name}/", 0, "there is no such folder")]


def test_an_empty_folder_is_no_content_and_does_not_crash(tmp_path: Path) -> None:
    assert {fault.path for fault in check(tmp_path)} == {
        "articles/",
        "cases/",
        "checklist.yaml",
        "phrases.yaml",
        "vocabulary.yaml",
        *(file.name for file in (CONTENT / "wording").glob("*.yaml")),
    }


def test_faults_in_several_files_are_named_together(content: Path) -> None:
    for name in (CASE, "cases/esbuild.yaml", "figures.yaml", "phrases.yaml"):
        (content / name).write_text("a: [", encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load_content(content)
    assert {fault.path for fault in caught.value.faults} == {
        CASE,
        "cases/esbuild.yaml",
        "figures.yaml",
    }
    assert {fault.path for fault in check(content)} > {fault.path for fault in caught.value.faults}


def test_a_fault_is_printed_as_editors_understand_it() -> None:
    assert str(Fault("cases/a.yaml", 3, "wrong")) == "cases/a.yaml:3: wrong"
    assert str(Fault("cases/a.yaml", 0, "wrong")) == "cases/a.yaml: wrong"


def test_a_sentence_of_the_decision_record_that_no_article_holds_is_named(content: Path) -> None:
    file = content / "wording" / "adr.yaml"
    text = file.read_text(encoding="utf-8")
    line = next(n for n, said in enumerate(text.splitlines(), 1) if "Plan on two months" in said)
    file.write_text(text.replace("Plan on two months", "Plan on two years", 1), encoding="utf-8")
    (fault,) = check(content)
    assert (fault.path, fault.line) == ("adr.yaml", line)
    assert "not found exactly once in what-ramp-up-costs" in fault.message


def test_what_backs_an_answer_speaks_of_what_its_criterion_is_about() -> None:
    """A hold because memory is plentiful is not put down to the wage of an engineer."""
    items = load_checklist().items

    def stems(*said: str) -> set[str]:
        return {word[:6] for word in re.findall(r"\w{3,}", " ".join(said).lower())}

    about = {item.id: stems(item.label, item.yes, item.no) for item in items}
    everywhere = Counter(stem for own in about.values() for stem in own)
    for item in items:
        own = {stem for stem in about[item.id] if everywhere[stem] <= 2}
        for back in item.backs:
            assert own & stems(back.quote), (item.id, back.quote)


@pytest.mark.parametrize("criterion", list(Criterion))
def test_for_leaving_what_is_skipped_adds_nothing_and_all_else_what_it_always_adds(
    criterion: Criterion,
) -> None:
    checklist = load_checklist()
    item, leaving = checklist[criterion], checklist.on_leaving[criterion]
    for state in ("yes", "no"):
        counts = state not in item.leaving_skips
        wanted = {ring: item.adds(state).of(ring) if counts else 0 for ring in Ring}
        assert {ring: leaving.adds(state).of(ring) for ring in Ring} == wanted
