"""`paloverde letter`: a letter is drafted from the file of its request, stopped by what it lacks, and kept as sent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from exports import Office, account, shown
from paloverde.cli import main
from paloverde.desk.people import People, Role
from paloverde.installation import Installation, open_installation
from paloverde.installation.reviews import version_of
from paloverde.records import archive_day
from paloverde.requests.events import (
    Determined,
    Document,
    Extended,
    Outcome,
    Produced,
    ReviewFinished,
    Searched,
    SignedOff,
)
from paloverde.requests.request import State
from paloverde.requests.review import Decision, Exempted, Span, Verdict
from paloverde.retention.holds import By
from paloverde.settings import load
from paloverde.wording import spoken

PASSWORD = "a long sentence for tests"
NOW = datetime.now(UTC)
TODAY = archive_day(NOW)
NUMBER = f"PRA-{TODAY.year}-0001"
SIGNED = ("--signer", "Cleo Park", "--title", "City Clerk")
BY = By("Cleo Park", "clerk", "command line (cleo)")
COUNSEL = By("Ana Ruiz", "counsel", "command line (ana)")


class Desk:
    """The command line of a city with one account and one request; Cleo is its clerk, Ivo its IT."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys

    def signed(self, who: str) -> list[str]:
        return signed(self.home, who)

    def open(self) -> Installation:
        return open_installation(load(os.environ))

    def says(self, *words: str, status: int = 0, who: str = "cleo") -> str:
        """What `paloverde letter` prints, or its errors where a status is expected."""
        signed = self.signed(who) if words[0] == "send" else []
        self.capsys.readouterr()
        assert main(["letter", *words, *signed]) == status
        streams = self.capsys.readouterr()
        return streams.err + streams.out

    def search(self, question: str) -> None:
        assert main(["request", "search", NUMBER, question, "--minutes", "10", *self.signed("cleo")]) == 0


def signed(home: Path, who: str) -> list[str]:
    """The options of somebody who signs in."""
    return ["--as", who, "--password-file", str(home / "password")]


def environment(home: Path) -> dict[str, str]:
    return {
        "PALOVERDE_HOME": str(home),
        "PALOVERDE_DATABASE": f"sqlite:///{home}/state.db",
        "PALOVERDE_SIGNING_KEY_FILE": str(home / "key.pem"),
        "PALOVERDE_AGENCY_NAME": "City of Palmaria",
        "PALOVERDE_RECORDS_OFFICE": "Office of the City Clerk, 1 Plaza, 555-0100",
        "PALOVERDE_ARCHIVE_LOCATION": "City Hall, 1 Plaza, Palmaria",
    }


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city's home with one archived night and one request, made once; each test works on a copy."""
    home = tmp_path_factory.mktemp("city")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(home).items():
            patch.setenv(name, value)
        office = Office(home)
        open_installation(load(os.environ)).register_account(account("x"))
        posts = [shown("x", "1", "Pool hours", NOW), shown("x", "2", "Library", NOW)]
        office.night("x", posts, NOW - timedelta(days=1))
        people = People(home / "users.json")
        people.put("cleo", "Cleo Park", Role.CLERK, PASSWORD)
        people.put("ivo", "Ivo Lee", Role.IT, PASSWORD)
        (home / "password").write_text(PASSWORD)
        (home / "password").chmod(0o600)
        asked = ["--channel", "letter", "--on", str(TODAY), "--text", "All about the pool"]
        assert main(["request", "receive", *asked, *signed(home, "cleo")]) == 0
    return home


