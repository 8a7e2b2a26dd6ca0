"""A response is built from the file of its request, and not while anything stands in its way."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import bagit
import msgspec
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from exports import shown
from paloverde.archive.seal import Coverage
from paloverde.bundles import verify
from paloverde.bundles.contents import needles_of
from paloverde.bundles.leak_finder import Needle
from paloverde.bundles.leaks import Search
from paloverde.errors import BadQuestion, PersonNeeded
from paloverde.installation.response_checks import Wish
from paloverde.installation.reviews import version_of
from paloverde.platforms.conversation import Gap
from paloverde.records import Kind
from paloverde.requests.delivery import Terms
from paloverde.requests.drafting import Wish as LetterWish
from paloverde.requests.events import Outcome, Produced, Released, SignedOff, Way
from paloverde.requests.in_words import said
from paloverde.requests.letters import Delivery
from paloverde.requests.plaintext import as_text
from paloverde.requests.releasing import Pair, released_all
from paloverde.requests.review import Verdict
from paloverde.retention.holds import By
from requesthall import CLERK, COUNSEL, NOW, POSTED, SIGNER, WORDS, RequestHall
from requests_found import PRIVACY, decision, in_part, marked


@pytest.fixture
def hall(tmp_path: Path) -> RequestHall:
    return RequestHall(tmp_path / "city")


def test_everything_that_stands_in_the_way_is_told_and_nothing_is_built(
    hall: RequestHall, tmp_path: Path
) -> None:
    out = tmp_path / "b.zip"
    with pytest.raises(BadQuestion, match="Nothing was searched yet"):
        hall.city.responses.build(hall.number, out, CLERK, print)
    hits = hall.search()
    assert "3 records are not decided yet" in hall.refusals()
    assert "No determination was sent" in hall.refusals()
    hall.review(hits)
    assert "Nobody has signed the review as it stands" in hall.refusals()
    with pytest.raises(PersonNeeded, match=r"was not built.*Nobody has signed.*No determination"):
        hall.city.responses.build(hall.number, out, CLERK, print)
    hall.sign(hits)
    hall.determine()
    assert hall.refusals() == ""
    assert not out.exists()
    assert hall.city.requests.get(hall.number).all(Produced) == []


def test_a_later_search_must_be_reviewed_too(hall: RequestHall) -> None:
    hall.ready()
    hall.city.requests.search(hall.number, "monday OR sale OR pool", CLERK)
    assert hall.refusals() == ""  # the same records
    posts = [shown("x", "4", "Splash at the pool", POSTED)]
    hall.office.night("x", posts, NOW)
    hall.city.requests.search(hall.number, "splash", CLERK)
    assert "1 found record is not under review" in hall.refusals()


def test_what_goes_out_is_told_in_numbers_and_names(hall: RequestHall) -> None:
    hall.ready()
    told = "\n".join(hall.city.responses.preview(hall.number, CLERK).sentences())
    assert "3 records found, 2 handed over, 1 with redactions, 0 withheld whole, 1 not responsive" in told
    assert "Review signed by: Ana Ruiz" in told
    assert "Responsible for what is kept back: Cleo Park, Deputy Clerk" in told
    assert "Kept back under" in told
    assert WORDS not in told
    assert "IN THE WAY" not in told


def test_a_response_is_sealed_whole_and_says_nothing_that_was_redacted(
    hall: RequestHall, tmp_path: Path
) -> None:
    hall.ready()
    hall.city.log.publish()
    wish = Wish(with_log=True, by_name=True)
    built = hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, print, wish)
    report = verify.verify(built.path, built.key)
    assert (report.wrong, report.unvouched) == ([], [])
    assert any("each of the 1 records that have it here" in told for told in report.checked)
    assert any("What 1 records were read from: something is redacted" in told for told in report.unshown)
    with zipfile.ZipFile(built.path) as box:
        box.extractall(tmp_path / "out")
        names = {name.partition("/")[2] for name in box.namelist()}
    bagit.Bag(str(tmp_path / "out" / hall.number)).validate()
    parts = ("00_cover_letter/letter", "01_index/index", "04_withholding_log/log",
             "05_search_certificate/certificate", "06_cost_sheet/costs")  # fmt: skip
    assert {f"data/{part}.{kind}" for part in parts for kind in ("pdf", "html")} <= names
    assert {"data/02_records/pdf/volume-00001.pdf", "data/04_withholding_log/log.csv"} <= names
    search = Search([Needle("C-1", WORDS), Needle("C-2", "pool table")])
    with built.path.open("rb") as file:
        search.look("b.zip", file)
    assert (search.leaks, search.unread) == (set(), [])


def test_every_form_holds_the_same_released_records(hall: RequestHall, tmp_path: Path) -> None:
    hall.ready()
    built = hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, print, Wish(by_name=True))
    with zipfile.ZipFile(built.path) as box:
        lines = box.read(f"{hall.number}/{verify.RECORDS}").splitlines()
        table = pq.read_table(io.BytesIO(box.read(f"{hall.number}/data/02_records/parquet/records.parquet")))
    records = [json.loads(line) for line in lines]
    controls = [f"{hall.number}-{n:06}" for n in range(1, 4)]
    assert {record["control"] for record in records} < set(controls)
    assert table["control"].to_pylist() == [record["control"] for record in records]
    assert table["text"].to_pylist() == [record["text"] for record in records]
    (redacted,) = [record for record in records if record["redactions"]]
    assert redacted["text"] == "The pool is closed, says [redacted: EX-PRIV]"
    assert redacted["redactions"][0]["where"] == "text"


def texts_in(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as box:
        return {name.partition("/")[2]: box.read(name).decode("utf-8", "replace") for name in box.namelist()}


def answered(hall: RequestHall) -> None:
    """The letter as the review has it goes out."""
    wish = LetterWish(
        reasons="They are public records; the name of a private person is not.",
        available_at=datetime(2026, 11, 25, 18, tzinfo=UTC),
        delivery=Delivery(Way.DISC, "City Hall"),
    )
    draft = hall.city.letters.draft(hall.number, Outcome.PART.value, wish, SIGNER)
    hall.city.letters.send(draft.letter, CLERK, "post")


def test_who_built_it_is_told_by_name_and_role_and_not_by_the_user_of_the_machine(
    hall: RequestHall, tmp_path: Path
) -> None:
    hall.ready()
    by = By("Cleo Park", "clerk", "command line (machineuser)")
    told = texts_in(hall.city.responses.build(hall.number, tmp_path / "b.zip", by, print).path)
    assert "Searched by: Cleo Park, clerk\nBuilt by: Cleo Park, clerk\n" in told["README.txt"]
    assert json.loads(told["data/05_search_certificate/search.json"])["built_by"] == "Cleo Park, clerk"
    assert [name for name, text in told.items() if "machineuser" in text or "this test" in text] == []


def with_name(record: dict[str, object], name: str) -> str:
    """The version's hash, as somebody outside can compute it with a name in place of the box."""
    text = str(record["text"]).replace("[redacted: EX-PRIV]", name)
    return hashlib.sha256(
        msgspec.json.encode(
            (record["kind"], record["native_id"], text, None, None, record["visibility"], record["poster_name"],
             record["poster_username"], record["poster_id"], None, None, [])
        )
    ).hexdigest()  # fmt: skip


