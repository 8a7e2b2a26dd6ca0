"""The papers of a production: every figure is counted again here, from the load file, the seals and the ledger."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pikepdf
import pytest
from pypdf import PdfReader
from sqlalchemy import select

from authority import authority
from exports import account, tweet, ytd, zipped
from matters import CLERK, COUNSEL, NOW, RECORDS, SECRET, Matter, post, redacted, withheld
from paloverde.archive.seal import Coverage, Seal
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.journal import Journal
from paloverde.installation.production_papers import Drafted, ProductionPapers
from paloverde.platforms.conversation import Gap, Listing
from paloverde.productions.order import Built, ClawedBack, GivenUp, Served, SignedOff
from paloverde.productions.papers.declaration import GROUNDS
from paloverde.productions.plan import Form
from paloverde.records import Kind, archive_day
from paloverde.requests.paper import Grid, Paper
from paloverde.requests.plaintext import as_text
from paloverde.retention.facts import HoldKind
from paloverde.retention.hold_scope import Scope
from paloverde.retention.holds import By, Trigger
from paloverde.settings import load
from paloverde.state.tables import CHECKS, RUNS
from productions.loadfiles import read_dat

IT = By("Ned Ode", "it", "this test")
LOST = Gap("messages", Kind.MESSAGE, "The site refused the list of conversations")
STATE = [name for name, ground in GROUNDS.items() if ground.court == "state"]
FEDERAL = [name for name, ground in GROUNDS.items() if ground.court == "federal"]
HOSTILE = 'Rivera <script>alert("x")</script> þ ® 🌵 שלום \u202e & <!-- ]]> -->'


class Trial(Matter):
    """A matter whose ledger tells of its runs, with an import, a gap, and a message that is withheld whole."""

    def told(self, *sequences: int) -> None:
        """The ledger tells of these nights."""
        journal = Journal(self.city.vault, self.city.ledger)
        for sequence in sequences:
            journal.tell(
                "night sealed",
                "nightly archive",
                account="x-palmaria",
                day="2026-11-18",
                sequence=str(sequence),
            )

    def more(self) -> None:
        """A second night, with a gap, the site's own download, and a night of which nothing is produced."""
        later = post("40", "The pool is open again", 90)
        self.office.night("x", [*RECORDS, later], NOW + timedelta(days=1), coverage=Coverage(gaps=[LOST]))
        files = {"data/account.js": ytd("account", [{"account": {"accountId": account("x").native_id, "username": "palmaria"}}]),
                 "data/tweets.js": ytd("tweets", [tweet("5001", "A pool party")])}  # fmt: skip
        self.office.take("x", zipped(self.home / "x.zip", files))
        self.office.night("x", [*RECORDS, later], NOW + timedelta(days=2))  # in which nothing was new

    def built(self, **changes: object) -> Production:
        """A production with one comment withheld, one message redacted and one withheld with its family."""
        number = self.ordered(include_private=True, forms=(Form.DAT,), **changes)
        hits = self.chosen(number)
        self.decide(number, withheld(hits["12"]), withheld(hits["31"]), redacted(hits["32"], SECRET))
        self.decide_rest(number)
        self.sign(number)
        out = self.home / f"volumes-{number}"
        self.city.volumes.build(number, out, COUNSEL)
        return Production(number, out)

    def goes_out(self, number: str) -> None:
        productions = self.city.productions
        built = productions.get(number).last(Built)
        assert built is not None
        productions.file(number, SignedOff(by=CLERK, at=NOW, hashes=built.hashes))
        productions.file(
            number,
            Served(
                by=COUNSEL,
                at=NOW,
                hashes=built.hashes,
                to="Moss LLP",
                way="by mail",
                served_on=archive_day(NOW),
            ),
        )

    @property
    def papers(self) -> ProductionPapers:
        return self.city.production_papers


