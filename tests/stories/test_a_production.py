"""A production in discovery at the command line, from counsel's hold to the other side's review platform.

The city is simulated and its nights are real. Each chapter is played once, by counsel and the clerk; the tests
say what must hold of what the other side was sent, and read it with nothing of ours.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from productions.replayweb import picture_in, playing
from productions.rsmf_rules import faults
from stories.lagunita import (
    ASIDE,
    FELL,
    HOSTILE,
    HURT,
    NAME,
    POST,
    REDACTED,
    RUDE,
    SECRET,
    TWEET,
    WITHHELD,
    WRONG,
    Story,
    lagunita,
    slug,
    small,
)
from stories.otherside import (
    STANDARD,
    OtherSide,
    as_json,
    delimited,
    drawn,
    in_a_cell,
    in_xml,
    md5,
    said_in,
    sha256,
)

pytestmark = pytest.mark.slow
NUMBER, SECOND, THIRD = (f"PROD-{datetime.now(UTC).year}-{n:04}" for n in (1, 2, 3))
CLAIM = ("--exempt", "ATTY-CLIENT", "--fact", "counsel=Dana Cole, for the City", "--fact",
         "purpose=legal advice about the pool", "--title", "City Attorney")  # fmt: skip
PRIVATE = ("--exempt", "PRIVACY", "--fact", "interest=a child and his arm", "--title", "City Attorney")
BOX = "1:8,8,40,24"
PACIFIC = ZoneInfo("America/Los_Angeles")
INCLUDE, DEADLY = str(Path(__file__).parents[2] / "include"), str(Path(__file__).with_name("deadly.py"))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with lagunita(tmp_path_factory.mktemp("production") / "city") as story:
        yield story


@pytest.fixture(scope="module")
def ordered(story: Story) -> str:
    """Counsel's hold, and the order of what it keeps: the clerk may do neither."""
    hold = ("hold", "issue", "RIVERA", "--matter", "Rivera v. City", "--trigger", "claim")
    hold += ("--words", "lagunita")
    assert "counsel" in story(*hold, who="cleo", status=1)
    story(*hold, who="ana")
    order = ("production", "order", "--matter", "Rivera v. City of Palma Ria", "--prefix", "PDC", "--hold",
             "RIVERA", "--demand", "4=lagunita AND pool", "--demand", "7=hurt OR fell", "--private",
             "--volume-mb", 1, "--confidentiality", "CONFIDENTIAL", "--by-name", "--custodian",
             f"{slug(story, 'x')}=Pia Lund")  # fmt: skip
    assert "needs counsel" in story(*order, who="cleo", status=1)
    story(*order, who="ana")
    return story("production", "choose", NUMBER, who="ana")


@pytest.fixture(scope="module")
def reviewed(story: Story, ordered: str) -> str:
    """Counsel decides on every record, and somebody else signs."""
    listed = story("review", "list", NUMBER, who="ana")
    controls = re.findall(rf"^{NUMBER}-(\d{{6}})  .*?: (.*?)…?$", listed, re.MULTILINE)
    number = {words: next(control for control, text in controls if text and words.startswith(text))
              for words in (WITHHELD, REDACTED, FELL, HURT, ASIDE)}  # fmt: skip
    decide = ("review", "decide", NUMBER)
    story(*decide, number[WITHHELD], "--verdict", "exempt", *CLAIM, who="ana")
    story(*decide, number[REDACTED], "--verdict", "exempt in part", "--words", SECRET, *CLAIM, who="ana")
    story(*decide, number[FELL], "--verdict", "exempt in part", "--words", NAME, *PRIVATE, who="ana")
    story(*decide, number[HURT], "--verdict", "exempt in part", "--box", BOX, *PRIVATE, who="ana")
    story(*decide, number[ASIDE], "--verdict", "not responsive", who="ana")
    story("production", "rest", NUMBER, "--title", "City Attorney", who="ana")
    story("review", "sign", NUMBER, who="ana", status=1)
    return story("review", "sign", NUMBER, who="cleo")