@pytest.fixture
def desk(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    home = tmp_path / "city"
    shutil.copytree(prepared, home)
    for name, value in environment(home).items():
        monkeypatch.setenv(name, value)
    return Desk(home, capsys)


def test_the_acknowledgment_tells_how_this_archive_works_and_is_kept_word_for_word(desk: Desk) -> None:
    told = desk.says("draft", NUMBER, "acknowledgment", *SIGNED)
    assert told.startswith("paloverde: Warning: HOLIDAYS WERE NOT CONSIDERED")
    assert "This stops the letter" not in told
    drafted = "".join(line for line in told.splitlines(True) if not line.startswith("paloverde: "))
    drafted, enclosed = drafted.split("\nEnclosure to ")
    assert "It holds 1 account (X)." in " ".join(drafted.split())
    assert f"({account('x').slug})" in enclosed
    assert "The records are files on the disk of a server" in enclosed
    assert desk.says("lint", NUMBER, "acknowledgment", *SIGNED).endswith("Nothing stops this letter.\n")
    told = desk.says(
        "send", NUMBER, "acknowledgment", *SIGNED, "--by", "e-mail", "--to", "mia@palmaria.example"
    )
    assert f"was sent by e-mail on {spoken(TODAY)}. Its words are kept:" in told
    assert "1  acknowledgment, " in desk.says("list", NUMBER)
    assert desk.says("show", NUMBER, "1") == drafted
    city = desk.open()
    assert city.requests.get(NUMBER).acknowledged_on == TODAY
    (sent,) = city.letters.sent(NUMBER)
    assert sent.to == "mia@palmaria.example"
    assert city.letters.text_of(NUMBER, sent).decode() == drafted


def test_an_extension_is_stopped_until_it_lacks_nothing_then_is_the_event_of_the_request(desk: Desk) -> None:
    dates = desk.open().requests.clock(desk.open().requests.get(NUMBER))
    late = str(dates.extension_max + timedelta(days=1))
    words = ("extension", *SIGNED, "--until", late, "--ground", "UC2=")
    told = desk.says("lint", NUMBER, *words, status=1)
    assert "extension-too-late: " in told
    assert "extension-without-facts: " in told
    assert "Not verified by counsel yet: UC2, Gov. Code 7922.535(c)(2) (grounds.toml)\n" in told
    assert "Not verified by counsel yet: Gov. Code 7922.535(b) (letters.toml)\n" in told
    refused = desk.says("send", NUMBER, *words, "--by", "post", status=1)
    assert "The letter was not sent. extension-too-late: " in refused
    assert desk.says("list", NUMBER) == f"No letter of {NUMBER} was sent yet.\n"
    good = (
        "extension",
        *SIGNED,
        "--until",
        str(dates.extension_max),
        "--ground",
        "UC2=9,000 records were found",
    )
    desk.says("send", NUMBER, *good, "--by", "post")
    request = desk.open().requests.get(NUMBER)
    assert request.state is State.EXTENDED
    extended = request.last(Extended)
    assert extended is not None
    assert (extended.until, extended.officer.title) == (dates.extension_max, "City Clerk")
    assert (
        spoken(dates.extension_max)
        in desk.open().requests.document(NUMBER, extended.documents[0].sha256).decode()
    )
    again = desk.says("send", NUMBER, *good, "--by", "post", status=1)
    assert "extension-twice: " in again


def test_a_determination_in_part_takes_its_claims_from_a_file(desk: Desk, tmp_path: Path) -> None:
    desk.search("pool")
    review(desk, "hours", Verdict.RESPONSIVE)
    sign(desk)
    claims = tmp_path / "claims.toml"
    claims.write_text('[[claim]]\ncode = "EX-LAW"\nredacted = 1\n', encoding="utf-8")
    available = f"{TODAY + timedelta(days=5)}T14:00"
    words = (
        "part", *SIGNED, "--reasons", "One name is exempt", "--available", available, "--records", "1",
        "--redacted", "1", "--claims", str(claims), "--denier", "Ana Ruiz, City Attorney",
    )  # fmt: skip
    assert "no-second-statute: EX-LAW" in desk.says("lint", NUMBER, *words, status=1)
    with claims.open("a", encoding="utf-8") as file:
        file.write('[claim.facts]\nsecond_statute = "Welf. & Inst. Code 827"\n')
    told = desk.says("draft", NUMBER, *words)
    assert "Gov. Code 7927.705; Welf. & Inst. Code 827: " in " ".join(told.split())
    assert "- Ana Ruiz, City Attorney" in told
    desk.says("send", NUMBER, *words, "--by", "e-mail")
    determined = desk.open().requests.get(NUMBER).last(Determined)
    assert determined is not None
    assert (determined.outcome, determined.exemptions) == (Outcome.PART, ("EX-LAW",))
    assert [one.title for one in determined.responsible] == ["City Attorney"]


def test_a_determination_takes_claims_names_and_numbers_from_the_review(desk: Desk) -> None:
    desk.search("pool")
    review(desk, "hours")
    sign(desk)
    words = ("part", *SIGNED, "--available", f"{TODAY + timedelta(days=5)}T14:00", "--reasons")
    told = " ".join(desk.says("draft", NUMBER, *words, "One word is exempt").split())
    assert "This stops the letter" not in told
    assert "1 record is released, 1 of these with parts taken out." in told
    assert "Gov. Code 7927.700: " in told
    assert "In the records it is marked EX-PRIV. Withheld under it: parts of 1 record." in told
    assert "- Cleo Park, City Clerk" in told
    stopped = desk.says("lint", NUMBER, *words, "The HOURS are exempt", status=1)
    assert "names-redacted: The letter says words that were redacted in the records" in stopped
    assert "hours" not in stopped.casefold()


def test_what_the_review_has_under_it_and_nobody_decided_is_not_called_no_records(desk: Desk) -> None:
    desk.search("pool")
    city = desk.open()
    city.reviews.gather(NUMBER, city.search("pool", "cleo").hits, BY)
    assert "nobody has reviewed" in desk.says("certificate", NUMBER, "--none", status=1)
    review(desk, "hours", Verdict.NOT_RESPONSIVE)
    told = desk.says("certificate", NUMBER, "--none", "--released")
    assert "found and reviewed, and none is responsive." in " ".join(told.split())


def review(desk: Desk, words: str, verdict: Verdict = Verdict.EXEMPT_IN_PART) -> None:
    """Cleo decides about the one record that has these words, and redacts them where it is exempt in part."""
    city = desk.open()
    (hit,) = city.search(words, "cleo").hits
    city.reviews.gather(NUMBER, [hit], BY)
    start = (hit.text or "").index(words)
    is_in_part = verdict is Verdict.EXEMPT_IN_PART
    decision = Decision(
        account=hit.account, kind=hit.kind, native_id=hit.native_id, version_sha256=hit.version_sha256,
        verdict=verdict, decided_by="Cleo Park", title="City Clerk", decided_at=datetime.now(UTC),
        exempted=(Exempted("EX-PRIV", {"privacy": "the neighbour's, who is no official"}),) if is_in_part else (),
        spans=(Span("text", start, start + len(words), "EX-PRIV"),) if is_in_part else (),
    )  # fmt: skip
    city.reviews.decide(NUMBER, [decision], {decision.version: hit}, BY)


def sign(desk: Desk) -> None:
    """Counsel signs the review as it stands."""
    city = desk.open()
    hits = city.search("pool", "ana").hits
    city.reviews.sign(NUMBER, {version_of(hit): hit for hit in hits}, COUNSEL)


def test_what_the_settings_do_not_say_stops_the_letter_and_names_the_setting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PALOVERDE_RECORDS_OFFICE")
    monkeypatch.delenv("PALOVERDE_ARCHIVE_LOCATION")
    told = desk.says("lint", NUMBER, "acknowledgment", *SIGNED, status=1)
    assert "PALOVERDE_RECORDS_OFFICE" in told
    assert "PALOVERDE_ARCHIVE_LOCATION" in told


def test_a_letter_that_the_request_cannot_take_is_not_sent(desk: Desk) -> None:
    refused = desk.says(
        "send", NUMBER, "none", *SIGNED, "--reasons", "none found", "--by", "e-mail", status=1
    )
    assert "That there are no records needs a search" in refused
    assert desk.open().letters.sent(NUMBER) == []


def test_that_there_are_no_records_goes_out_with_its_certificate(desk: Desk) -> None:
    desk.search("dragon")
    desk.says("send", NUMBER, "none", *SIGNED, "--reasons", "Nothing was found", "--by", "e-mail")
    city = desk.open()
    (sent,) = city.letters.sent(NUMBER)
    certificate = city.requests.document(NUMBER, sent.documents[1].sha256).decode()
    assert certificate.startswith(f"Certificate of no records for records request {NUMBER}\n")
    determined = city.requests.get(NUMBER).last(Determined)
    assert determined is not None
    assert determined.documents == sent.documents


def test_what_nobody_has_reviewed_is_not_called_no_records(desk: Desk) -> None:
    desk.search("pool")
    words = ("none", *SIGNED, "--reasons", "Nothing was found")
    told = desk.says("lint", NUMBER, *words, status=1)
    assert (
        "none-but-found: The letter says that there are no records, and 1 record version that was found"
        in told
    )


def test_it_refuses_whoever_is_not_of_the_office(desk: Desk) -> None:
    refused = desk.says("send", NUMBER, "acknowledgment", *SIGNED, "--by", "e-mail", who="ivo", status=1)
    assert "ivo is it; `send` needs clerk or counsel. Nothing was done." in refused
    assert desk.open().letters.sent(NUMBER) == []


def test_a_production_names_the_bundle_that_the_file_has(desk: Desk) -> None:
    refused = desk.says("draft", NUMBER, "production", *SIGNED, "--way", "disc", status=1)
    assert "build one first" in refused
    city = desk.open()
    desk.search("pool")
    city.requests.file(
        NUMBER,
        ReviewFinished(by=BY, at=NOW, responsive=1, not_responsive=0, exempt_in_part=0, exempt=0),
    )
    bundle = Document("PRA-1.zip", "ab" * 32)
    now, decisions = datetime.now(UTC), city.reviews.get(NUMBER).decisions_sha256
    made = Produced(by=BY, at=now, instalment=1, bundle=bundle, records=1, decisions_sha256=decisions)
    city.requests.file(NUMBER, made)
    words = ("production", *SIGNED, "--way", "disc", "--where", "the counter")
    assert "not-signed-off: " in desk.says("lint", NUMBER, *words, status=1)
    city.requests.file(NUMBER, SignedOff(by=COUNSEL, at=datetime.now(UTC), sha256=bundle.sha256))
    told = desk.says("draft", NUMBER, *words)
    assert "ab" * 32 in told
    assert city.vault.signer.public_key in told
    assert "This stops the letter" not in told
    wrong = desk.says("lint", NUMBER, "production", *SIGNED, "--way", "disc", "--records", "2", status=1)
    assert "wrong-number: The letter speaks of 2 released records" in wrong


def test_the_certificate_tells_the_searches_and_that_there_are_no_records(desk: Desk) -> None:
    assert "Nothing was searched yet" in desk.says("certificate", NUMBER, status=1)
    desk.search("dragon")
    told = " ".join(desk.says("certificate", NUMBER, "--none").split())
    assert told.startswith(f"Certificate of no records for records request {NUMBER} ")
    assert "In that archive the City has no responsive record." in told
    assert "Time spent on searching: 10 minutes" in told
    assert f"({account('x').slug})" in told
    desk.search("pool")
    assert "1 record version that was found" in desk.says("certificate", NUMBER, "--none", status=1)


def test_a_letter_as_pdf_is_kept_with_its_text(desk: Desk, tmp_path: Path) -> None:
    pytest.importorskip("pymupdf_fonts", reason="the fonts of PDF are not installed here")
    out = tmp_path / "letter.pdf"
    desk.says("send", NUMBER, "acknowledgment", *SIGNED, "--by", "post", "--pdf", str(out))
    (sent,) = desk.open().letters.sent(NUMBER)
    assert [document.name for document in sent.documents][1:] == [
        "letter.pdf", "letter-enclosure.pdf", f"enclosure-{TODAY}.txt",
    ]  # fmt: skip
    assert "Enclosure to" in PdfReader(tmp_path / "letter-enclosure.pdf").pages[0].extract_text()
    assert desk.open().requests.document(NUMBER, sent.documents[1].sha256) == out.read_bytes()
    assert NUMBER in PdfReader(out).pages[0].extract_text()


def test_of_a_letter_that_is_refused_no_pdf_is_left(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "none.pdf"
    words = ("send", NUMBER, "none", *SIGNED, "--reasons", "none found", "--by", "e-mail", "--pdf", str(out))
    assert "needs a search" in desk.says(*words, status=1)
    assert not out.exists()
    desk.search("dragon")
    desk.says(*words)
    assert out.read_bytes().startswith(b"%PDF")


def test_without_a_terminal_a_password_is_asked_from_a_file(desk: Desk) -> None:
    words = ["send", NUMBER, "acknowledgment", *SIGNED, "--by", "e-mail", "--as", "cleo"]
    done = subprocess.run(
        [sys.executable, "-m", "paloverde.cli", "letter", *words],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "paloverde: Nothing was typed, and nothing was done. --password-file FILE takes" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_understood_is_named(desk: Desk, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.toml"
    sheet.write_text("ground = 7\n", encoding="utf-8")
    told = desk.says("draft", NUMBER, "estimate", *SIGNED, "--sheet", str(sheet), status=1)
    assert "sheet.toml cannot be read: " in told
    assert "`$.ground`" in told


def test_a_cost_sheet_with_refused_work_is_stopped(desk: Desk, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.toml"
    sheet.write_text(
        'ground = "C2"\nfacts = "The comments are joined with a map"\n[[lines]]\nwork = "data extraction"\n'
        'what = "Redacting names"\nby = "Analyst"\nhours = "1.5"\nrate_cents = 6000\n',
        encoding="utf-8",
    )
    told = desk.says("lint", NUMBER, "estimate", *SIGNED, "--sheet", str(sheet), status=1)
    assert "cost-without-ground: The line “Redacting names” cannot be charged" in told
    assert desk.says("lint", NUMBER, "estimate", *SIGNED).endswith("Nothing stops this letter.\n")


def test_a_number_that_is_no_letter_is_refused(desk: Desk) -> None:
    assert "0 letters that were sent" in desk.says("show", NUMBER, "1", status=1)


def test_every_letter_that_was_sent_is_in_the_ledger_and_survives_a_rebuild(desk: Desk) -> None:
    desk.says("send", NUMBER, "acknowledgment", *SIGNED, "--by", "e-mail")
    before = desk.says("show", NUMBER, "1")
    (desk.home / "state.db").unlink()
    assert main(["rebuild"]) == 0
    assert desk.says("show", NUMBER, "1") == before
    assert desk.open().requests.get(NUMBER).all(Searched) == []


def test_whoever_sends_signs_with_the_title_that_is_known_and_sends_it_once(desk: Desk) -> None:
    People(desk.home / "users.json").put("cleo", "Cleo Park", Role.CLERK, PASSWORD, "Deputy City Clerk")
    desk.says("send", NUMBER, "acknowledgment", "--by", "post")
    told = desk.says("show", NUMBER, "1")
    assert "Cleo Park" in told
    assert "Deputy City Clerk" in told
    assert "Deputy City Clerk" in desk.says("draft", NUMBER, "acknowledgment", "--signer", "Cleo Park")
    again = desk.says("send", NUMBER, "acknowledgment", "--by", "post", status=1)
    assert "“Acknowledgment” of" in again
    assert "was sent already, by Cleo Park on" in again
    assert "1  acknowledgment" in desk.says("list", NUMBER)
    assert "2  acknowledgment" not in desk.says("list", NUMBER)