class Production(NamedTuple):
    """A production on disk, as the other side has it."""

    number: str
    out: Path

    def rows(self) -> list[dict[str, str]]:
        with zipfile.ZipFile(self.out / "VOL001.zip") as volume:
            return read_dat(volume.read("VOL001/DATA/VOL001.dat"))

    def records(self) -> list[dict[str, str]]:
        return [row for row in self.rows() if row["RECTYPE"] != "MEDIA"]

    def natives(self) -> dict[str, str]:
        """The SHA-256 of each native file, by its path."""
        with zipfile.ZipFile(self.out / "VOL001.zip") as volume:
            names = [name for name in volume.namelist() if "/NATIVES/" in name]
            return {name: hashlib.sha256(volume.read(name)).hexdigest() for name in names}


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    return Trial(tmp_path)


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trial, Production]:
    """A production with everything: two nights, an import, a gap, checks, a head that an authority stamped."""
    home = tmp_path_factory.mktemp("stamped")
    with authority(home, clock=lambda: NOW) as tsa:
        trial = Trial(home / "city")
        trial.settings |= {
            "PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger",
            "PALOVERDE_ALLOW_LOOPBACK_SITES": "true",
            "PALOVERDE_TIMESTAMP_AUTHORITIES": tsa.url,
            "PALOVERDE_TIMESTAMP_ROOTS_FILE": str(tsa.roots),
        }
        trial.more()
        trial.told(1, 2)
        trial.city = trial.open()  # which tells of the import, too
        trial.city.check_fixity()
        trial.city.log.publish()
        scope = Scope(accounts=("x-palmaria",))
        trial.city.holds.issue("rivera", "Rivera", scope, Trigger.CLAIM, COUNSEL, HoldKind.LITIGATION)
        made = trial.built(hold="rivera", demands=())
    return trial, made


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trial, Production]:
    """A production of which the ledger tells as little as it can, with a hostile name. It is only looked at."""
    trial = Trial(tmp_path_factory.mktemp("quiet"))
    return trial, trial.built(matter=HOSTILE)


def words(paper: Paper) -> str:
    return re.sub(r"\s+", " ", as_text(paper))


def stated(*papers: Paper) -> dict[str, str]:
    """Every figure of the tables of sources."""
    tables = [block for paper in papers for block in paper.blocks
              if isinstance(block, Grid) and "where each figure comes from" in block.caption.lower()]  # fmt: skip
    assert len(tables) == len(papers)
    return {row[0]: row[1] for table in tables for row in table.rows}


def table(paper: Paper, caption: str) -> list[Any]:
    return [
        row
        for block in paper.blocks
        if isinstance(block, Grid) and block.caption == caption
        for row in block.rows
    ]


def number_of(told: str) -> int:
    return int(told.split(maxsplit=1)[0].replace(",", ""))


def seals(trial: Trial) -> dict[int, Seal]:
    """The seals as the database has them, read here by themselves."""
    with trial.city.vault.books.connect() as connection:
        bodies = connection.execute(select(RUNS.c.body)).scalars()
        return {seal.sequence: seal for seal in (msgspec.json.decode(body, type=Seal) for body in bodies)}


def declared(trial: Trial, made: Production) -> dict[str, str]:
    drafts = [trial.papers.declaration(made.number, COUNSEL, made.out, one) for one in (STATE, FEDERAL)]
    return stated(*(draft.paper for draft in drafts))


# Every figure, counted again


def test_figures_of_the_volumes_are_those_of_the_load_file(stamped: tuple[Trial, Production]) -> None:
    trial, made = stamped
    told, rows, records = declared(trial, made), made.rows(), made.records()
    assert number_of(told["documents"]) == len(rows)
    assert number_of(told["pages"]) == sum(int(row["PGCOUNT"]) for row in rows)
    assert told["reach"] == f"{rows[0]['BEGBATES']} to {rows[-1]['ENDBATES']}"
    assert number_of(told["records"]) == len(records)
    assert number_of(told["accounts"]) == len({row["ACCOUNT"] for row in records})
    assert number_of(told["runs"]) == len({row["RUNID"] for row in records}) > 1
    assert number_of(told["answered"]) == sum(row["CAPTUREMETHOD"] == "API" for row in records) < len(records)
    assert number_of(told["natives"]) == sum(bool(row["NATIVELINK"]) for row in rows)
    kept = {row["payload_sha256"] for row in trial.office.rows("x")}
    assert number_of(told["same"]) == sum(one in kept for one in made.natives().values()) > 0


