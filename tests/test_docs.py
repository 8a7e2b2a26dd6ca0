"""The documentation is true: what it shows is accepted, what it names is there, what is generated is fresh."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from archives import NIGHT, SIGNER, make_archive, medium, record
from exports import Office
from paloverde import errors
from paloverde.archive import layout
from paloverde.archive.ledger import Event, Ledger
from paloverde.archive.registry import OTHER, register
from paloverde.archive.schema import columns_page
from paloverde.bundles.build import build_bundle
from paloverde.cli import COMMANDS, past_the_city, reference, whole_parser
from paloverde.platforms import PLATFORMS
from paloverde.platforms.matrix import reference as sites_page
from paloverde.records import Account, Kind, Visibility
from paloverde.search.answer import search
from paloverde.search.question import ask
from paloverde.search.scope import PRIVATE_KINDS
from paloverde.settings import FOR_TESTS, SETTINGS
from paloverde.settings.cities import CHOSEN, FOLDER
from paloverde.simulator.server import start, welcome
from paloverde.simulator.sites import build
from paloverde.state.books import open_books
from plaza import plaza
from plazacity import City

ROOT = Path(__file__).parents[1]
NOW = datetime(2099, 1, 1, tzinfo=UTC)
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("include/**/*.md"))
}
GUIDES = [name for name in PAGES if name.startswith("docs/guide/")]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACES = (
    "",
    "docs",
    "docs/guide",
    "docs/reference",
    "include/paloverde",
    "include/paloverde/platforms",
    "tests",
)


def blocks(text: str, language: str) -> list[str]:
    return [body for found, body in FENCE.findall(text) if found == language]


def inline(text: str) -> list[str]:
    """The pieces of a page that stand between backticks in running text."""
    return re.findall(r"`([^`\n]+)`", FENCE.sub("", text))


def cases(pattern: str, *, fenced: bool = True) -> list[tuple[str, str]]:
    """(page, match) of a pattern in the code of every page: inline, and in fenced blocks where wanted."""
    return [
        (name, found)
        for name, text in sorted(PAGES.items())
        for code in (*inline(text), *([body for _, body in FENCE.findall(text)] if fenced else ()))
        for found in re.findall(pattern, code, re.MULTILINE)
    ]


def commands() -> list[tuple[str, str]]:
    return [
        (name, line)
        for name, text in sorted(PAGES.items())
        for language in ("", "sh", "bash", "console")
        for body in blocks(text, language)
        for line in body.splitlines()
        if line.startswith("paloverde ")
    ]


def refused(line: str) -> str:
    """Why the command line does not take a command; empty where it does."""
    words = shlex.split(line, comments=True)[1:]
    try:
        whole_parser(past_the_city(words)[:1]).parse_args(words)
    except SystemExit as ended:
        return f"exit status {ended.code}"
    return ""


def rows(page: str, head: str) -> list[list[str]]:
    """The cells of the table of a page whose first line is `head`."""
    lines = PAGES[page].split(f"{head}\n")[1].splitlines()[1:]
    table = lines[: next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_pages_are_seen() -> None:
    assert {"docs/guide/it.md", "docs/guide/clerk.md", "docs/guide/counsel.md"} <= set(GUIDES)
    assert len(commands()) > 15


@pytest.mark.parametrize(("page", "line"), commands())
def test_a_command_that_a_page_shows_is_accepted(page: str, line: str) -> None:
    assert refused(line) == "", page


def test_a_wrong_command_would_be_noticed() -> None:
    assert refused("paloverde archive --night 2026-11-21")
    assert refused("paloverde archive --day yesterday")
    assert refused("paloverde accounts add x-palmdesert --platform x")
    assert refused("paloverde hold x")


@pytest.mark.slow
def test_the_lines_that_the_simulated_sites_print_archive_them(tmp_path: Path) -> None:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with start(build(3, datetime.now(UTC).replace(microsecond=0), scale=0.05, running=True)) as sites:
        said = welcome(sites.city, sites.url)
        lines = said.split("in another shell:\n")[1].removesuffix("Stop with Ctrl-C.")
        done = subprocess.run(
            ["sh", "-e"], input=lines, cwd=tmp_path, env={"PATH": programs}, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [
        account["slug"] for account in sites.accounts() if f"{account['slug']}, " not in done.stdout
    ] == []
    assert done.stdout.count(": sealed; ") == len(sites.accounts())


@pytest.mark.parametrize(("page", "name"), cases(r"^paloverde ([a-z]+)"))
def test_a_command_that_a_page_names_exists(page: str, name: str) -> None:
    assert name in COMMANDS, page


@pytest.mark.parametrize(("page", "target"), cases(r"^make ([a-z][a-z0-9-]*)"))
def test_a_make_target_that_a_page_names_exists(page: str, target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE), page


@pytest.mark.parametrize(("page", "name"), cases(r"PALOVERDE_[A-Z0-9_]+"))
def test_a_setting_that_a_page_names_exists(page: str, name: str) -> None:
    known = {setting.variable for setting in SETTINGS} | set(FOR_TESTS) | {FOLDER, CHOSEN}
    assert name.removesuffix("_FILE") in known or name in known, page


@pytest.mark.parametrize(("page", "link"), [
    (name, link)
    for name, text in sorted(PAGES.items())
    for link in re.findall(r"\]\((?!https?:)([^)#\s]+)", FENCE.sub("", text))
])  # fmt: skip
def test_a_link_leads_somewhere(page: str, link: str) -> None:
    assert (ROOT / page).parent.joinpath(link).exists()


@pytest.mark.parametrize(
    ("page", "path"), cases(r"^([a-z_./]+/[a-z0-9_./-]+\.(?:py|md|yaml|txt))$", fenced=False)
)
def test_a_file_that_a_page_names_is_there(page: str, path: str) -> None:
    if page == "docs/guide/clerk.md":
        pytest.skip("its paths are those inside a bundle, which another test compares")
    if path.startswith(".../"):
        path = f"include/paloverde/platforms/{path.removeprefix('.../')}"
    assert any((ROOT / place / path).exists() for place in PLACES), page


@pytest.mark.parametrize(("question", "meaning"), rows("docs/guide/clerk.md", "| you write | it means |"))
def test_a_question_of_the_clerks_guide_means_what_the_guide_says(question: str, meaning: str) -> None:
    assert ask(question.strip("`")).sentence == meaning


def test_the_clerks_guide_tells_every_kind_and_visibility_and_what_is_left_out() -> None:
    page = PAGES["docs/guide/clerk.md"]
    assert sorted(name for name, _ in rows("docs/guide/clerk.md", "| kind | what it is |")) == sorted(Kind)
    told = rows("docs/guide/clerk.md", "| visibility | who could see it |")
    assert sorted(name for name, _ in told) == sorted(Visibility)
    assert [kind for kind in PRIVATE_KINDS if f"**{kind}**" not in page] == []


@pytest.mark.parametrize("platform", [*PLATFORMS, OTHER])
def test_the_guide_for_it_shows_an_id_of_each_site_that_is_taken(platform: str, tmp_path: Path) -> None:
    (told,) = [
        row
        for row in rows("docs/guide/it.md", "| `--platform` | `--id` | for example |")
        if row[0].strip("`") == platform
    ]
    books = open_books(make_url(f"sqlite:///{tmp_path}/books.db"))
    register(books, Account("an-account", platform, told[2].strip("`"), "palmdesert"), NOW)


def test_every_error_has_its_advice_in_the_guide_for_it() -> None:
    told = [name.strip("`") for name, _ in rows("docs/guide/it.md", "| error | what to do |")]
    ours = [one for one in vars(errors).values() if isinstance(one, type)]
    branches = {one.__base__ for one in ours}
    assert sorted(told) == sorted(one.__name__ for one in ours if one not in branches)


def test_the_clerks_guide_lists_what_is_in_a_bundle(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n pretend"
    archive = make_archive(
        tmp_path, [record("1", "Street sweeping", media=[medium(picture)])], media=[picture]
    )
    built = build_bundle(
        search(archive, "*"), archive, SIGNER, name="1", agency="City", now=NIGHT, out=tmp_path / "b.zip"
    )  # fmt: skip
    with zipfile.ZipFile(built.path) as box:
        inside = {name.partition("/")[2] for name in box.namelist()}
    told = [
        name.strip("`")
        for names, _ in rows("docs/guide/clerk.md", "| in the zip | what it is |")
        for name in names.split(", ")
    ]
    unnamed = {path for path in inside if not any(path == name or path.startswith(name) for name in told)}
    assert unnamed == set()
    assert [name for name in told if not any(path == name or path.startswith(name) for path in inside)] == []


def test_the_page_of_stored_objects_names_every_kind_of_key() -> None:
    day, sha256 = date(2026, 3, 2), "a" * 64
    keys = [
        layout.records_key("x", day, sha256),
        layout.sightings_key("x", day, sha256),
        layout.exchanges_key("x", day, sha256),
        layout.media_key(sha256),
        layout.removed_key("x", day, "1", sha256),
        layout.run_key(1, sha256),
        layout.ledger_key(1, sha256),
        layout.tile_key(0, 0, 256),
        layout.bundle_of_entries_key(0, 256),
        layout.head_key(1, sha256),
        layout.timestamp_key(1, "tsa", sha256),
        layout.witness_key(1, "witness", sha256),
        layout.paper_key("holds", "h1", sha256),
        layout.tombstones_key("x", day, sha256),
        layout.bundle_key("PRA", sha256),
        layout.probe_key("1"),
    ]
    assert len(keys) == len([name for name in vars(layout) if name.endswith("_key") and name != "_key"])
    told = [key for key, *_ in rows("docs/reference/stored-layout.md", "| key | format | what it is |")]
    assert [key.strip("`").split("/")[0] for key in told] == [key.split("/")[0] for key in keys]


def test_the_python_of_the_page_of_stored_objects_reads_a_real_archive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with plaza() as site:
        site.post("p1", "Street sweeping starts Monday")
        site.comment("p1", "c1", "On which route?")
        city = City(tmp_path / ".paloverde", site)
        city.night(date(2026, 11, 20))
        site.post("p2", "Pool hours")
        city.night(date(2026, 11, 21))
    ledger = Ledger(city.vault.store, city.vault.books, city.vault.signer, lock_years=2)
    for what in ("night sealed", "search made"):
        ledger.append(Event(what, "clerk", NOW, {}))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks(PAGES["docs/reference/stored-layout.md"], "python"):
        exec(compile(block, "docs/reference/stored-layout.md", "exec"), names)
    said = capsys.readouterr().out
    assert "2 runs, 2 files of records" in said
    assert "Pool hours" in said
    assert said.endswith("The chains are whole.\n")


def test_the_python_of_that_page_puts_a_handed_in_file_together_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    office, file = Office(tmp_path / ".paloverde"), tmp_path / "moved.jsonl"
    lines = [b'{"native_id": "%d", "text": "%s"}\n' % (n, b"Pool hours " * 400) for n in range(1_100)]
    file.write_bytes(b"".join(lines))
    office.take("x", file)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks(PAGES["docs/reference/stored-layout.md"], "python"):
        exec(compile(block, "docs/reference/stored-layout.md", "exec"), names)
    handed = dict(names["handed"].values())  # type: ignore[attr-defined]
    assert handed["file:///moved.jsonl"] == file.read_bytes()
    assert len(handed) == 2
    assert f"file:///moved.jsonl {file.stat().st_size} bytes" in capsys.readouterr().out


def test_the_columns_page_is_fresh() -> None:
    assert PAGES["docs/reference/columns.md"] == columns_page(), "run `make docs` and keep what it writes"


def test_the_page_of_what_sites_give_is_fresh() -> None:
    assert PAGES["docs/reference/sites.md"] == sites_page(), "run `make docs` and keep what it writes"


def test_the_commands_page_is_fresh() -> None:
    assert PAGES["docs/reference/commands.md"] == reference(), "run `make docs` and keep what it writes"


def test_every_command_is_on_its_page() -> None:
    for name in COMMANDS:
        assert f"## paloverde {name}\n" in reference()
