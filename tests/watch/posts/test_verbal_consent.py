"""Verbal consent is written down promptly, and an e-mail that says so is understood (V.A.9, P-19)."""

from __future__ import annotations

import time
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from paloverde.cli import main
from paloverde.errors import BadQuestion
from paloverde.watch.check import Finding
from paloverde.watch.posts.consent import VERBAL_CONSENT, consent_in, given_by_mail
from paloverde.watch.registers.media import PHOTO_RELEASES, Basis, Release, Subject
from watchedcity import WatchedCity
from watching import NOON, Then, book

# The policy's own example (V.A.9), word for word.
EXAMPLE = (
    "Mr. Smith verbally consented to use a photo of his son, Tim Smith, on the City’s Parks & Recreation "
    "Facebook page."
)
PICTURE = "facebook-palmaria/post/1"


def found(at: Any = NOON, **more: Any) -> list[Finding]:
    assert VERBAL_CONSENT.of_now is not None
    told: dict[str, Any] = {"basis": Basis.VERBAL, "given_by": "Ana Ruiz", "given_at": NOON} | more
    entry = Release((PICTURE,), Subject.PERSON, **told)
    return list(VERBAL_CONSENT.of_now(Then(at), book(entries={"photo-releases": [entry]})))


def test_consent_written_down_after_more_than_a_day_is_flagged() -> None:
    assert found(documented_at=NOON + timedelta(hours=24)) == []
    (one,) = found(documented_at=NOON + timedelta(hours=25))
    assert "written down 25 hours later" in one.said
    assert one.about == "photo-releases/PR-2026-0001"
    assert one.links == (PICTURE,)
    (late,) = found(documented_at=NOON + timedelta(days=3))
    assert "3 days later" in late.said


def test_consent_that_is_not_written_down_is_flagged_after_a_day() -> None:
    assert found(NOON + timedelta(hours=23)) == []
    (one,) = found(NOON + timedelta(hours=25))
    assert "is not written down" in one.said


def test_a_signed_release_needs_nothing_of_it() -> None:
    assert found(NOON + timedelta(days=9), basis=Basis.WRITTEN) == []


def test_the_policys_own_sentence_is_understood() -> None:
    consent = consent_in(EXAMPLE)
    assert consent is not None
    assert consent.given_by == "Mr. Smith"
    assert consent.of_whom == "his son, Tim Smith"
    assert consent.purpose == "a photo on the City’s Parks & Recreation Facebook page"
    assert consent.is_of_a_child
    assert consent.words == EXAMPLE.rstrip(".")


@pytest.mark.parametrize(
    ("text", "by", "of_whom"),
    [
        ("Hi all,\n\nToday Ms. Ana Ruiz gave verbal permission to use the photo of\nher daughter Lia for Instagram.",
         "Ms. Ana Ruiz", "her daughter Lia"),
        ("I met Dr. J. Park. He agreed verbally to the use of a picture of himself.", "Dr. J. Park", "himself"),
        ("The mother has verbally agreed that we may use the pictures of her children on Facebook!", "The mother",
         "her children"),
        ("Lee Ortiz orally gave us permission to post a video of him at the fair", "Lee Ortiz", "him"),
    ],
)  # fmt: skip
def test_others_say_it_in_their_own_words(text: str, by: str, of_whom: str) -> None:
    consent = consent_in(text)
    assert consent is not None
    assert (consent.given_by, consent.of_whom) == (by, of_whom)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mr. Smith did not answer.",
        "We spoke verbally about the photo of the park.",
        "He agreed to a photo of Tim.",
    ],
)
def test_what_documents_no_verbal_consent_is_none(text: str) -> None:
    assert consent_in(text) is None


def mail(text: str, **more: str) -> bytes:
    message = EmailMessage()
    message["From"] = "Lena Moss <lmoss@palmaria.example>"
    message["To"] = "records@palmaria.example"
    message["Date"] = "Fri, 20 Nov 2026 15:30:00 -0800"
    message["Subject"] = more.get("subject", "Consent")
    message.set_content(text)
    return message.as_bytes()


def test_an_e_mail_fills_in_the_entry_and_the_clerk_adds_what_it_does_not_say() -> None:
    given = given_by_mail(mail(EXAMPLE))
    assert given["documented_at"] == "2026-11-20T15:30-08:00"
    assert given["documented_by"] == "Lena Moss <lmoss@palmaria.example>"
    added = {"pictures": PICTURE, "subject": Subject.PERSON.value, "given_at": "2026-11-20T15:00"}
    entry = PHOTO_RELEASES.entered(given | added)
    assert (entry.basis, entry.given_by, entry.shows_minors) == (Basis.VERBAL, "Mr. Smith", True)
    assert entry.documented_at is not None
    assert entry.given_at is not None
    assert entry.documented_at - entry.given_at == timedelta(minutes=30)
    with pytest.raises(BadQuestion, match="Say when the verbal consent was given"):
        PHOTO_RELEASES.entered(given | {"pictures": PICTURE, "subject": Subject.PERSON.value})


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\0", mail("Lunch?"), b"Date: never\n\nMr. Smith was here."])
def test_a_file_that_documents_none_is_refused_with_an_example(body: bytes) -> None:
    with pytest.raises(BadQuestion, match=r"documents no verbal consent. It needs a sentence"):
        given_by_mail(body)


def test_a_mail_without_a_date_leaves_the_moment_to_the_clerk() -> None:
    body = mail(EXAMPLE).replace(b"Date: Fri, 20 Nov 2026 15:30:00 -0800\n", b"Date: some day\n")
    assert "documented_at" not in given_by_mail(body)


def test_the_command_files_the_entry_from_the_e_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    city, file = WatchedCity(tmp_path / "home"), tmp_path / "consent.eml"
    file.write_bytes(mail(EXAMPLE))
    for name, value in city.environment().items():
        monkeypatch.setenv(name, value)
    added = [f"pictures={PICTURE}", "subject=a person who can be recognized", "given_at=2026-11-20T15:00"]
    assert main(["register", "put", "photo-releases", "--mail", str(file), *added]) == 0
    number = capsys.readouterr().out.removeprefix("Filed: ").strip().rstrip(".")
    entry = city.open().watch.entries("photo-releases").one(number).entry
    assert (entry.given_by, entry.of_whom) == ("Mr. Smith", "his son, Tim Smith")
    assert main(["register", "put", "people", "--mail", str(file), "id=x", "name=X", "standing=staff"]) != 0
    assert "An e-mail fills in a photo release" in capsys.readouterr().err


def test_a_long_text_is_read_in_no_time() -> None:
    began = time.process_time()
    for text in (
        "word " * 50_000,
        "Mr. a " * 50_000,
        "gave a a " * 30_000,
        "verbally agreed to use a photo of " * 5_000,
    ):
        consent_in(text)
    assert time.process_time() - began < 5