def test_what_is_kept_back_is_counted_as_the_privilege_log_has_it(stamped: tuple[Trial, Production]) -> None:
    trial, made = stamped
    told, log = declared(trial, made), trial.city.volumes.log(made.number, COUNSEL, made.out)
    slips = {row.control_no for row in log if row.action == "withheld" and row.begin}
    assert number_of(told["withheld"]) == len(slips) == 1
    assert (
        number_of(told["redacted"]) == len({row.control_no for row in log if row.action == "redacted"}) == 1
    )
    assert number_of(told["alone"]) == len({row.control_no for row in log if not row.begin}) == 1
    letter = trial.papers.letter(made.number, COUNSEL, made.out).paper
    by_title = {
        title: len({row.control_no for row in log if row.privilege == title})
        for title in {row.privilege for row in log}
    }
    assert dict(table(letter, "By privilege")) == {title: str(many) for title, many in by_title.items()}


def test_figures_of_the_list_are_those_of_the_files_on_disk(stamped: tuple[Trial, Production]) -> None:
    trial, made = stamped
    told = declared(trial, made)
    assert told["list"] == hashlib.sha256((made.out / "HASHES.txt").read_bytes()).hexdigest()
    assert told["key"] == json.loads((made.out / "HASHES.json").read_text())["public_key"]


def test_figures_of_the_runs_are_those_of_their_seals(stamped: tuple[Trial, Production]) -> None:
    trial, made = stamped
    told, known = declared(trial, made), seals(trial)
    mine = [known[int(number)] for number in {row["RUNID"] for row in made.records()}]
    assert told["software"] == f"Paloverde {', '.join({seal.run.code_version for seal in mine})}"
    letter = trial.papers.letter(made.number, COUNSEL, made.out).paper
    (row,) = table(letter, "Accounts of this production")
    days = sorted(seal.run.day for seal in mine)
    assert row[2] == f"{len(mine)}: {min(s.sequence for s in mine)} to {max(s.sequence for s in mine)}"
    assert row[3] == f"{days[0]:%A, %B %-d, %Y} to {days[-1]:%A, %B %-d, %Y}"
    gaps = [gap for seal in known.values() for gap in seal.run.coverage.gaps]
    assert number_of(told["gaps"]) == len(gaps) >= 1
    assert LOST.cause in words(letter)


def test_figures_of_the_checks_are_those_of_the_objects_that_the_seals_name(
    stamped: tuple[Trial, Production],
) -> None:
    trial, made = stamped
    known = seals(trial)
    objects = {(part.key, part.version_id) for number in {row["RUNID"] for row in made.records()}
               for part in known[int(number)].run.parts}  # fmt: skip
    with trial.city.vault.books.connect() as connection:
        checks = {(row.key, row.version_id) for row in connection.execute(select(CHECKS))}
    told = declared(trial, made)["checked"]
    assert told.startswith(f"{len(objects & checks)} of {len(objects)} stored objects read again")
    assert told.endswith("none of these other than sealed")


def test_figures_of_the_ledger_are_those_of_its_entries_head_and_stamps(
    stamped: tuple[Trial, Production],
) -> None:
    trial, made = stamped
    told = declared(trial, made)
    entries = trial.city.ledger.entries()
    runs = {row["RUNID"]: row["RUNSEAL"] for row in made.records()}
    named = {one.event.about["sequence"]: one.sequence for one in entries
             if runs.get(one.event.about.get("sequence", "")) == one.event.about.get("seal", "?")}  # fmt: skip
    assert told["named"] == f"{len(named)} of {len(runs)}" == "3 of 3"
    head = trial.city.log.head().split("\n")
    assert told["root"] == {row["MERKLEROOT"] for row in made.rows()}.pop()
    assert told["root"] == b64decode(head[2]).hex()
    assert told["counted"] == f"{sum(entry <= int(head[1]) for entry in named.values())} of {len(runs)}"
    assert re.fullmatch(r"127\.0\.0\.1, token \d+, Wednesday, November 18, 2026, 12:00 PST", told["stamps"])


def test_the_letter_counts_the_documents_that_answer_each_demand(
    quiet: tuple[Trial, Production],
) -> None:
    trial, made = quiet
    letter = trial.papers.letter(made.number, COUNSEL, made.out).paper
    answered = {number: sum(number in row["REQUESTNO"].split(";") for row in made.rows()) for number in "12"}
    asked = table(letter, "Demands, and the documents that answer each (CCP 2031.280(a))")
    assert dict(asked) == {number: str(many) for number, many in answered.items()}
    assert "pool" not in " ".join(
        cell for row in asked for cell in row
    )  # how it was searched is counsel's own