class Sent(NamedTuple):
    """Volumes on disk, and what was printed when they were built."""

    folder: Path
    told: str


@pytest.fixture(scope="module")
def interrupted(story: Story, reviewed: str) -> Sent:
    """The machine dies behind the first volume; the same command goes on."""
    assert "paloverde production build" in reviewed
    folder = story.home / "sent"
    words = (
        "production",
        "build",
        NUMBER,
        "--out",
        folder,
        "--as",
        "ana",
        "--password-file",
        story.home / "password",
    )
    program = [sys.executable, DEADLY, "VOL001 is whole", *map(str, words)]
    died = subprocess.run(
        program, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": INCLUDE}
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert [one.name for one in sorted(folder.glob("[!.]*"))] == ["VOL001.zip"]
    return Sent(folder, story("production", "build", NUMBER, "--out", folder, who="ana"))


@pytest.fixture(scope="module")
def again(story: Story, interrupted: Sent) -> Sent:
    """Built once more, elsewhere and without a break."""
    folder = story.home / "again"
    return Sent(folder, story("production", "build", NUMBER, "--out", folder, who="ana"))


@pytest.fixture(scope="module")
def served(story: Story, interrupted: Sent, again: Sent) -> Sent:
    """Agreed to by somebody else, and served on the other side."""
    del again  # is built by now: nothing is, once it is served
    sign = ("production", "sign", NUMBER, interrupted.folder)
    assert "somebody else" in story(*sign, who="ana", status=1)
    story(*sign, who="cleo")
    story("production", "serve", NUMBER, "--to", "Moss LLP", "--way", "by file transfer", who="ana")
    return interrupted


@pytest.fixture(scope="module")
def theirs(served: Sent, tmp_path_factory: pytest.TempPathFactory) -> OtherSide:
    """The other side, with all that it was sent."""
    return OtherSide(served.folder, tmp_path_factory.mktemp("theirs"))


# What is in it


def test_it_holds_what_the_hold_keeps_and_its_families_and_no_more(theirs: OtherSide) -> None:
    assert Counter(row["RECTYPE"] for row in theirs.dat) == {
        "POST": 3, "COMMENT": len(HOSTILE) + 5, "REPLY": 2, "DM": 2, "MEDIA": 3,
    }  # fmt: skip
    assert len(theirs.volumes) == 2
    assert not any(ASIDE in row["BODYTEXT"] for row in theirs.dat)


def test_each_document_tells_the_demands_that_it_answers(theirs: OtherSide) -> None:
    assert theirs.row(POST)["REQUESTNO"] == "4"
    assert theirs.row(HURT)["REQUESTNO"] == "4;7"
    assert theirs.row(HOSTILE[4])["REQUESTNO"] == ""
    assert {row["HOLDID"] for row in theirs.dat} == {"RIVERA"}
    assert theirs.row(TWEET)["CUSTODIAN"] == "Pia Lund"
    assert theirs.row(POST)["CUSTODIAN"] == "City of Palma Ria"


def test_what_the_site_said_and_its_download_says_again_is_produced_once(
    story: Story, theirs: OtherSide
) -> None:
    row = theirs.row(TWEET)
    assert row["CAPTUREMETHOD"] == "API"
    assert row["DUPLICATES"] == f"{slug(story, 'x')} post {story.ids[TWEET]}"
    assert [row["DUPLICATES"] for row in theirs.dat].count("") == len(theirs.dat) - 1


def test_families_are_whole_and_in_one_volume(story: Story, theirs: OtherSide) -> None:
    families: dict[str, list[dict[str, str]]] = {}
    for row in theirs.dat:
        families.setdefault(row["BEGATTACH"], []).append(row)
    for begin, family in families.items():
        assert family[0]["BEGBATES"] == begin
        assert {row["ENDATTACH"] for row in family} == {family[-1]["ENDBATES"]}
        assert len({row["PRODVOL"] for row in family}) == len({row["GROUPID"] for row in family}) == 1
        parents = Counter(row["PARENTID"] for row in family)
        assert all(int(row["ATTACHCOUNT"]) == parents[row["BEGBATES"]] for row in family)
        assert {*parents} - {""} <= {row["BEGBATES"] for row in family}
    post = theirs.row(WRONG)
    thread = families[post["BEGBATES"]]
    assert len(thread) == 4 + len(HOSTILE) + 5 + 1
    assert {row["ITEMID"] for row in thread} >= {story.ids[text] for text in (*HOSTILE, RUDE, FELL)}


def test_bates_numbers_have_no_hole_and_none_stands_twice(theirs: OtherSide) -> None:
    pages = [
        int(page)
        for row in theirs.dat
        for page in range(int(row["BEGBATES"][3:]), int(row["ENDBATES"][3:]) + 1)
    ]
    assert pages == list(range(1, len(pages) + 1))
    assert sum(int(row["PGCOUNT"]) for row in theirs.dat) == len(pages)


# Loading it


def test_every_form_has_the_same_documents_in_the_same_order(theirs: OtherSide) -> None:
    for rows in (theirs.sheet, theirs.lines, theirs.table):
        assert [row["BEGBATES"] for row in rows] == theirs.numbers
    assert [one.attrib["DocID"] for one in theirs.documents] == theirs.numbers
    assert [line.id for line in theirs.opt] == theirs.numbers
    assert [line.pages for line in theirs.opt] == [int(row["PGCOUNT"]) for row in theirs.dat]
    families = {row["GROUPID"] for row in theirs.dat}
    related = {(one.attrib["ParentDocID"], one.attrib["ChildDocID"])
               for root in theirs.xml for one in root.iter("Relationship")}  # fmt: skip
    assert related == {(row["PARENTID"], row["BEGBATES"]) for row in theirs.dat if row["PARENTID"]}
    report = json.loads((theirs.sent / "REPORT.json").read_bytes())["tally"]
    assert (report["documents"], report["families"]) == (len(theirs.dat), len(families))
    assert report["natives"] == sum(bool(row["NATIVELINK"]) for row in theirs.dat)


def test_every_value_is_the_same_in_every_form(theirs: OtherSide) -> None:
    rows = zip(theirs.dat, theirs.sheet, theirs.lines, theirs.table, theirs.documents, strict=True)
    for dat, sheet, line, row, document in rows:
        assert {*dat} == {*sheet} == {*line} == {*row}
        tags: dict[str, list[str]] = {}
        for tag in document.iter("Tag"):
            tags.setdefault(STANDARD.get(tag.attrib["TagName"], tag.attrib["TagName"]), []).append(
                tag.attrib["TagValue"]
            )
        for name, value in line.items():
            assert value == as_json(row[name])
            values = [
                str(one) for one in (value if isinstance(value, list) else [value]) if one not in (None, "")
            ]
            assert dat[name] == ";".join(delimited(one, name) for one in values)
            assert sheet[name].removeprefix("'") == "\n".join(in_a_cell(one, name) for one in values)
            assert [one.casefold() for one in tags.get(name, [])] == [
                in_xml(one).casefold() for one in values
            ]


def test_every_file_is_named_and_every_name_leads_to_a_file(theirs: OtherSide) -> None:
    links = {row[name] for row in theirs.dat for name in ("NATIVELINK", "TEXTLINK", "RSMFLINK")} - {""}
    links |= {line.path for line in theirs.opt}
    for one in theirs.documents:
        links |= {
            f"{file.attrib['FilePath']}\\{file.attrib['FileName']}" for file in one.iter("ExternalFile")
        }
    named = {theirs.file(link).relative_to(theirs.folder).as_posix() for link in links}
    beside = {f"{volume}/{name}" for volume in theirs.volumes
              for name in ("FILES.json", f"WACZ/{volume}.wacz",
                           *(f"DATA/{volume}.{end}" for end in ("dat", "opt", "xml", "csv", "jsonl", "parquet")))}  # fmt: skip
    assert named | beside == theirs.files()
    assert not named & beside


def test_every_hash_is_that_of_its_file_in_every_form(theirs: OtherSide) -> None:
    listed = dict(line.split("  ", 1)[::-1] for line in (theirs.sent / "HASHES.txt").read_text().splitlines())
    for name in ("REPORT.pdf", "REPORT.json", *(f"{volume}.zip" for volume in theirs.volumes)):
        assert listed.pop(name) == sha256((theirs.sent / name).read_bytes())
    assert {*listed} == theirs.files() - {f"{volume}/FILES.json" for volume in theirs.volumes}
    for path, told in listed.items():
        assert sha256((theirs.folder / path).read_bytes()) == told
    web, chats = theirs.web(), theirs.chats()
    attached = {name: body for chat in chats.values() for name, body in chat.files.items()}
    for row, document in zip(theirs.dat, theirs.documents, strict=True):
        if not row["NATIVELINK"]:
            assert not row["SHA256HASH"]
            continue
        native = theirs.file(row["NATIVELINK"]).read_bytes()
        assert (sha256(native), md5(native), str(len(native))) == (
            row["SHA256HASH"],
            row["MD5HASH"],
            row["FILESIZE"],
        )
        assert web[row["FILENAME"]] == native
        assert row["MD5HASH"] in {file.attrib["Hash"] for file in document.iter("ExternalFile")}
        if row["RECTYPE"] == "MEDIA":
            assert attached[row["FILENAME"]] == native


def test_the_words_are_exact_where_no_delimiter_stands_in_the_way(theirs: OtherSide) -> None:
    for text in HOSTILE:
        (line,) = [line for line in theirs.lines if line["BODYTEXT"] == text]
        row = theirs.dat[theirs.numbers.index(line["BEGBATES"])]
        assert theirs.text(row).endswith(f"\n\n{text}")
        assert json.loads(theirs.file(row["NATIVELINK"]).read_bytes())["message"] == text
        assert not {"\n", "\r", "\u2028"} & {*row["BODYTEXT"]}
    report = json.loads((theirs.sent / "REPORT.json").read_bytes())["tally"]["replaced"]
    assert sum(count for name, count in report.items() if "þ" in name) == 2


def test_the_load_file_knows_who_wrote_to_whom_and_what_was_hidden(story: Story, theirs: OtherSide) -> None:
    assert theirs.row(HURT)["RECIPIENTS"] == slug(story, "facebook") != theirs.row(HURT)["AUTHORDISPLAY"]
    assert (theirs.row(WRONG)["EDITCOUNT"], theirs.row(POST)["EDITCOUNT"]) == ("0", "1")
    rude = [row for row in theirs.dat if row["BODYTEXT"] == RUDE]
    assert [(row["VISIBILITY"], row["REMOVALCAUSE"]) for row in rude] == [
        ("public", "city"),
        ("hidden", "city"),
    ]
    assert all(row["DATEREMOVED"] for row in rude)


def test_the_load_file_says_times_as_platforms_read_them(theirs: OtherSide) -> None:
    for row, line in zip(theirs.dat, theirs.lines, strict=True):
        posted = datetime.strptime(row["DATEPOSTED"], "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
        assert posted == datetime.fromisoformat(row["DATEPOSTED_ISO"]).replace(microsecond=0)
        assert line["TIMEZONE"] == row["TIMEZONE"] == "UTC"


# Pages


def test_every_page_bears_its_own_number_and_the_designation(theirs: OtherSide) -> None:
    for row in theirs.dat:
        first = int(row["BEGBATES"][3:])
        file = theirs.pages(row["BEGBATES"])
        for at, page in enumerate(PdfReader(file).pages):
            words = page.extract_text()
            assert f"PDC{first + at:07d}" in words
            assert "CONFIDENTIAL" in words
        with pikepdf.open(file) as pdf:
            assert len(pdf.pages) == int(row["PGCOUNT"])
            assert pdf.Root.MarkInfo.Marked
            assert not pdf.is_encrypted


def test_the_painted_picture_is_painted_and_the_other_is_as_it_was(story: Story, theirs: OtherSide) -> None:
    archived = {one["sha256"]: row["text"] for row in story.desk.archived.rows() for one in row["media"]}
    media = [row for row in theirs.dat if row["RECTYPE"] == "MEDIA"]
    whole = [row for row in media if row["SHA256HASH"] in archived]
    assert [archived[row["SHA256HASH"]] for row in whole] == [POST, POST]
    (painted,) = [row for row in media if row not in whole]
    assert (painted["REDACTED"], painted["EXEMPTION"]) == ("Y", "PRIVACY")
    assert painted["PARENTID"] == theirs.row(HURT)["BEGBATES"]
    with Image.open(theirs.file(painted["NATIVELINK"])) as picture:
        assert {*picture.crop((8, 8, 48, 32)).get_flattened_data()} == {(0, 0, 0)}
        assert len({*picture.get_flattened_data()}) > 1
    (page,) = drawn(theirs.pages(painted["BEGBATES"]))
    assert len({*page.convert("L").get_flattened_data()}) > 2


# What is kept back


def test_what_is_withheld_stands_in_no_file_whatever_it_is_packed_in(story: Story, theirs: OtherSide) -> None:
    hurt = {
        one["sha256"] for row in story.desk.archived.rows() if row["text"] == HURT for one in row["media"]
    }
    seen = 0
    for name, body in theirs.everything():
        seen += 1
        for secret in (SECRET, NAME, ASIDE, *hurt):
            assert not said_in(body, secret), (name, secret)
        assert sha256(body) not in hurt, name
    assert seen > 1.5 * len(theirs.files())


def test_a_withheld_member_is_a_slip_with_a_number_and_stands_in_the_log(
    story: Story, theirs: OtherSide
) -> None:
    (slip,) = [row for row in theirs.dat if row["EXEMPTION"] == "ATTY-CLIENT" and row["RECTYPE"] == "COMMENT"]
    assert (slip["NATIVELINK"], slip["REDACTED"], slip["EXEMPTION"]) == ("", "Y", "ATTY-CLIENT")
    assert (slip["ITEMID"], slip["AUTHORDISPLAY"]) == ("", "")
    assert "Withheld: ATTY-CLIENT. See the privilege log." in theirs.text(slip)
    out = story.home / "log.csv"
    story("production", "log", NUMBER, "--out", out, "--volumes", theirs.sent, who="ana")
    log = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    redacted = [row["BEGBATES"] for row in theirs.dat if row["REDACTED"] == "Y" and row["RECTYPE"] != "MEDIA"]
    assert {row["begin"] for row in log} == {*redacted}
    assert not any(said_in(out.read_bytes(), secret) for secret in (SECRET, NAME))


# Chats and the web archive


def test_the_chats_break_no_rule_and_hold_every_record_where_the_load_file_says(theirs: OtherSide) -> None:
    chats = theirs.chats()
    where: dict[str, str] = {}
    for path, chat in chats.items():
        assert faults((theirs.folder / path).read_bytes()) == []
        told = [
            one["value"]
            for event in chat.events
            for one in event["custom"]
            if one["name"] in ("Bates", "Version")
        ]
        where |= {number.partition(":")[0]: path for number in told}
        where |= {
            one["id"].partition(".")[0]: path for event in chat.events for one in event.get("attachments", ())
        }
        days = {
            datetime.fromisoformat(event["timestamp"]).astimezone(PACIFIC).date() for event in chat.events
        }
        assert len(days) == 1
    assert {number: f".\\{path.replace('/', chr(92))}" for number, path in where.items()} == {
        row["BEGBATES"]: row["RSMFLINK"] for row in theirs.dat
    }


def test_the_chats_know_edits_removals_and_who_wrote_to_whom(theirs: OtherSide) -> None:
    events = {event["body"]: (event, chat) for chat in theirs.chats().values() for event in chat.events}
    (edit,) = events[POST][0]["edits"]
    assert (edit["previous"], edit["new"]) == (WRONG, POST)
    assert [text for text, (event, _) in events.items() if event.get("deleted")] == [RUDE]
    hurt, chat = events[HURT]
    assert (hurt["direction"], chat.manifest["conversations"][0]["type"]) == ("incoming", "direct")
    assert [one["id"] for one in hurt["attachments"]] == [*chat.files]
    (slip,) = [event for event, _ in events.values() if event["type"] == "disclaimer"]
    assert "participant" not in slip
    assert slip["conversation"] == events[POST][0]["conversation"]
    assert "edits" not in events[RUDE][0]


def test_the_format_s_own_validator_takes_the_web_archives(theirs: OtherSide) -> None:
    for archive in theirs.archives():
        validate = [Path(sys.executable).with_name("wacz"), "validate", "-f", archive]
        done = subprocess.run(validate, capture_output=True, text=True, check=False)
        assert "the passed WACZ is valid" in done.stdout, done.stdout + done.stderr


def test_the_web_archive_opens_in_its_player(theirs: OtherSide) -> None:
    """The post's words and its picture, in a real browser, with nothing from elsewhere."""
    post, picture = theirs.row(POST), next(row for row in theirs.dat if row["RECTYPE"] == "MEDIA")
    base = f"https://{NUMBER.lower()}.{post['PRODVOL'].lower()}.production.invalid"
    archive = theirs.folder / post["PRODVOL"] / "WACZ" / f"{post['PRODVOL']}.wacz"
    with playing(archive) as player:
        page = player.opened(f"{base}/{post['BEGBATES']}.html")
        assert page.locator("blockquote").inner_text() == POST
        with Image.open(theirs.file(picture["NATIVELINK"])) as sent:
            assert picture_in(player.opened(f"{base}/{picture['BEGBATES']}.html")) == sent.size
        assert player.elsewhere == []


# Building again, numbering on, and claiming back


def test_an_interrupted_build_and_one_that_ran_through_have_the_same_bytes(
    interrupted: Sent, again: Sent
) -> None:
    first, other = ({one.name: sha256(one.read_bytes()) for one in sent.folder.iterdir()}
                    for sent in (interrupted, again))  # fmt: skip
    assert first == other


def test_no_number_is_ever_given_again_not_even_after_a_production_was_given_up(
    story: Story, theirs: OtherSide
) -> None:
    last = int(theirs.dat[-1]["ENDBATES"][3:])
    given_up = small(story, SECOND)
    story("production", "give-up", SECOND, "--why", "settled", who="ana")
    after = small(story, THIRD)
    assert [row["BEGBATES"] for row in (given_up, after)] == [f"PDC{last + 1:07d}", f"PDC{last + 2:07d}"]
    assert given_up["BODYTEXT"] == after["BODYTEXT"]
    told = story("production", "numbers").splitlines()
    assert [line.split("  ")[1].split(",")[0] for line in told] == [NUMBER, SECOND, THIRD]
    assert "burnt" in told[1]


def test_what_was_produced_by_mistake_is_claimed_back_by_its_number(story: Story, theirs: OtherSide) -> None:
    begin, beyond = theirs.row(HURT)["BEGBATES"], f"PDC{int(theirs.dat[-1]['ENDBATES'][3:]) + 1:07d}"
    claim = ("production", "clawback", NUMBER)
    why = ("--privilege", "WORK-PRODUCT", "--reason", "a draft of counsel's")
    assert "needs counsel" in story(*claim, begin, *why, who="cleo", status=1)
    assert "name numbers of these" in story(*claim, beyond, *why, who="ana", status=1)
    story(*claim, begin, *why, who="ana")
    told = f"CLAWED BACK: {begin} to {begin} (WORK-PRODUCT): a draft of counsel's"
    assert told in story("production", "list")
    assert told in story("production", "show", NUMBER)