def test_no_guess_of_a_redacted_name_is_confirmed_by_the_bundle(hall: RequestHall, tmp_path: Path) -> None:
    """A run with one new record has that version's hash as its digest; so has the digest of one found version."""
    later = NOW + timedelta(days=1)
    hall.office.night("x", [shown("x", "9", f"The splash, says {WORDS}", POSTED)], later)
    hits = hall.search("splash")
    (only,) = hits
    hall.city.reviews.decide(hall.number, [in_part(only, marked(only, WORDS))], hall.by_version(hits), CLERK)
    hall.sign(hits)
    answered(hall)
    built = hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, print, Wish(by_name=True))
    files = texts_in(built.path)
    (record,) = [json.loads(line) for line in files[verify.RECORDS].splitlines()]
    guessed = with_name(record, WORDS)
    assert guessed == only.version_sha256  # else this guesses in another way than the archive hashes
    name = (only.account, only.kind, only.native_id, guessed)
    of_all = hashlib.sha256(msgspec.json.encode(name) + b"\n").hexdigest()
    (seal,) = [one for one in hall.city.archive.seals() if one.sequence == only.sequence]
    for secret in (
        guessed,
        of_all,
        seal.run.digest,
        seal.signature,
        *(part.sha256 for part in seal.run.parts),
    ):
        assert not [name for name, text in files.items() if secret in text]
    (event,) = hall.city.requests.get(hall.number).searches
    assert event.versions_sha256 == of_all  # the City keeps it, to find the same again