def test_a_head_that_does_not_count_all_of_the_runs_is_not_named(tmp_path: Path) -> None:
    """The newest run was told before the head, and the one before it after."""
    trial = Trial(tmp_path)
    trial.settings |= {"PALOVERDE_LOG_ORIGIN": "archive.palmaria.example/ledger"}
    trial.city = trial.open()
    trial.office.night("x", [*RECORDS, post("40", "The pool is open again", 90)], NOW + timedelta(days=1))
    trial.office.night("x", [*RECORDS, post("41", "And the pool is warm", 91)], NOW + timedelta(days=2))
    trial.told(3)
    trial.city.log.publish()
    trial.told(2)
    told = declared(trial, trial.built())
    assert (told["named"], told["root"]) == ("3 of 3", "[no signed head]")


# What is not there is said


def test_the_production_report_counts_the_records_of_which_no_seal_names_the_site_s_interface(
    stamped: tuple[Trial, Production],
) -> None:
    _, made = stamped
    asked = [row for row in made.records() if row["CAPTUREMETHOD"] == "API" and row["BODYTEXT"]]
    lacking = [row for row in asked if not row["APIVERSION"] and not row["BODYTEXT"].startswith("[withheld")]
    counted = json.loads((made.out / "REPORT.json").read_text())["tally"]["unknown"]
    (told,) = [many for what, many in counted.items() if "interface" in what]
    assert told == len(lacking) > 0


def test_without_checks_heads_and_entries_the_declaration_says_that_there_are_none(
    quiet: tuple[Trial, Production],
) -> None:
    trial, made = quiet
    told = declared(trial, made)
    assert told["checked"] == "none of 3 stored objects was read again: no check of them is on record"
    assert told["root"] == "[no signed head]"
    assert told["counted"] == "none: there is no signed head"
    assert told["stamps"] == "none: no head was signed when the volumes were built"
    assert told["named"] == "0 of 1"
    assert told["gaps"] == "0 gaps"


def test_a_gap_that_was_closed_before_the_choice_is_none_and_one_closed_after_it_is(trial: Trial) -> None:
    records, had = list(RECORDS), Listing("messages", Kind.MESSAGE, complete=True, got=2)
    trial.office.night("x", records, NOW + timedelta(days=1), coverage=Coverage(gaps=[LOST]))
    made = trial.built()
    assert declared(trial, made)["gaps"] == "1 gap"
    trial.office.night("x", records, NOW + timedelta(days=2), coverage=Coverage(listings=[had]))
    assert trial.city.gaps() == []
    assert declared(trial, made)["gaps"] == "1 gap"  # the records were chosen without what it lacks
    later = trial.built(matter="Another", prefix="LATER")
    assert declared(trial, later)["gaps"] == "0 gaps"


def test_damage_is_stated(trial: Trial) -> None:
    made = trial.built()
    trial.city.check_fixity()
    with trial.city.vault.books.begin() as connection:
        changed = connection.execute(
            CHECKS.update().where(CHECKS.c.key.like("records/%")).values(damaged="first")
        )
    assert changed.rowcount == 1
    assert declared(trial, made)["checked"].endswith("1 not as sealed")


def test_what_was_clawed_back_stands_in_every_draft(trial: Trial) -> None:
    made = trial.built()
    papers, number = trial.papers, made.number
    with pytest.raises(BadQuestion, match="Nothing of PROD-2026-0001 was claimed back"):
        papers.claim(number, COUNSEL)
    trial.goes_out(number)
    trial.city.productions.file(
        number,
        ClawedBack(
            by=COUNSEL,
            at=NOW,
            first="PDC0000002",
            last="PDC0000002",
            privileges=("WORK-PRODUCT",),
            reason="what counsel thinks of the case",
            discovered_on=archive_day(NOW),
        ),
    )
    drafts = [
        papers.declaration(number, COUNSEL, made.out, STATE), papers.custody(number, CLERK, made.out),
        papers.letter(number, COUNSEL, made.out), papers.claim(number, COUNSEL),
    ]  # fmt: skip
    for draft in drafts:
        told = words(draft.paper)
        assert "PDC0000002" in told
        assert "Attorney work product" in told
        assert "what counsel thinks" not in told
    assert "Moss LLP" in words(drafts[2].paper)
    assert "Moss LLP" in words(drafts[3].paper)


