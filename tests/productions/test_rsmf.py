"""Threads as chats: what a review platform reads is what was said, by whom and when."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from documents import HOSTILE, NOON, PRODUCTION, document, family, hostile, sha, volume
from rsmf_rules import Read, faults, read

from paloverde.productions.document import Document, Ending, Treatment
from paloverde.productions.fields import entry
from paloverde.productions.formats.rsmf import MOST_EVENTS, Rsmf
from paloverde.productions.volume import Parts, Written
from paloverde.search.hits import Kept, Removal


def bytes_of(one: Document) -> Iterable[bytes]:
    yield b"bytes of "
    yield (one.file.sha256 or "").encode() if one.file else b""


def written(folder: Path, documents: list[Document]) -> dict[str, bytes]:
    """The RSMF files of these documents, by name."""
    with volume(folder) as opened:
        rsmf = Rsmf(opened, PRODUCTION, bytes_of)
        for one in documents:
            path = rsmf.place(one)
            native = Written(f"NATIVES/0001/{one.begin}.png", "", "", 73) if one.file else None
            rsmf.add(entry(one, Parts(native, rsmf=path), PRODUCTION))
        rsmf.close()
    with zipfile.ZipFile(folder / "VOL001.zip") as zipped:
        return {name: zipped.read(name) for name in zipped.namelist() if name.endswith(".rsmf")}


def loaded(folder: Path, documents: list[Document]) -> list[Read]:
    files = written(folder, documents)
    assert {name: faults(body) for name, body in files.items()} == {name: [] for name in files}
    return [read(body) for body in files.values()]


def test_a_thread_of_a_day_is_one_file_with_everything_said(tmp_path: Path) -> None:
    (thread,) = loaded(tmp_path, family())
    assert [event["body"] for event in thread.events] == ["The park opens on Monday.", *HOSTILE[:3]]
    assert [event.get("parent") for event in thread.events] == [None, *["PDC0000001"] * 3]
    assert thread.manifest["conversations"][0]["type"] == "channel"


def test_hostile_words_come_back_exactly(tmp_path: Path) -> None:
    (thread,) = loaded(tmp_path, hostile())
    assert {event["id"]: event["body"] for event in thread.events} == {
        one.begin: one.hit.text for one in hostile()
    }
    for text in HOSTILE:
        assert text.replace("\r\n", "\n").replace("\r", "\n") in thread.text.replace("\r\n", "\n").replace(
            "\r", "\n"
        )


def test_each_pacific_day_is_a_file_and_repeats_what_is_answered(tmp_path: Path) -> None:
    post, _, first, *_ = family()
    late = document(9, "Tomorrow", native_id="99", parent_id="1800", posted_at=NOON + timedelta(hours=13))
    today, tomorrow = loaded(tmp_path, [post, first, late])
    assert [event["body"] for event in tomorrow.events] == ["The park opens on Monday.", "Tomorrow"]
    context = tomorrow.events[0]
    assert {"name": "Context", "value": "true"} in context["custom"]
    assert tomorrow.events[1]["parent"] == context["id"] != post.begin
    assert today.message["Subject"].endswith("Sunday, November 22, 2026")
    assert tomorrow.message["Subject"].endswith("Monday, November 23, 2026")


def test_the_load_file_names_the_file_that_holds_a_document(tmp_path: Path) -> None:
    with volume(tmp_path) as opened:
        rsmf, places = Rsmf(opened, PRODUCTION, bytes_of), {}
        for one in family():
            places[one.begin] = rsmf.place(one)
            rsmf.add(entry(one, Parts(rsmf=places[one.begin]), PRODUCTION))
        rsmf.close()
        assert {*places.values()} == {file.path for file in opened.files}


def test_a_later_version_is_an_edit(tmp_path: Path) -> None:
    before = document(1, "Opens at 8", native_id="5")
    after = document(
        2, "Opens at 9", native_id="5", edited_at=NOON + timedelta(hours=1), version=2, versions=2
    )
    (thread,) = loaded(tmp_path, [before, after])
    (event,) = thread.events
    assert event["body"] == "Opens at 9"
    assert event["edits"] == [
        {
            "participant": "facebook:77001",
            "timestamp": "2026-11-22T21:00:00Z",
            "previous": "Opens at 8",
            "new": "Opens at 9",
        }
    ]


def test_what_changed_beside_the_words_is_no_edit(tmp_path: Path) -> None:
    shown = document(1, "Rude", native_id="5", visibility="public")
    hidden = document(2, "Rude", native_id="5", visibility="hidden", version=2, versions=2)
    (thread,) = loaded(tmp_path, [shown, hidden])
    (event,) = thread.events
    assert "edits" not in event
    assert {"name": "Version", "value": "PDC0000002: version 2, hidden"} in event["custom"]


def test_a_removed_post_is_marked_where_it_is_repeated(tmp_path: Path) -> None:
    gone = document(1, "Open", kind="post", native_id="1800", parent_id=None, thread_id=None,
                    removed=Removal(NOON, "site", "city"))  # fmt: skip
    late = document(9, "Tomorrow", native_id="99", parent_id="1800", posted_at=NOON + timedelta(hours=13))
    _, tomorrow = loaded(tmp_path, [gone, late])
    assert [event.get("deleted", False) for event in tomorrow.events] == [True, False]


def test_what_is_withheld_stands_in_its_thread_and_tells_no_id(tmp_path: Path) -> None:
    post, _, comment = family(texts=HOSTILE[:1])
    control = f"{PRODUCTION.name}-000009"
    slip = document(9, None, treatment=Treatment.WITHHELD, privileges=("Attorney-client",), parent=post.begin,
                    native_id=control, thread_id=None, parent_id=None, poster_name=None, poster_id=None)  # fmt: skip
    (thread,) = loaded(tmp_path, [post, slip, comment])
    told = next(event for event in thread.events if event["type"] == "disclaimer")
    assert told["id"] == slip.begin
    assert control not in json.dumps(thread.manifest)
    assert not any(one["display"].startswith("Not known") for one in thread.manifest["participants"])


def test_the_head_says_no_more_than_its_fields_hold(tmp_path: Path) -> None:
    many = tuple(f"Demand {number}" for number in range(60))
    (thread,) = loaded(tmp_path, [document(1, requests=many)])
    assert re.search(r", Demand 2\d and 3\d more$", thread.message["X-RSMF-RequestNo"])


def test_what_was_removed_is_marked_and_says_by_whom(tmp_path: Path) -> None:
    removal = Removal(NOON + timedelta(days=1), "two looks", "city")
    gone = document(1, "Rude", removed=removal, ending=Ending("Pia Lund", ("B4c",)))
    (thread,) = loaded(tmp_path, [gone, document(2, "Kind", native_id="6")])
    assert [event.get("deleted", False) for event in thread.events] == [True, False]
    told = {one["name"]: one["value"] for one in thread.events[0]["custom"]}
    assert (told["Removed by"], told["Guideline"]) == ("Pia Lund", "B4c")
    assert told["Found removed"] == "2026-11-23T20:00:00Z"


def test_words_of_another_removal_are_not_marked(tmp_path: Path) -> None:
    removal = Removal(NOON, "site", "city", of_these_words=False)
    (thread,) = loaded(tmp_path, [document(1, removed=removal)])
    assert "deleted" not in thread.events[0]


def test_a_file_is_attached_to_its_record_with_its_bytes(tmp_path: Path) -> None:
    (thread,) = loaded(tmp_path, family())
    (attached,) = thread.events[0]["attachments"]
    assert attached["id"] == "PDC0000002.png"
    assert thread.files == {"PDC0000002.png": b"bytes of " + sha("cactus").encode()}


def test_a_file_that_is_not_held_is_a_text_that_says_so(tmp_path: Path) -> None:
    lost = document(
        1, "See", media=[Kept(url="https://cdn.example/v", type="video", not_captured="too large")]
    )
    (thread,) = loaded(tmp_path, [lost])
    assert thread.files == {"PDC0000001-file-1.txt": b"The archive does not hold this file: too large."}


def test_a_private_conversation_is_direct_and_knows_who_wrote_to_whom(tmp_path: Path) -> None:
    ours = document(
        1, "How can we help?", kind="message", thread_id="t1", poster_id="100200300", native_id="1"
    )
    theirs = document(2, "My street", kind="message", thread_id="t1", native_id="2")
    (thread,) = loaded(tmp_path, [ours, theirs])
    assert thread.manifest["conversations"][0]["type"] == "direct"
    assert [event["direction"] for event in thread.events] == ["outgoing", "incoming"]
    assert thread.events[0]["participant"] == thread.manifest["conversations"][0]["custodian"]


def test_likes_are_reactions_of_what_they_are_about(tmp_path: Path) -> None:
    post = document(1, "Open", native_id="1800", kind="post", parent_id=None, thread_id=None)
    likes = [
        document(2 + at, value, kind="reaction", native_id=f"r{at}", poster_id=f"8{at}")
        for at, value in enumerate(("👍", "👍", ""))
    ]
    (thread,) = loaded(tmp_path, [post, *likes])
    (event,) = thread.events
    assert [(one["value"], one["count"]) for one in event["reactions"]] == [("👍", 2), ("reaction", 1)]


def test_subscribers_join(tmp_path: Path) -> None:
    (thread,) = loaded(tmp_path, [document(1, None, kind="subscriber", thread_id=None, parent_id=None)])
    assert thread.events[0]["type"] == "join"


def test_what_is_withheld_is_a_notice_from_nobody(tmp_path: Path) -> None:
    slip = document(1, None, treatment=Treatment.WITHHELD, privileges=("Attorney-client",))
    (thread,) = loaded(tmp_path, [slip, document(2, "Open", native_id="3")])
    assert (thread.events[0]["type"], "participant" in thread.events[0]) == ("disclaimer", False)
    assert thread.events[0]["body"] == "[Withheld: Attorney-client. See the privilege log.]"
    assert thread.message["X-RSMF-Redacted"] == "Y"


def test_somebody_unknown_is_said_to_be_so(tmp_path: Path) -> None:
    nobody = document(1, poster_id=None, poster_name=None, poster_username=None, poster_missing="WITHHELD")
    (thread,) = loaded(tmp_path, [nobody])
    assert {"id": "facebook:unknown", "display": "Not known (WITHHELD)"} in thread.manifest["participants"]


@pytest.mark.slow
def test_a_long_day_is_cut_at_what_the_format_holds(tmp_path: Path) -> None:
    post, *_ = family()
    many = [
        document(number, "so", native_id=f"m{number}", parent_id="1800")
        for number in range(2, MOST_EVENTS + 52)
    ]
    one, two = loaded(tmp_path, [post, *many])
    own = [event for part in (one, two) for event in part.events if "context" not in event["id"]]
    assert len(own) == len(many) + 1
    assert len(one.events) <= MOST_EVENTS


def test_the_same_documents_give_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    one, two = (written(folder, [*family(), *hostile(20)]) for folder in folders)
    assert one == two


@pytest.mark.parametrize(
    ("break_", "told"),
    [
        (lambda m: m["events"][0].update(id=5), "id is no string"),
        (lambda m: m["events"][0].update(timestamp="2026-11-22T20:00:00"), "a time without zone"),
        (lambda m: m["events"][0].update(parent="nobody"), "a parent outside of the conversation"),
        (lambda m: m["events"][0].update(participant="who"), "an event of nobody known"),
        (lambda m: m["events"][0].update(type="chat"), "an event of no known type"),
        (
            lambda m: m["events"][0].update(custom=[{"name": "A", "value": ""}]),
            "a custom value that is empty or no text",
        ),
        (
            lambda m: m["events"][0].update(attachments=[]),
            "The file PDC0000002.png in the zip archive does not have a reference.",
        ),
        (
            lambda m: m["events"][0]["attachments"].append({"id": "x"}),
            "The attachment with ID x was not found in the zip archive.",
        ),
        (lambda m: m.update(participants=[]), "no participants"),
        (lambda m: m["events"].pop(), "another number of events in the head"),
        (lambda m: m["events"][1].update(id=m["events"][0]["id"]), "an id stands twice"),
        (lambda m: m["events"][0].update(timestamp="2026-11-23T20:00:00Z"), "more than one day"),
        (lambda m: m["participants"].append({"id": "x"}), "To does not name every participant"),
        (lambda m: m["events"][0].update(body="Other words"), "the text does not say what an event says"),
        (lambda m: m["events"][0].update(importance="urgent"), "no known importance"),
        (
            lambda m: m["events"][0].update(
                edits=[
                    {
                        "participant": m["participants"][0]["id"],
                        "timestamp": "2026-11-22T20:00:00Z",
                        "previous": "a",
                        "new": "a",
                    }
                ]
            ),
            "an edit that changes nothing",
        ),
        (
            lambda m: m["events"][0].update(
                reactions=[{"value": "x", "count": 0, "participants": [m["participants"][0]["id"]]}]
            ),
            "a reaction of more people than it counts",
        ),
    ],
)
def test_the_rules_see_what_is_broken(tmp_path: Path, break_: object, told: str) -> None:
    ((_, body),) = written(tmp_path, family()).items()
    assert callable(break_)
    assert told in faults(_broken(body, break_))


def test_the_rules_see_a_broken_message(tmp_path: Path) -> None:
    ((_, body),) = written(tmp_path, family()).items()
    assert "not 7-bit" in faults(body.replace(b"Subject: ", "Subject: é".encode()))
    assert "no X-RSMF-Version" in faults(body.replace(b"X-RSMF-Version: 2.0.0\r\n", b""))
    assert "not one Subject" in faults(re.sub(rb"Subject: [^\r]*(\r\n [^\r]*)*\r\n", b"", body))
    assert "X-RSMF-RunIds is too long" in faults(
        body.replace(b"X-RSMF-RunIds: 7", b"X-RSMF-RunIds: " + b"\r\n ".join([b"7" * 60] * 5))
    )
    assert "not exactly one attachment rsmf.zip" in faults(body.replace(b"rsmf.zip", b"other.zip"))


def _broken(body: bytes, break_: object) -> bytes:
    """The file with its manifest changed."""
    found = read(body)
    assert callable(break_)
    break_(found.manifest)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("rsmf_manifest.json", json.dumps(found.manifest))
        for name, one in found.files.items():
            zipped.writestr(name, one)
    (attachment,) = found.message.iter_attachments()
    attachment.set_content(
        packed.getvalue(), "application", "zip", filename="rsmf.zip", disposition="attachment"
    )
    return re.sub(rb"(?<!\r)\n", b"\r\n", found.message.as_bytes())