def test_a_question_and_its_counts_do_not_say_which_name_is_redacted(
    hall: RequestHall, tmp_path: Path
) -> None:
    hits = hall.search("pool OR quintero OR lopez")
    hall.review(hits)
    hall.sign(hits)
    hall.determine()
    built = hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, print, Wish(by_name=True))
    files = texts_in(built.path)
    assert not [name for name, text in files.items() if "quintero" in text.casefold()]
    told = json.loads(files["data/05_search_certificate/search.json"])
    assert told["question"] == "pool OR [redacted: EX-PRIV] OR lopez"
    assert told["counts"]["per_term"] == {"pool": 3, "lopez": 0}
    for page in ("data/05_search_certificate/certificate.html", "data/01_index/index.html", "README.txt"):
        assert "pool OR [redacted: EX-PRIV] OR lopez" in files[page]
        assert "is not told, since that touches what is kept back" in files[page]


def test_a_letter_that_tells_what_is_redacted_now_is_in_the_way(hall: RequestHall) -> None:
    hits = hall.search("pool OR quintero")
    first, second, third = sorted(hits, key=lambda hit: hit.native_id)
    other = in_part(first, marked(first, "closed"))
    decided = [other, decision(second), decision(third, Verdict.NOT_RESPONSIVE)]
    hall.city.reviews.decide(hall.number, decided, hall.by_version(hits), CLERK)
    hall.sign(hits)
    answered(hall)
    assert hall.refusals() == ""
    hall.review(hits)
    hall.sign(hits)
    assert "tells a search in words that are redacted now" in hall.refusals()


def test_a_search_of_private_records_is_told_even_when_another_came_later(
    hall: RequestHall, tmp_path: Path
) -> None:
    city = hall.city
    city.requests.search(hall.number, "pool", CLERK, include_private=True)
    hall.ready()
    built = city.responses.build(hall.number, tmp_path / "b.zip", CLERK, print, Wish(by_name=True))
    (noted,) = [entry.event for entry in city.ledger.entries() if entry.event.what == "bundle built"]
    assert noted.about["scope"] == "with private records"
    told = json.loads(texts_in(built.path)["data/05_search_certificate/search.json"])
    assert [scope["include_private"] for scope in told["scopes"]] == [True, False]