# The chain of custody


def test_the_chain_tells_the_entries_that_concern_the_records_and_who_handled_the_volumes(
    stamped: tuple[Trial, Production],
) -> None:
    trial, made = stamped
    paper = trial.papers.custody(made.number, CLERK, made.out).paper
    by_number = {one.sequence: one.event for one in trial.city.ledger.entries()}
    lines = [row for caption in ("Captured", "Stored objects read again", "Kept from deletion", "Chosen, written and handed over")
             for row in table(paper, caption)]  # fmt: skip
    whats = [by_number[int(row[0])].what for row in lines]
    assert (whats.count("night sealed"), whats.count("import sealed")) == (2, 1)
    assert whats.count("fixity checked") == 1
    assert whats.count("hold issued") == 1
    assert [what for what in whats if what.startswith("production: ")] == [
        "production: ordered", "production: chosen", "production: reviewed", "production: built",
    ]  # fmt: skip
    assert [row[3] for row in lines if row[3]] == ["Ana Ruiz, counsel"]
    assert "this test" not in words(paper)
    documents = table(paper, "The documents, and the run that recorded each")
    rows = made.rows()
    assert [(row[0].split()[0], row[3], row[4]) for row in documents] == [
        (row["BEGBATES"], row["RUNID"], row["SHA256HASH"] or "no native file is produced") for row in rows
    ]


def test_of_one_document_or_a_reach_it_tells_their_runs_alone(stamped: tuple[Trial, Production]) -> None:
    trial, made = stamped
    rows = {row["ITEMID"]: row for row in made.rows()}
    first = next(row for row in made.rows() if row["RUNID"] == "1")
    papers, one = trial.papers, first["BEGBATES"]
    paper = papers.custody(made.number, CLERK, made.out, (one, one)).paper
    assert paper.title == f"DRAFT: Chain of custody of document {one}"
    told = [row[2] for row in table(paper, "Captured")]
    assert len(told) == 1
    assert told[0].startswith("Run 1: x-palmaria was archived")
    second = rows["40"]["BEGBATES"]
    paper = papers.custody(made.number, CLERK, made.out, (one, second)).paper
    reach = [row for row in made.rows() if one <= row["BEGBATES"] <= second]
    assert len(table(paper, "The documents, and the run that recorded each")) == len(reach) > 1
    with pytest.raises(BadQuestion, match="name numbers of these, in order"):
        papers.custody(made.number, CLERK, made.out, (second, one))
    with pytest.raises(BadQuestion, match="name numbers of these, in order"):
        papers.custody(made.number, CLERK, made.out, (one, "PDC0009999"))
    with pytest.raises(BadQuestion, match="is no Bates number"):
        papers.custody(made.number, CLERK, made.out, ("XYZ1", "XYZ2"))


def test_looks_at_private_records_are_counted_and_making_the_paper_is_one(
    quiet: tuple[Trial, Production],
) -> None:
    trial, made = quiet
    item = ("x-palmaria", "message", "32")
    trial.city.records.versions(item, COUNSEL.actor, include_private=True, reason="to prepare")
    trial.city.records.versions(("x-palmaria", "post", "10"), COUNSEL.actor, include_private=False)
    told = words(trial.papers.custody(made.number, CLERK, made.out).paper)
    looks = [one for one in trial.city.ledger.entries() if one.event.what == "found records looked at"]
    assert f"1 at a single one of these documents, {len(looks)} at all that was found" in told
    assert "to prepare" not in told
    public = next(row["BEGBATES"] for row in made.rows() if row["RECTYPE"] == "POST")
    told = words(trial.papers.custody(made.number, CLERK, made.out, (public, public)).paper)
    assert "0 at a single one of these documents, 0 at all that was found" in told


# The list of hashes, and the log


