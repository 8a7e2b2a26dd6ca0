"""`paloverde production declaration`, `custody`, `letter`, `claim`, `hashes` and `log`: papers into new files."""

from __future__ import annotations

import csv
import io
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_production_command import NUMBER, PASSWORD, Line

from matters import SECRET, Matter
from paloverde.desk.people import People, Role


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A production that was built by the commands, with what says the secret withheld."""
    home = tmp_path_factory.mktemp("city")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in Matter(home).settings.items():
            environment.setenv(name, value)
        yield built(home)


def built(home: Path) -> Line:
    line = Line(home)
    People(home / "users.json").put("ned", "Ned Ode", Role.IT, PASSWORD)
    line("production", "order", "--matter", "Rivera v. City", "--prefix", "PDC", "--demand", "1=pool",
          "--demand", "2=settle", "--form", "dat", "--private", who="ana")  # fmt: skip
    line("production", "choose", NUMBER, who="ana")
    claim = ("--exempt", "ATTY-CLIENT", "--fact", "counsel=Kay Lind, for the City", "--fact",
             "purpose=legal advice about the pool")  # fmt: skip
    told = line("review", "list", NUMBER, "--undecided", who="ana")
    for row in told.splitlines():
        if SECRET in row:
            control = int(row.partition("  ")[0].rpartition("-")[2])
            line(
                "review",
                "decide",
                NUMBER,
                control,
                "--verdict",
                "exempt",
                "--title",
                "City Attorney",
                *claim,
                who="ana",
            )
    line("production", "rest", NUMBER, who="ana")
    line("review", "sign", NUMBER, who="cleo")
    line("production", "build", NUMBER, "--out", home / "volumes", who="ana")
    return line


def papers(line: Line, *words: object, who: str = "ana", status: int = 0) -> str:
    action, *rest = words
    volumes = () if action == "claim" else ("--volumes", line.home / "volumes")
    told: str = line("production", action, NUMBER, *rest, *volumes, who=who, status=status)
    return told


def test_each_is_written_by_its_ending_for_this_user_alone_and_noted(line: Line, tmp_path: Path) -> None:
    pdf, page = tmp_path / "declaration.pdf", tmp_path / "custody.html"
    told = papers(line, "declaration", "--ground", "evidence-1271", "--ground", "evidence-1561", "--out", pdf)
    assert "DRAFT: Declaration of the custodian of records (business record); Affidavit" in told
    assert "Nobody has signed it, and nothing was sent." in told
    assert pdf.read_bytes().startswith(b"%PDF")
    assert stat.S_IMODE(pdf.stat().st_mode) == 0o600
    papers(line, "custody", "--bates", "PDC0000001", "PDC0000002", "--out", page, who="cleo")
    assert "Chain of custody of documents PDC0000001 to PDC0000002" in page.read_text()
    papers(line, "letter", "--to", "Moss LLP", "--out", tmp_path / "letter.html")
    assert "Moss LLP" in (tmp_path / "letter.html").read_text()
    ledger = line("ledger")
    assert ledger.count("production paper made") == 3


def test_the_list_of_hashes_has_its_csv_beside_it(line: Line, tmp_path: Path) -> None:
    told = papers(line, "hashes", "--out", tmp_path / "hashes.html", who="cleo")
    assert "hashes.csv names every file." in told
    rows = list(csv.DictReader(io.StringIO((tmp_path / "hashes.csv").read_text(encoding="utf-8-sig"))))
    assert any(row["path"] == "DATA/VOL001.dat" for row in rows)
    assert "hashes.csv is there already" in papers(line, "hashes", "--out", tmp_path / "hashes.pdf", status=1)
    assert not (tmp_path / "hashes.pdf").exists()


def test_the_log_is_csv_or_a_paper_with_as_many_rows(line: Line, tmp_path: Path) -> None:
    assert "2 rows" in papers(line, "log", "--out", tmp_path / "log.csv")
    noted = "noted: The privilege log, 2 of its rows, was taken as a file at the command line."
    assert noted in line("production", "show", NUMBER)
    papers(line, "log", "--out", tmp_path / "log.html")
    page = (tmp_path / "log.html").read_text()
    assert "2 rows on 2 records" in page
    assert SECRET not in page
    told = line("production", "log", NUMBER, "--out", tmp_path / "bare.html", who="ana")
    assert "DRAFT: Privilege log" in told


def test_what_is_not_theirs_is_refused_and_no_file_is_left(line: Line, tmp_path: Path) -> None:
    out = tmp_path / "paper.html"
    for action, more in (
        ("declaration", ("--ground", "fre-902-14")),
        ("letter", ()),
        ("log", ()),
        ("claim", ()),
    ):
        told = papers(line, action, *more, "--out", out, who="cleo", status=1)
        assert "has the role clerk" in told
    for action in ("custody", "hashes"):
        assert "needs clerk or counsel" in papers(line, action, "--out", out, who="ned", status=1)
    assert "Nothing of PROD-2026-0001 was claimed back" in papers(line, "claim", "--out", out, status=1)
    assert not out.exists()


def test_nothing_is_overwritten_and_another_ending_is_refused(line: Line, tmp_path: Path) -> None:
    out = tmp_path / "paper.pdf"
    out.write_bytes(b"mine")
    assert "is there already, and nothing is overwritten" in papers(line, "custody", "--out", out, status=1)
    assert out.read_bytes() == b"mine"
    told = papers(line, "letter", "--out", tmp_path / "letter.docx", status=1)
    assert "end its name in .pdf, .html" in told


def test_grounds_of_two_courts_are_refused(line: Line, tmp_path: Path) -> None:
    out = tmp_path / "both.pdf"
    told = papers(
        line, "declaration", "--ground", "evidence-1271", "--ground", "fre-902-11", "--out", out, status=1
    )
    assert "draft two declarations" in told
    assert not out.exists()