def test_no_private_conversation_is_named_in_bundle_certificate_or_letters(
    hall: RequestHall, tmp_path: Path
) -> None:
    """The id of one says who wrote to the City."""
    gaps = [Gap("messages", Kind.MESSAGE, "the site failed", of=f"t_90017{number}") for number in range(3)]
    hall.office.night("x", [], NOW + timedelta(days=1), coverage=Coverage(gaps=gaps))
    city = hall.city
    city.requests.search(hall.number, "pool", CLERK, include_private=True)
    hall.ready()
    built = city.responses.build(hall.number, tmp_path / "b.zip", CLERK, print, Wish(by_name=True))
    said = texts_in(built.path)
    said["certificate"] = as_text(city.letters.certificate(hall.number))
    draft = city.letters.draft(hall.number, "acknowledgment", LetterWish(), SIGNER)
    assert draft.enclosure is not None
    said |= {"acknowledgment": draft.text, "its enclosure": as_text(draft.enclosure)}
    said["closure"] = city.letters.draft(hall.number, "closure", LetterWish(), SIGNER).text
    with zipfile.ZipFile(built.path) as box:
        told = Search([Needle("C-1", "t_90017")])
        for name in box.namelist():
            told.look(name, io.BytesIO(box.read(name)))
    assert (told.leaks, told.unread) == (set(), [])
    assert [name for name, text in said.items() if "t_90017" in text] == []
    for name in ("certificate", "its enclosure", "data/05_search_certificate/certificate.html"):
        assert "messages of 3 private conversations" in " ".join(said[name].split()), name


def test_the_id_of_a_withheld_record_is_in_no_file(hall: RequestHall, tmp_path: Path) -> None:
    later = NOW + timedelta(days=1)
    hall.office.night("x", [shown("x", "1811223344", "The slide", POSTED)], later)
    hits = hall.search("slide")
    (only,) = hits
    withheld = decision(only, Verdict.EXEMPT, exempted=(PRIVACY,))
    records = released_all([Pair(only, withheld, "C-1")])
    assert "1811223344" in {needle.text for needle in needles_of(records)}


def test_it_is_filed_as_the_next_instalment_and_a_second_person_signs_it_off(
    hall: RequestHall, tmp_path: Path
) -> None:
    hall.ready()
    built = hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, print, Wish(by_name=True))
    (made,) = hall.city.requests.get(hall.number).all(Produced)
    assert (made.instalment, made.bundle.sha256, made.records) == (1, built.sha256, 2)
    with zipfile.ZipFile(built.path) as box:
        volume = box.read(f"{hall.number}/data/02_records/pdf/volume-00001.pdf")
    assert made.pages == built.pages == len(PdfReader(io.BytesIO(volume)).pages) > 0
    filed = hall.city.cabinet.last("bundles", hall.number)
    assert filed is not None
    assert hashlib.sha256(hall.city.cabinet.bytes_of(filed)).hexdigest() == built.sha256
    given = {"at": NOW, "sha256": built.sha256}
    out = Released(by=CLERK, **given, way=Way.DISC, released_on=date(2026, 11, 18))
    with pytest.raises(BadQuestion, match="Nobody has signed this bundle off"):
        hall.city.requests.file(hall.number, out)
    with pytest.raises(BadQuestion, match="somebody else has to sign it off"):
        hall.city.requests.file(hall.number, SignedOff(by=CLERK, **given))
    hall.city.requests.file(hall.number, SignedOff(by=COUNSEL, **given))
    assert hall.city.requests.file(hall.number, out).all(Released)


def test_the_same_file_of_a_request_gives_the_same_bytes(hall: RequestHall, tmp_path: Path) -> None:
    hall.ready()
    wish = Wish(with_log=True, by_name=True)
    first = hall.city.responses.build(hall.number, tmp_path / "1" / "b.zip", CLERK, print, wish)
    second = hall.city.responses.build(hall.number, tmp_path / "2" / "b.zip", CLERK, print, wish)
    assert first.sha256 == second.sha256


def test_no_records_is_a_response_too(hall: RequestHall, tmp_path: Path) -> None:
    hall.search("kumquat")
    wish = LetterWish(reasons="The archive was searched, and nothing was found.")
    draft = hall.city.letters.draft(hall.number, Outcome.NONE.value, wish, SIGNER)
    hall.city.letters.send(draft.letter, CLERK, "post")
    built = hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, print, Wish(by_name=True))
    assert verify.verify(built.path).wrong == []
    with zipfile.ZipFile(built.path) as box:
        page = box.read(f"{hall.number}/data/05_search_certificate/certificate.html").decode()
    assert "no responsive record" in page