def test_the_list_of_hashes_names_every_file_and_the_csv_beside_it(stamped: tuple[Trial, Production]) -> None:
    trial, made = stamped
    drafted = trial.papers.hashes(made.number, CLERK, made.out)
    rows = list(csv.DictReader(io.StringIO(drafted.beside.decode("utf-8-sig"))))
    with zipfile.ZipFile(made.out / "VOL001.zip") as volume:
        inside = {name: hashlib.sha256(volume.read(name)).hexdigest() for name in volume.namelist()}
    assert {f"{row['volume']}/{row['path']}": row["sha256"] for row in rows} == {
        name: sha256 for name, sha256 in inside.items() if not name.endswith("/FILES.json")
    }
    told = words(drafted.paper)
    assert hashlib.sha256(drafted.beside).hexdigest() in told
    natives = {row["begin"]: row for row in rows if row["path"].startswith("NATIVES/")}
    assert {row["BEGBATES"]: row["SHA256HASH"] for row in made.rows() if row["NATIVELINK"]} == {
        begin: row["sha256"] for begin, row in natives.items()
    }
    assert all(row["archived"] == row["sha256"] for row in natives.values())


def test_the_log_is_a_draft_until_it_is_signed_and_numbered(
    quiet: tuple[Trial, Production],
) -> None:
    trial, made = quiet
    whole = trial.papers.log(made.number, COUNSEL, made.out).paper
    assert whole.title == f"Privilege log of production {made.number}"
    rows = trial.papers.log_rows(made.number, COUNSEL, made.out)
    assert [cells[0] for cells in table(whole, "What is withheld or redacted, and why")] == [
        row.log_no for row in rows
    ]
    told = words(whole)
    assert "none: its family is withheld whole" in told
    assert "settle for forty thousand" not in told
    draft = trial.papers.log(made.number, COUNSEL).paper
    assert draft.title.startswith("DRAFT: ")
    assert "the Bates numbers are not in it" in words(draft)


# Who may, and what is refused


def test_drafts_and_the_log_are_for_counsel_and_the_rest_for_the_office(
    quiet: tuple[Trial, Production],
) -> None:
    trial, made = quiet
    papers = trial.papers
    before = trial.city.ledger.count()
    number, out = made
    for_counsel: list[Callable[[By], object]] = [
        lambda by: papers.declaration(number, by, out, STATE),
        lambda by: papers.letter(number, by, out),
        lambda by: papers.claim(number, by),
        lambda by: papers.log(number, by, out),
        lambda by: papers.log_rows(number, by, out),
    ]
    for ask in for_counsel:
        for by in (CLERK, IT):
            with pytest.raises(PersonNeeded, match=f"{by.name} has the role {by.role}"):
                ask(by)
    for_the_office: list[Callable[[By], object]] = [
        lambda by: papers.custody(number, by, out),
        lambda by: papers.hashes(number, by, out),
    ]
    for ask in for_the_office:
        with pytest.raises(PersonNeeded, match="is for clerk or counsel"):
            ask(IT)
    assert trial.city.ledger.count() == before


def test_other_volumes_changed_ones_and_those_of_another_decision_are_refused(trial: Trial) -> None:
    made, papers = trial.built(), trial.papers
    other = trial.built(matter="Another", prefix="OTHER")
    with pytest.raises(BadQuestion, match="does not hold the volumes"):
        papers.declaration(made.number, COUNSEL, other.out, STATE)
    with pytest.raises(BadQuestion, match="holds no whole production"):
        papers.custody(made.number, COUNSEL, trial.home / "nowhere")
    signature = (made.out / "HASHES.json").read_bytes()
    told = json.loads(signature)
    (made.out / "HASHES.json").write_text(json.dumps(told | {"signature": "00" * 64}))
    with pytest.raises(BadQuestion, match="bears no signature of a key"):
        papers.hashes(made.number, COUNSEL, made.out)
    (made.out / "HASHES.json").write_bytes(signature)
    with (made.out / "VOL001.zip").open("ab") as volume:
        volume.write(b"x")
    with pytest.raises(BadQuestion, match="not as it was built"):
        papers.hashes(made.number, COUNSEL, made.out)
    hits = {hit.native_id: hit for hit in trial.city.productions.found(other.number, "test").values()}
    trial.decide(other.number, withheld(hits["11"]))
    with pytest.raises(BadQuestion, match="not built as it is decided now"):
        papers.letter(other.number, COUNSEL, other.out)


