"""Officials search their own devices: asked, reminded, answered, what they hand in is archived and found."""

from __future__ import annotations

import hashlib
import time
import zipfile
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest

from matters import CLERK, COUNSEL, NOW, Matter
from paloverde.archive.seal import Role
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.imports.forwarding import Forwarded, How
from paloverde.installation.device_searches import production_limits
from paloverde.installation.handing_in import HandIn
from paloverde.productions.order import Demand, GivenUp
from paloverde.productions.plan import Form
from paloverde.records import archive_day
from paloverde.requests.custodian_search import Affidavit, Instruction, Looked, affidavit_lacks
from paloverde.requests.custodians import Standing
from paloverde.requests.events import CustodianAsked, CustodianHandedIn, Determined, Outcome, Received
from paloverde.requests.plaintext import as_text
from paloverde.retention.holds import By
from paloverde.wording import long_date
from productions.loadfiles import read_dat

TODAY = archive_day(NOW)
TOLD = Instruction(
    contact="lia.moss@city.test", addresses=("Lia.Own@mail.test",), due_on=TODAY + timedelta(days=3),
    words=("pool", "closure"),
)  # fmt: skip
STATED = Affidavit(
    made_on=TODAY, looked=(Looked("email", "pool, closure"), Looked("phone", "looked through")), found=2,
    personal=1, facts="a message to my sister about her birthday", not_searched="",
)  # fmt: skip
NAME = "Lia Moss"