def test_words_that_whoever_signed_accepted_elsewhere_are_not_in_the_way(
    hall: RequestHall, tmp_path: Path
) -> None:
    """The name is redacted in the first record, and the second one may say "pool hours"."""
    hits = sorted(hall.search(), key=lambda hit: hit.native_id)
    words = "pool"
    decided = [in_part(hits[0], marked(hits[0], words)), decision(hits[1]), decision(hits[2])]
    hall.city.reviews.decide(hall.number, decided, hall.by_version(hits), CLERK)
    review = hall.city.reviews.get(hall.number)
    control = {hit.native_id: review.control(version_of(hit)) for hit in hits}
    pairs = [(control["1"], control["2"]), (control["1"], control["3"])]
    hall.city.reviews.sign(hall.number, hall.by_version(hits), COUNSEL, pairs)
    assert "still stand in" not in hall.refusals()


def test_words_that_still_stand_in_several_records_are_one_thing_in_the_way(hall: RequestHall) -> None:
    hits = sorted(hall.search(), key=lambda hit: hit.native_id)
    decided = [in_part(hits[0], marked(hits[0], "pool")), decision(hits[1]), decision(hits[2])]
    hall.city.reviews.decide(hall.number, decided, hall.by_version(hits), CLERK)
    review = hall.city.reviews.get(hall.number)
    first, *others = (review.control(version_of(hit)) for hit in hits)
    (told,) = [
        one for one in hall.city.responses.preview(hall.number, CLERK).refusals if "still stand" in one
    ]
    assert told.startswith(f"Words that are redacted in {first} still stand in ")
    assert all(f"{control} (text)" in told for control in others)


def test_what_the_signer_accepted_is_noted_with_the_bundle_and_told_before_it_goes_out(
    hall: RequestHall, tmp_path: Path
) -> None:
    hall.ready()
    hits = hall.by_version(hall.search())
    pair = (f"{hall.number}-000001", "data/00_cover_letter/letter.pdf")
    hall.city.reviews.sign(hall.number, hits, COUNSEL, [pair], ["data/03_media/ab.zip"])
    hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, print, Wish(by_name=True))
    (made,) = hall.city.requests.get(hall.number).all(Produced)
    assert (made.accepted, made.unread) == ((pair,), ())  # that file is not in it
    assert f"{pair[0]} in {pair[1]}" in said(made)
    summary = hall.city.deliveries.show(hall.number, Terms(channel=Way.COUNTER, to="Dora"), "")
    assert any(f"{pair[0]} in {pair[1]}" in told for told in summary.sentences())


def test_a_character_without_a_font_is_in_the_way_before_anything_is_built(
    hall: RequestHall, tmp_path: Path
) -> None:
    hall.office.night("x", [shown("x", "8", "The slide says ᎣᏏᏲ", POSTED)], NOW + timedelta(days=1))
    hits = hall.search("slide")
    hall.city.reviews.decide(hall.number, [decision(hits[0])], hall.by_version(hits), CLERK)
    hall.sign(hits)
    wish = LetterWish(
        reasons="It is a public record.",
        available_at=datetime(2026, 11, 25, 18, tzinfo=UTC),
        delivery=Delivery(Way.DISC, "City Hall"),
    )
    draft = hall.city.letters.draft(hall.number, Outcome.FULL.value, wish, SIGNER)
    hall.city.letters.send(draft.letter, CLERK, "post")
    told = hall.refusals()
    assert re.search(r"CHEROKEE LETTER O in record \S+-000001.*PALOVERDE_FONTS_FOLDER.*--by-name", told)
    said: list[str] = []
    with pytest.raises(PersonNeeded, match="CHEROKEE LETTER O"):
        hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, said.append)
    assert said == []
    by_name = Wish(by_name=True)
    assert hall.city.responses.preview(hall.number, CLERK, by_name).refusals == ()
    hall.city.responses.build(hall.number, tmp_path / "b.zip", CLERK, said.append, by_name)