def test_nothing_is_drafted_of_what_is_not_built_or_was_given_up(trial: Trial) -> None:
    number = trial.ordered()
    with pytest.raises(BadQuestion, match="papers are made of volumes that stand"):
        trial.papers.declaration(number, COUNSEL, trial.home, STATE)
    made = trial.built(prefix="GIVEN")
    trial.city.productions.file(made.number, GivenUp(by=COUNSEL, at=NOW, note="settled"))
    with pytest.raises(BadQuestion, match="is given up"):
        trial.papers.custody(made.number, COUNSEL, made.out)


# How they are drawn


def every(trial: Trial, made: Production) -> list[Drafted]:
    papers = trial.papers
    return [
        papers.declaration(made.number, COUNSEL, made.out, STATE),
        papers.declaration(made.number, COUNSEL, made.out, FEDERAL),
        papers.custody(made.number, CLERK, made.out),
        papers.letter(made.number, COUNSEL, made.out),
        papers.hashes(made.number, CLERK, made.out),
        papers.log(made.number, COUNSEL, made.out),
    ]


def test_each_is_tagged_pdf_that_says_on_every_page_that_it_is_a_draft(
    quiet: tuple[Trial, Production],
) -> None:
    trial, made = quiet
    for drafted in every(trial, made):
        body = trial.papers.drawn(drafted, "pdf", COUNSEL)
        with pikepdf.open(io.BytesIO(body)) as pdf:
            assert bool(pdf.Root.MarkInfo.Marked)
            assert str(pdf.Root.Lang) == "en"
            assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
            assert str(pdf.docinfo["/Title"]) == drafted.paper.title
            assert "/StructTreeRoot" in pdf.Root
            assert not any(
                "/JS" in str(one) or "/JavaScript" in str(one) for one in pdf.Root.get("/Names", {})
            )
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]
        text = re.sub(r"\s+", " ", " ".join(pages))
        assert made.number in text
        assert SECRET not in text
        assert "hurt my son" not in text
        if drafted.paper.title.startswith("DRAFT: "):
            assert all("DRAFT" in page for page in pages)
            assert "not signed" in text.lower()


def test_each_is_a_page_on_which_hostile_names_are_text(
    quiet: tuple[Trial, Production],
) -> None:
    trial, made = quiet
    for drafted in every(trial, made):
        page = trial.papers.drawn(drafted, "html", COUNSEL).decode()
        assert "<script" not in page
        assert "alert(" in page
        assert SECRET not in page
    with pytest.raises(BadQuestion, match="drawn as pdf or html"):
        trial.papers.drawn(drafted, "exe", COUNSEL)


def test_what_is_too_long_for_a_pdf_is_drawn_as_a_page(quiet: tuple[Trial, Production]) -> None:
    trial, made = quiet
    short = trial.papers.log(made.number, COUNSEL, made.out)
    (grid,) = [block for block in short.paper.blocks if isinstance(block, Grid)]
    blocks = tuple(
        msgspec.structs.replace(b, rows=[*grid.rows] * 1_000) if b is grid else b for b in short.paper.blocks
    )
    long = short._replace(paper=msgspec.structs.replace(short.paper, blocks=blocks))
    before = trial.city.ledger.count()
    with pytest.raises(BadQuestion, match="take it as HTML"):
        trial.papers.drawn(long, "pdf", COUNSEL)
    assert trial.city.ledger.count() == before
    assert trial.papers.drawn(long, "html", COUNSEL).count(b"<tr") > 1_000


def test_that_a_paper_was_made_is_noted_with_its_hash_before_anybody_has_it(
    quiet: tuple[Trial, Production],
) -> None:
    trial, made = quiet
    drafted = trial.papers.custody(made.number, CLERK, made.out)
    body = trial.papers.drawn(drafted, "html", CLERK)
    last = trial.city.ledger.entries()[-1].event
    assert (last.what, last.actor) == ("production paper made", CLERK.actor)
    assert last.about["sha256"] == hashlib.sha256(body).hexdigest()
    assert last.about["production"] == made.number
    again = trial.papers.custody(made.number, CLERK, made.out)
    assert "chain of custody" not in " ".join(
        row[2] for row in table(again.paper, "Chosen, written and handed over")
    )


def test_a_database_that_was_filled_again_gives_the_same_figures(stamped: tuple[Trial, Production]) -> None:
    trial, made = stamped
    before = declared(trial, made)
    trial.city.rebuild(lambda _: None)
    after = declared(trial, made)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"checked"}  # when an object was read last is not in the objects
    assert load(trial.settings).log_origin