class Hall(Matter):
    """The city with a records request."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        event = Received(by=CLERK, at=NOW, number="", channel="letter", text="All about the pool",
                         received_on=TODAY - timedelta(days=2))  # fmt: skip
        self.number = self.city.requests.receive(event).number
        self.searches = self.city.device_searches

    def ask(self, name: str = NAME, number: str = "", **changes: Any) -> None:
        told = msgspec.structs.replace(TOLD, **changes)
        self.searches.ask(number or self.number, name, "Parks Director", "All about the pool", told, CLERK)

    def limits(self) -> str:
        paper = self.city.letters.certificate(self.number)
        return " ".join(as_text(paper).split())


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall(tmp_path)


def mail(
    own: str, text: str, sender: str = "Rosa Neri <rosa@neighbours.test>", **headers: str
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "clerk@city.test", "The pool"
    message["Date"], message["Message-ID"] = "Mon, 02 Mar 2026 10:00:00 -0800", f"<{own}>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def forward(own: str = "fw@mail.test", sender: str = "Lia <LIA.OWN@mail.test>") -> EmailMessage:
    """A mail forwarded as an attachment, as people are asked to."""
    message = mail(own, "As you asked.", sender)
    message.add_attachment(mail("first@neighbours.test", "The pool gate was locked ⛔"), filename="first.eml")
    return message


def put(folder: Path, name: str, body: bytes) -> Path:
    path = folder / name
    path.write_bytes(body)
    return path


def test_the_whole_way_from_the_question_to_records_that_are_found(hall: Hall, tmp_path: Path) -> None:
    hall.ask()
    assert hall.searches.custodian(hall.number, "lia  MOSS").standing is Standing.ASKED
    hall.searches.remind(hall.number, NAME, COUNSEL)
    assert hall.searches.custodian(hall.number, NAME).standing is Standing.REMINDED
    signed = put(tmp_path, "statement.pdf", b"%PDF-1.7 signed")
    one = hall.searches.answer(hall.number, NAME, STATED, CLERK, signed=signed)
    assert one.standing is Standing.AFFIDAVIT
    assert one.is_owing
    raw = forward().as_bytes()
    picture = put(tmp_path, "talk.png", b"\x89PNG picture of the screen")
    done = hall.searches.hand_in(hall.number, NAME, [put(tmp_path, "fw.eml", raw), picture], CLERK)
    assert [run.provenance for run in done.event.runs] == ["forwarded", "personal_device"]
    assert (done.event.records, done.event.messages, done.event.matched) == (3, 1, 1)
    answer = hall.city.search("pool", CLERK.actor, include_private=True, accounts=["custodian-lia-moss"])
    found = {hit.native_id: hit for hit in answer.hits}
    first = found["first@neighbours.test"]
    assert (first.poster_username, first.provenance) == ("rosa@neighbours.test", "forwarded")
    (device,) = [hit for hit in found.values() if hit.provenance == "personal_device"]
    assert "talk.png" in (device.text or "")
    assert not hall.searches.custodian(hall.number, NAME).is_owing
    assert hall.searches.document(hall.number, hashlib.sha256(signed.read_bytes()).hexdigest()) == (
        signed.read_bytes()
    )


def test_an_enclosed_message_is_kept_byte_for_byte(hall: Hall, tmp_path: Path) -> None:
    hall.ask()
    inner = b"From: Rosa Neri <rosa@neighbours.test>\r\nMessage-ID: <odd@t>\r\nSubject:   folded\r\n\toddly\r\n\r\npool\r\n"
    raw = (
        b"From: lia.own@mail.test\r\nMessage-ID: <o@t>\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n"
        b"--zz\r\n\r\nSee below\r\n--zz\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--zz--\r\n"
    )
    hall.searches.hand_in(hall.number, NAME, [put(tmp_path, "odd.eml", raw)], CLERK)
    (sealed,) = hall.city.archive.parts(Role.RECORDS, ["custodian-lia-moss"])
    rows = {row["native_id"]: row for row in hall.city.archive.table(sealed.part).to_pylist()}
    assert rows["odd@t"]["raw"] == inner
    (kept,) = rows["o@t"]["media"]
    assert hall.office.archive.media(kept["sha256"]) == inner
    assert rows["o@t"]["raw"] == raw


def test_the_list_tells_who_forwarded_what_and_whose_it_was(hall: Hall, tmp_path: Path) -> None:
    hall.ask()
    quoted = mail(
        "q@t", "FYI\n\n---------- Forwarded message ---------\nFrom: Ada Lane <ada@t>\nDate: Sun, 1 Mar 2026 at 9:00 AM\n"
        "Subject: gate\nTo: Lia\n\nlocked", "Lia Moss <lia.moss@city.test>",
    )  # fmt: skip
    resent = mail(
        "r@t", "again", Resent_From="lia.own@mail.test", Resent_Date="Tue, 03 Mar 2026 10:00:00 -0800"
    )
    strange = mail("s@t", "no", "lia.own@mail.test.evil.test")
    folder = tmp_path / "mails"
    folder.mkdir()
    for name, message in (("1", forward()), ("2", quoted), ("3", resent), ("4", strange)):
        put(folder, f"{name}.eml", message.as_bytes())
    done = hall.searches.hand_in(hall.number, NAME, [folder], CLERK)
    assert (done.event.messages, done.event.matched) == (4, 3)
    lines = hall.searches.document(hall.number, done.event.list_sha256).splitlines()
    told = {one.message_id: one for line in lines[4:] for one in [msgspec.json.decode(line, type=Forwarded)]}
    assert (told["fw@mail.test"].how, told["fw@mail.test"].sender) == (
        How.ENCLOSED, "Rosa Neri <rosa@neighbours.test>",
    )  # fmt: skip
    assert (told["q@t"].how, told["q@t"].sent_at) == (How.QUOTED, "Sun, 1 Mar 2026 at 9:00 AM")
    assert (told["r@t"].how, told["r@t"].forwarded_at) == (How.RESENT, "Tue, 03 Mar 2026 10:00:00 -0800")
    assert (told["s@t"].custodian, told["s@t"].how) == ("", How.NOT)


def test_the_same_files_again_change_nothing(hall: Hall, tmp_path: Path) -> None:
    hall.ask()
    path = put(tmp_path, "fw.eml", forward().as_bytes())
    first = hall.searches.hand_in(hall.number, NAME, [path], CLERK)
    again = hall.searches.hand_in(hall.number, NAME, [path], CLERK)
    assert again.event == first.event
    assert len(hall.city.requests.get(hall.number).all(CustodianHandedIn)) == 1


def test_the_certificate_says_how_many_have_not_answered(hall: Hall) -> None:
    for name in (NAME, "Theo Lark", "Ida Voss"):
        hall.ask(name)
    hall.city.requests.search(hall.number, "pool", CLERK)
    silent = "3 custodians who were asked to search what only they have, 3 have not answered"
    assert silent in hall.limits()
    hall.searches.answer(hall.number, NAME, STATED, CLERK)
    assert "2 have not answered: Theo Lark, Ida Voss." in hall.limits()
    assert "1 has answered without a signed statement: Lia Moss." in hall.limits()
    paper = as_text(hall.city.letters.certificate(hall.number, released=True))
    assert "Theo Lark" not in paper


def test_nothing_says_that_there_are_no_records_while_a_custodian_owes_some(
    hall: Hall, tmp_path: Path
) -> None:
    hall.ask()
    hall.city.requests.search(hall.number, "nothing-of-this", CLERK)
    hall.searches.answer(hall.number, NAME, STATED, CLERK)
    none = Determined(
        by=CLERK, at=NOW, outcome=Outcome.NONE, reasons="The City searched.", sent_on=TODAY
    )  # fmt: skip
    with pytest.raises(BadQuestion, match="handed none in: Lia Moss"):
        hall.city.letters.certificate(hall.number, none=True)
    assert "handed none in: Lia Moss" in hall.city.requests.refusal(hall.city.requests.get(hall.number), none)
    path = put(tmp_path, "fw.eml", forward().as_bytes())
    hall.searches.hand_in(hall.number, NAME, [path], CLERK)
    assert hall.city.requests.refusal(hall.city.requests.get(hall.number), none) == ""


def test_a_reminder_is_due_after_the_day_of_the_answer_and_then_each_week(hall: Hall) -> None:
    hall.ask(due_on=TODAY)
    one = hall.searches.custodian(hall.number, NAME)
    assert one.remind_on(7) == TODAY + timedelta(days=1)
    assert hall.searches.reminders() == []
    hall.searches.remind(hall.number, NAME, CLERK)
    assert hall.searches.custodian(hall.number, NAME).remind_on(7) == TODAY + timedelta(days=7)
    hall.searches.answer(hall.number, NAME, STATED, CLERK)
    assert hall.searches.custodian(hall.number, NAME).remind_on(7) is None
    with pytest.raises(BadQuestion, match="no reminder is due"):
        hall.searches.remind(hall.number, NAME, CLERK)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"looked": ()}, "needs the places"),
        ({"looked": (Looked("attic", "by hand"),)}, "no place of the checklist"),
        ({"looked": (Looked("email", " "),)}, "needs the words"),
        ({"looked": (Looked("email", "lia.own@mail.test: pool"),)}, "leave the address out"),
        ({"found": -1}, "below zero"),
        ({"facts": " "}, "needs the facts"),
        ({"made_on": TODAY - timedelta(days=9)}, "give a day between"),
    ],
)
def test_a_statement_that_lacks_something_is_refused(hall: Hall, change: dict[str, Any], told: str) -> None:
    hall.ask()
    with pytest.raises(BadQuestion, match=told):
        hall.searches.answer(hall.number, NAME, msgspec.structs.replace(STATED, **change), CLERK)
    assert hall.searches.custodian(hall.number, NAME).answer is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"contact": ""}, "needs the e-mail address"),
        ({"places": ("attic",)}, "no place of the checklist"),
        ({"places": ()}, "Name a place"),
        ({"due_on": date(2026, 11, 1)}, "cannot be due"),
        ({"since": date(2026, 2, 1), "until": date(2026, 1, 1)}, "exchange them"),
    ],
)
def test_a_question_that_lacks_something_is_refused(hall: Hall, change: dict[str, Any], told: str) -> None:
    with pytest.raises(BadQuestion, match=told):
        hall.ask(**change)
    assert hall.searches.custodians(hall.number) == []


def test_only_clerk_and_counsel_act(hall: Hall, tmp_path: Path) -> None:
    it = By("Ike Tan", "it", "this test")
    path = put(tmp_path, "fw.eml", forward().as_bytes())
    with pytest.raises(PersonNeeded, match="needs clerk or counsel"):
        hall.searches.ask(hall.number, NAME, "", "pool", TOLD, it)
    hall.ask()
    with pytest.raises(PersonNeeded):
        hall.searches.remind(hall.number, NAME, it)
    with pytest.raises(PersonNeeded):
        hall.searches.answer(hall.number, NAME, STATED, it)
    with pytest.raises(PersonNeeded):
        hall.searches.hand_in(hall.number, NAME, [path], it)
    assert [one.slug for one in hall.city.accounts()] == ["x-palmaria"]


def test_files_that_are_no_mail_need_a_statement(hall: Hall, tmp_path: Path) -> None:
    hall.ask()
    path = put(tmp_path, "talk.png", b"\x89PNG")
    with pytest.raises(BadQuestion, match="file the statement first"):
        hall.searches.hand_in(hall.number, NAME, [path], CLERK)
    told = HandIn(statement="I took this picture of my telephone.", declared_on=TODAY)
    done = hall.searches.hand_in(hall.number, NAME, [path], CLERK, told)
    assert done.event.runs[0].provenance == "personal_device"
    assert hall.searches.custodian(hall.number, NAME).standing is Standing.UPLOADED


@pytest.mark.parametrize("name", ["a\nb.eml", "a\x1b[2J.eml", "a\u202eb.eml"])
def test_a_hostile_name_of_a_file_is_refused(hall: Hall, tmp_path: Path, name: str) -> None:
    hall.ask()
    with pytest.raises(BadQuestion, match="give it another one"):
        hall.searches.hand_in(hall.number, NAME, [put(tmp_path, name, forward().as_bytes())], CLERK)


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\x01 no mail",
        b"From: a@t\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n--b",
        b"From: a@t\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n!!!!",
        b'From: a@t\nContent-Type: multipart/mixed; boundary=""\n\n--\n--',
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)),
        b"From: " + b"(" * 5000 + b"\n\nx",
    ],
)
def test_a_hostile_mail_is_kept_and_stops_nothing(hall: Hall, tmp_path: Path, body: bytes) -> None:
    hall.ask()
    paths = [put(tmp_path, "bad.eml", body), put(tmp_path, "fw.eml", forward().as_bytes())]
    done = hall.searches.hand_in(hall.number, NAME, paths, CLERK)
    assert done.event.records >= 2
    assert done.event.matched == 1


def test_mails_among_other_files_are_to_be_handed_in_apart(hall: Hall, tmp_path: Path) -> None:
    hall.ask()
    folder = tmp_path / "both"
    folder.mkdir()
    put(folder, "a.eml", forward().as_bytes())
    put(folder, "b.png", b"\x89PNG")
    with pytest.raises(BadQuestion, match="a folder of their own"):
        hall.searches.hand_in(hall.number, NAME, [folder], CLERK)


def test_two_people_of_one_account_name_do_not_mix(hall: Hall, tmp_path: Path) -> None:
    hall.ask("Lia Moss")
    hall.ask("Lia-Moss", contact="other@city.test", addresses=())
    hall.searches.hand_in(hall.number, "Lia Moss", [put(tmp_path, "1.eml", forward().as_bytes())], CLERK)
    with pytest.raises(Exception, match="must never mix"):
        hall.searches.hand_in(
            hall.number, "Lia-Moss", [put(tmp_path, "2.eml", forward("2@t").as_bytes())], CLERK
        )


def test_a_custodian_of_a_production_stands_in_its_limits(hall: Hall) -> None:
    hold = hall.hold()
    hall.city.holds.notices.name(hall.city.holds.get(hold), NAME, "lia.moss@city.test", COUNSEL)
    number = hall.ordered(hold=hold)
    hall.ask(number=number, contact="")
    hall.ask("Theo Lark", number=hold)
    one = hall.searches.custodian(number, NAME)
    assert one.asked.instruction is not None
    assert one.asked.instruction.contact == "lia.moss@city.test"
    told = production_limits(hall.city.cabinet, hall.city.productions.get(number))
    assert [line.rpartition(": ")[2] for line in told] == ["Lia Moss.", "Theo Lark."]
    hall.searches.answer(number, NAME, msgspec.structs.replace(STATED, found=0), CLERK)
    told = production_limits(hall.city.cabinet, hall.city.productions.get(number))
    assert "answered without a signed statement: Lia Moss." in told[0]


def test_the_words_of_what_was_sent_stand_in_the_paper(hall: Hall) -> None:
    hall.ask()
    (asked,) = hall.city.requests.get(hall.number).all(CustodianAsked)
    letter = " ".join(asked.letter.split())
    assert "Please search your own devices and accounts" in letter
    assert "City of San Jose v. Superior Court (2017) 2 Cal.5th 608" in letter
    assert "Words: pool; closure" in letter
    form = as_text(hall.searches.statement(hall.number, NAME))
    assert "Signature: ____" in form
    assert "penalty of perjury" in form
    filled = " ".join(as_text(hall.searches.statement(hall.number, NAME, STATED)).split())
    assert "a message to my sister about her birthday" in filled
    assert "Signature: ____" in filled


def test_what_was_handed_in_is_produced_with_how_it_came(hall: Hall, tmp_path: Path) -> None:
    hold = hall.hold()
    hall.ask(number=hold)
    hall.searches.answer(hold, NAME, STATED, CLERK)
    files = [put(tmp_path, "fw.eml", forward().as_bytes()), put(tmp_path, "gate.png", b"\x89PNG gate")]
    hall.searches.hand_in(hold, NAME, files, CLERK)
    slug = "custodian-lia-moss"
    number = hall.ordered(
        hold="", demands=(Demand("1", "gate"),), include_private=True, accounts=(slug,), forms=(Form.DAT,),
        custodians={slug: (NAME,)},
    )  # fmt: skip
    hall.ask("Theo Lark", number=number)
    hall.chosen(number)
    hall.decide_rest(number)
    hall.sign(number)
    made = hall.city.volumes.build(number, tmp_path / "out", CLERK)
    with zipfile.ZipFile(next((tmp_path / "out").glob("VOL*.zip"))) as volume:
        rows = read_dat(volume.read("VOL001/DATA/VOL001.dat"))
        (native,) = [row for row in rows if row["ITEMID"] == "first@neighbours.test" and not row["PARENTID"]]
        path = native["NATIVELINK"].replace("\\", "/").removeprefix("./")
        assert volume.read(path).startswith(b"From: Rosa Neri")
        assert path.endswith(".eml")
    assert {row["RECTYPE"] for row in rows} == {"FORWARDED", "PERSONALDEVICE", "MEDIA"}
    assert (native["CAPTUREMETHOD"], native["CUSTODIAN"]) == ("FORWARDED", NAME)
    assert any("Theo Lark" in limit for limit in made.report.limits)


def test_nobody_is_asked_for_what_is_nothing(hall: Hall) -> None:
    with pytest.raises(BadQuestion):
        hall.ask(number="PROD-2026-0099")
    with pytest.raises(BadQuestion):
        hall.searches.custodians("nothing-of-the-kind")
    with pytest.raises(BadQuestion, match="asked were: nobody yet"):
        hall.searches.custodian(hall.number, NAME)


def test_what_comes_again_with_something_else_counts_once(hall: Hall, tmp_path: Path) -> None:
    hall.ask()
    first, second = forward(), mail("own@mail.test", "the pool")
    paths = [put(tmp_path, "fw.eml", first.as_bytes())]
    hall.searches.answer(hall.number, NAME, STATED, CLERK)
    both = [*paths, put(tmp_path, "talk.png", b"\x89PNG")]
    assert hall.searches.hand_in(hall.number, NAME, both, CLERK).is_new
    assert hall.searches.hand_in(hall.number, NAME, paths, CLERK).is_new
    assert hall.searches.custodian(hall.number, NAME).records == 3
    again = hall.searches.hand_in(hall.number, NAME, both, CLERK)
    assert not again.is_new
    assert "nothing was filed" in again.filed
    more = [put(tmp_path, "own.eml", second.as_bytes())]
    hall.searches.hand_in(hall.number, NAME, more, CLERK)
    assert hall.searches.custodian(hall.number, NAME).records == 4


def test_a_declaration_without_its_day_is_not_left_out_unseen(hall: Hall, tmp_path: Path) -> None:
    hall.ask()
    hall.searches.answer(hall.number, NAME, STATED, CLERK)
    path = put(tmp_path, "talk.png", b"\x89PNG")
    for told in (HandIn(statement="My own telephone."), HandIn(declared_on=TODAY)):
        with pytest.raises(BadQuestion, match="needs its words and its day"):
            hall.searches.hand_in(hall.number, NAME, [path], CLERK, told)
    later = HandIn(statement="My own telephone.", declared_on=TODAY + timedelta(days=1))
    with pytest.raises(BadQuestion, match="and today is"):
        hall.searches.hand_in(hall.number, NAME, [path], CLERK, later)


@pytest.mark.parametrize("of", ["request", "hold"])
def test_nothing_is_archived_or_filed_on_a_day_that_has_not_come(hall: Hall, tmp_path: Path, of: str) -> None:
    number = hall.number if of == "request" else hall.hold()
    hall.ask(number=number)
    path, later = put(tmp_path, "fw.eml", forward().as_bytes()), TODAY + timedelta(days=1)
    with pytest.raises(BadQuestion, match="and today is"):
        hall.searches.hand_in(number, NAME, [path], CLERK, HandIn(on=later))
    assert [one.slug for one in hall.city.accounts()] == ["x-palmaria"]
    with pytest.raises(BadQuestion, match="and today is"):
        hall.searches.remind(number, NAME, CLERK, later)
    with pytest.raises(BadQuestion, match="and today is"):
        hall.searches.answer(number, NAME, STATED, CLERK, on=later)
    assert hall.searches.custodian(number, NAME).standing is Standing.ASKED


def test_a_reminder_is_filed_with_the_words_of_the_day_on_which_it_was_sent(hall: Hall) -> None:
    hall.searches.ask(hall.number, NAME, "", "pool", TOLD, CLERK, TODAY - timedelta(days=2))
    one = hall.searches.remind(hall.number, NAME, CLERK, TODAY - timedelta(days=1))
    words = " ".join(one.reminders[0].letter.split())
    assert f"Date: {long_date(TODAY - timedelta(days=1))}" in words
    assert "1 day ago" in words


def test_nobody_is_reminded_of_what_is_over(hall: Hall, tmp_path: Path) -> None:
    hold, number = hall.hold(), hall.ordered()
    told = msgspec.structs.replace(TOLD, due_on=TODAY - timedelta(days=1))
    for matter in (hold, number, hall.number):
        hall.searches.ask(matter, NAME, "", "pool", told, CLERK, TODAY - timedelta(days=2))
    assert [one for one, _ in hall.searches.reminders()] == [hall.number, number, hold]
    given_up = GivenUp(by=COUNSEL, at=NOW, note="The other side settled.")
    hall.city.productions.file(number, given_up)
    hall.city.holds.release(hold, put(tmp_path, "memo.pdf", b"%PDF-1.7 over"), COUNSEL)
    assert [one for one, _ in hall.searches.reminders()] == [hall.number]
    assert hall.searches.reminders([]) == []


def test_one_person_of_a_matter_and_its_hold_is_known_by_one_address(hall: Hall, tmp_path: Path) -> None:
    hold = hall.hold()
    number = hall.ordered(hold=hold)
    hall.ask("LIA MOSS", number=hold)
    hall.ask(number=number)
    done = hall.searches.hand_in(number, NAME, [put(tmp_path, "fw.eml", forward().as_bytes())], CLERK)
    assert done.event.matched == 1


def test_a_long_text_of_how_it_was_searched_takes_no_time() -> None:
    long = msgspec.structs.replace(STATED, looked=(Looked("email", "x" * 200_000),))
    began = time.process_time()
    assert affidavit_lacks(long, TODAY, TODAY) == ""
    told = msgspec.structs.replace(STATED, looked=(Looked("email", f"{'x' * 200_000}@mail.test"),))
    assert "leave the address out" in affidavit_lacks(told, TODAY, TODAY)
    assert time.process_time() - began < 2
