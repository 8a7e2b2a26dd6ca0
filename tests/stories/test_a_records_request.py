"""A Public Records Act request at the command line, from a letter on the counter to the requester's hands.

The city is simulated and its nights are real. Each chapter is played once, by clerk and counsel at a desk of
their own, and goes on where the one before it ended; the tests say what must hold after it.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import bagit
import pytest
from PIL import Image
from pypdf import PdfReader

from paloverde.bundles import verify
from paloverde.records import archive_day
from paloverde.requests.in_words import history
from recordsdesk import RecordsDesk, last_wednesday, records_desk
from simulatedcity import TODAY

pytestmark = pytest.mark.slow
WEDNESDAY = last_wednesday()
FRIDAY, MONDAY = WEDNESDAY + timedelta(days=9), WEDNESDAY + timedelta(days=12)  # closed around the tenth day
TARGET, LATEST = WEDNESDAY + timedelta(days=8), WEDNESDAY + timedelta(days=13)
EXTENDED = WEDNESDAY + timedelta(days=23)  # the Friday before the fourteenth day after the tenth, a Saturday
NUMBER, SECOND = (f"PRA-{WEDNESDAY.year}-{n:04}" for n in (1, 2))
NAME, PHONE, GATE = "Ofelia Quintero", "760-555-0142", "the code of the pool gate is 4417"
PICTURE = "The pool on Palm Street opens on Monday."
SAID = {
    "picture": PICTURE,
    "phone": f"Call me about the pool: {PHONE} or (760) 555-0142.",
    "name": f"{NAME} said that the pool is cold. 🥶",
    "again": "Then OFELIA QUINTERO should not use the pool!",
    "gate": f"Psst, {GATE}.",
    "table": "For sale: a pool table, as good as new",
    "hidden": "The pool is a disgrace, and so is the mayor",
}
PRIVACY = (
    "--exempt",
    "EX-PRIV",
    "--fact",
    "privacy=a neighbour who did not ask for it",
    "--title",
    "Deputy Clerk",
)
SIGNED = ("--signer", "Cleo Park", "--title", "City Clerk")
AVAILABLE = archive_day(datetime.now(UTC)) + timedelta(days=5)


class Sealed(NamedTuple):
    """A bundle on disk, and what was printed when it was built."""

    file: Path
    told: str
    sha256: str
    key: str


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordsDesk]:
    """Two nights of the city; between them the City hides a comment."""
    with records_desk(tmp_path_factory.mktemp("story") / "city") as desk:
        happen(desk)
        yield desk


def happen(desk: RecordsDesk) -> None:
    event = desk.archived.event
    event(site="facebook", do="post", text=SAID["picture"], photo="The pool")
    for what in ("phone", "name", "again", "gate", "table", "hidden"):
        event(site="facebook", do="comment", on="latest post", text=SAID[what])
    event(site="x", do="post", text="¿Cuándo abre la piscina? 🏊 The pool opens at 9.")
    desk.archived.night()
    desk.archived.check()
    event(site="facebook", do="hide", item="latest comment")
    desk.archived.night(TODAY + timedelta(days=1))
    assert len(desk.archived.check(TODAY + timedelta(days=1))) == 1


@pytest.fixture(scope="module")
def received(desk: RecordsDesk) -> str:
    """The letter is taken in; what was printed."""
    letter, closures = desk.home / "letter.txt", desk.home / "closures.csv"
    letter.write_text("Dear City, everything that was said about the pool, please. Mia Ito")
    days = {FRIDAY: "Day of the Palm", MONDAY: "Founders Day", date(WEDNESDAY.year, 1, 1): "New Year"}
    days |= {date(EXTENDED.year, 12, 25): "Christmas Day"}
    closures.write_text("date,name\n" + "".join(f"{day},{name}\n" for day, name in sorted(days.items())))
    desk("request", "adopt-closures", closures)
    asked = ("--text", "Everything that was said about the pool", "--document", letter, "--name", "Mia Ito")
    return desk("request", "receive", "--channel", "letter", "--on", WEDNESDAY, *asked).out


@pytest.fixture(scope="module")
def searched(desk: RecordsDesk, received: str) -> str:
    """A question that nobody could understand is mended; then there are two."""
    wrong = desk.refused("request", "search", NUMBER, "pool & (closed OR open")
    assert "AND" in wrong
    desk("request", "search", NUMBER, "pool", "--minutes", 20)
    return desk("request", "search", NUMBER, "piscina OR swim*", "--stemming", "--minutes", 10).out


@pytest.fixture(scope="module")
def extended(desk: RecordsDesk, searched: str) -> str:
    """The requester is asked, somebody with a telephone of his own, too; the notice is red before it goes."""
    question = ("clarification", *SIGNED, "--question", "The old or the new pool?")
    desk("letter", "send", NUMBER, *question, "--by", "post")
    desk("request", "clarify", NUMBER, "--answer", "Both")
    asked = ("--title", "Council Member", "--asked", "messages about the pool on his own telephone")
    desk("request", "custodian", NUMBER, "Ben Ito", *asked)
    desk("request", "custodian", NUMBER, "Ben Ito", "--answered", "searched, nothing found")
    red = ("extension", *SIGNED, "--until", EXTENDED + timedelta(days=3), "--ground", "UC2=")
    told = desk("letter", "lint", NUMBER, *red, status=1).out
    assert "extension-too-late: " in told
    assert "extension-without-facts: " in told
    green = (
        "extension",
        *SIGNED,
        "--until",
        EXTENDED,
        "--ground",
        "UC2=14 records in seven threads are read",
    )
    assert "Nothing stops this letter." in desk("letter", "lint", NUMBER, *green).out
    return desk("letter", "send", NUMBER, *green, "--by", "post").out


@pytest.fixture(scope="module")
def reviewed(desk: RecordsDesk, extended: str) -> dict[str, str]:
    """Every record is decided by the clerk; the control number of what was said, by its name in `SAID`."""
    desk("review", "gather", NUMBER)
    listed = desk.controls(NUMBER)
    found = {name: next(c for c, t in listed.items() if text.startswith(t)) for name, text in SAID.items()}
    decide = ("review", "decide", NUMBER)
    desk(*decide, "undecided", "--verdict", "responsive")
    desk(*decide, found["table"], "--verdict", "not responsive")
    desk(*decide, found["phone"], "--verdict", "exempt in part", "--words", PHONE, *PRIVACY)
    desk("review", "redact", NUMBER, found["picture"], "--box", "1:8,8,16,16", *PRIVACY)
    whole = ("--fact", "segregability=it is one sentence, and the code is all that it says")
    assert "needs segregability" in desk.refused(*decide, found["gate"], "--verdict", "exempt", *PRIVACY)
    desk(*decide, found["gate"], "--verdict", "exempt", *PRIVACY, *whole)
    desk(*decide, found["name"], "--verdict", "exempt in part", "--words", NAME, *PRIVACY)
    return found


@pytest.fixture(scope="module")
def determined(desk: RecordsDesk, reviewed: dict[str, str]) -> str:
    """Refused to whoever decided, signed by counsel, and the letter goes out."""
    out = desk.home / "too-early.zip"
    early = desk.refused("bundle", "--request", NUMBER, "--out", out)
    assert "Nobody has signed the review as it stands" in early
    assert not out.exists()
    assert "somebody else looks at it and signs" in desk.refused("review", "sign", NUMBER)
    still = desk.refused("review", "sign", NUMBER, who="ana")
    assert f"redacted in {reviewed['name']} still stand in {reviewed['again']} (text)" in still
    desk("review", "everywhere", NUMBER, NAME, "--redact", *PRIVACY)
    desk("review", "sign", NUMBER, who="ana")
    part: tuple[object, ...] = (
        "part",
        *SIGNED,
        "--reasons",
        "These are public records; a neighbour's number and name are not",
    )
    part += ("--available", f"{AVAILABLE}T14:00", "--way", "disc", "--where", "the Clerk's counter")
    desk("letter", "send", NUMBER, *part, "--by", "post")
    return desk("letter", "show", NUMBER, 3).out


@pytest.fixture(scope="module")
def sealed(desk: RecordsDesk, determined: str) -> Sealed:
    return build(desk, NUMBER, "response.zip")


def build(desk: RecordsDesk, number: str, name: str) -> Sealed:
    told = desk("bundle", "--request", number, "--out", desk.home / name, "--with-log", "--by-name").out
    sha256, key = re.findall(r"\b[0-9a-f]{64}\b", told)[:2]
    return Sealed(desk.home / name, told, sha256, key)


@pytest.fixture(scope="module")
def closed(desk: RecordsDesk, sealed: Sealed) -> list[str]:
    """Shown and agreed to by the second person, handed over, and closed; the history of the request."""
    terms = (NUMBER, "--by", "disc", "--to", "Mia Ito")
    shown = desk("deliver", "show", *terms).out
    assert sealed.sha256 in shown
    (summary,) = re.findall(r"\b[0-9a-f]{64}\b", shown.splitlines()[-1])
    handed = ("deliver", "record", NUMBER, "--by", "disc", "--note", "She signed for it")
    assert "agree" in desk.refused(*handed)
    assert "Cleo Park put this bundle together" in desk.refused(
        "deliver", "agree", *terms, "--summary", summary
    )
    desk("deliver", "agree", *terms, "--summary", summary, who="ana")
    desk(*handed)
    desk("request", "close", NUMBER)
    return list(history(desk.city().requests.get(NUMBER)))


def test_the_clock_shows_target_and_latest_and_works_around_closed_days(
    desk: RecordsDesk, received: str
) -> None:
    assert f"{NUMBER} is taken in." in received
    dates = json.loads(desk("clock", "--received", WEDNESDAY, "--json").out)
    assert [dates["target"], dates["latest"]] == [str(TARGET), str(LATEST)]
    assert dates["extension_max"] == str(EXTENDED)
    assert any("Day of the Palm" in step for step in dates["why"])


def test_every_step_names_the_next_and_none_is_told_twice(
    desk: RecordsDesk, closed: list[str], received: str, searched: str, extended: str, sealed: Sealed
) -> None:
    assert f"`paloverde request search {NUMBER}" in received
    assert f"`paloverde review gather {NUMBER}`" in searched
    assert f"`paloverde review gather {NUMBER}`" in extended
    assert f"Somebody else than Cleo Park looks at it: `paloverde deliver show {NUMBER}`" in sealed.told
    request = desk.city().requests.get(NUMBER)
    kinds = [type(event).__name__ for event in request.events]
    assert kinds == [
        "Received", "Noted", "Searched", "Searched", "ClarificationAsked", "ClarificationAnswered",
        "CustodianAsked", "CustodianAnswered", "Extended", "ReviewFinished", "Determined", "Produced",
        "SignedOff", "Released", "Closed",
    ]  # fmt: skip
    assert request.minutes == 30
    assert closed[-2].endswith(": answered.")


def test_the_search_finds_what_was_hidden_and_edited_words_in_two_languages(
    reviewed: dict[str, str], desk: RecordsDesk
) -> None:
    texts = desk.controls(NUMBER).values()
    assert any("piscina" in text for text in texts)
    assert reviewed["hidden"] in desk.controls(NUMBER)


def test_suggestions_point_at_the_number_and_a_person_decides(
    desk: RecordsDesk, reviewed: dict[str, str]
) -> None:
    told = desk("review", "suggest", NUMBER, reviewed["phone"]).out
    assert f"{reviewed['phone']}  text: '{PHONE}': " in told
    shown = desk("review", "show", NUMBER, reviewed["phone"]).out
    assert "released text: Call me about the pool: [redacted: EX-PRIV]" in shown


def test_the_letter_says_what_the_statute_asks_for(determined: str) -> None:
    plain = " ".join(determined.split())
    for told in ("Cleo Park, Deputy Clerk", "Gov. Code 7927.700", "at 2:00 p.m.", "7922.525(b)"):
        assert told in plain, told
    for word in (NAME, PHONE, GATE):
        assert word not in plain


def test_the_requester_verifies_it_with_nothing_but_python(
    sealed: Sealed, closed: list[str], tmp_path: Path
) -> None:
    del closed
    with zipfile.ZipFile(sealed.file) as box:
        program = box.read(f"{NUMBER}/verify.py")
        box.extractall(tmp_path)
    (tmp_path / "verify.py").write_bytes(program)
    words = [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(sealed.file), "--key", sealed.key]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path, env={})
    assert (done.returncode, done.stdout.partition(":")[0]) == (verify.WHOLE, "WHOLE"), (
        done.stdout + done.stderr
    )
    bagit.Bag(str(tmp_path / NUMBER)).validate()
    other = tmp_path / "altered.zip"
    other.write_bytes(sealed.file.read_bytes().replace(b"verify.py", b"verifi.py"))
    altered = subprocess.run([*words[:4], str(other)], capture_output=True, check=False, env={})
    assert altered.returncode in (verify.ALTERED, verify.UNREADABLE)


def test_no_page_says_what_was_redacted_and_all_say_what_was_not(sealed: Sealed) -> None:
    with zipfile.ZipFile(sealed.file) as box:
        pdfs = [PdfReader(io.BytesIO(box.read(name))) for name in box.namelist() if name.endswith(".pdf")]
        log = box.read(f"{NUMBER}/data/04_withholding_log/log.csv").decode("utf-8-sig")
    words = " ".join("".join(page.extract_text() for pdf in pdfs for page in pdf.pages).split())
    assert SAID["hidden"] in words
    assert "[redacted: EX-PRIV]" in words
    squeezed = "".join(words.split()).casefold()
    for secret in (NAME, PHONE, GATE, "(760) 555-0142"):
        assert "".join(secret.split()).casefold() not in squeezed
    rows = list(csv.DictReader(io.StringIO(log)))
    assert len({row["control_no"] for row in rows}) == 5


def test_the_picture_is_painted_over_and_the_archived_one_is_not_in_the_bundle(
    desk: RecordsDesk, sealed: Sealed
) -> None:
    (archived,) = {
        one["sha256"] for row in desk.archived.rows() if row["text"] == PICTURE for one in row["media"]
    }
    (record,) = [one for one in records_of(sealed.file) if one["text"] == PICTURE]
    (given,) = record["media"]
    assert given["sha256"] != archived
    with zipfile.ZipFile(sealed.file) as box:
        names = [name for name in box.namelist() if "/03_media/" in name]
        (painted,) = [name for name in names if given["sha256"] in name]
        image = Image.open(io.BytesIO(box.read(painted)))
    assert len({image.getpixel((x, y)) for x in range(8, 24) for y in range(8, 24)}) == 1
    assert not any(archived in name for name in names)


def receive(desk: RecordsDesk, number: str) -> str:
    asked = ("--text", "The same as my neighbour got about the pool", "--number", number)
    desk("request", "receive", "--channel", "counter", "--on", archive_day(datetime.now(UTC)), *asked)
    return number


def test_the_next_requester_is_given_the_same(desk: RecordsDesk, sealed: Sealed, closed: list[str]) -> None:
    del closed
    receive(desk, SECOND)
    desk("request", "search", SECOND, "pool")
    desk("request", "search", SECOND, "piscina OR swim*", "--stemming")
    assert f"was decided for {NUMBER}: exempt in part" in desk("review", "gather", SECOND).out
    desk("review", "as-before", SECOND, "--title", "Deputy Clerk")
    table = next(control for control, text in desk.controls(SECOND).items() if text == SAID["table"])
    desk("review", "decide", SECOND, table, "--verdict", "not responsive")
    desk("review", "sign", SECOND, who="ana")
    part = ("part", *SIGNED, "--reasons", "The same as before", "--available", f"{AVAILABLE}T14:00")
    desk("letter", "send", SECOND, *part, "--way", "disc", "--where", "the counter", "--by", "post")
    again = build(desk, SECOND, "second.zip")
    first, second = (records_of(one.file) for one in (sealed, again))
    assert [unnumbered(record) for record in first] == [unnumbered(record) for record in second]
    assert pictures_of(sealed.file) == pictures_of(again.file)


def records_of(file: Path) -> list[dict[str, Any]]:
    with zipfile.ZipFile(file) as box:
        (name,) = [name for name in box.namelist() if name.endswith(verify.RECORDS)]
        return [json.loads(line) for line in box.read(name).splitlines()]


def unnumbered(record: dict[str, Any]) -> str:
    """A record without the numbers of its request."""
    return re.sub(r"PRA-\d{4}-\d{4}", "PRA", json.dumps(record))


def pictures_of(file: Path) -> set[tuple[str, int]]:
    with zipfile.ZipFile(file) as box:
        media = [info for info in box.infolist() if "/03_media/" in info.filename]
        return {(Path(info.filename).name, info.CRC) for info in media}


def test_a_search_repeated_finds_the_same_and_the_certificate_says_how(
    desk: RecordsDesk, closed: list[str]
) -> None:
    del closed
    told = desk("request", "replay", NUMBER).out
    assert told.count("the same ") == 2
    certificate = desk("letter", "certificate", NUMBER).out
    (command,) = re.findall(r"paloverde (search pool --through \d+)", " ".join(certificate.split()))
    assert "Found: 20 versions" in desk(*command.split(), "--most", "0").out


def test_a_database_that_was_lost_comes_back_from_the_archive(desk: RecordsDesk, closed: list[str]) -> None:
    city = desk.city()
    before = city.requests.get(NUMBER), city.reviews.get(NUMBER).standing, city.letters.sent(NUMBER)
    desk("rebuild")
    city = desk.city()
    assert (city.requests.get(NUMBER), city.reviews.get(NUMBER).standing, city.letters.sent(NUMBER)) == before
    assert city.reviews.get(NUMBER).signature is not None
    assert list(history(city.requests.get(NUMBER))) == closed
