"""What a forwarded e-mail encloses is cut out as it stands, and who forwarded it is told."""

from __future__ import annotations

import base64
import quopri
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import Office
from paloverde.imports.enclosed import enclosed
from paloverde.imports.forwarding import Forwarded, How, forwards
from paloverde.imports.members import open_sources

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=60)


def mail(own: str, text: str = "pool", sender: str = "Ada <ada@t>") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Message-ID"], message["Subject"] = sender, f"<{own}>", "gate"
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 -0800"
    message.set_content(text)
    return message


def around(inner: bytes, encoding: str = "") -> bytes:
    """A message that encloses these bytes as they are."""
    told = f"Content-Transfer-Encoding: {encoding}\r\n".encode() if encoding else b""
    return (
        b"From: lia@t\r\nMessage-ID: <o@t>\r\nContent-Type: multipart/mixed; boundary=q9\r\n\r\n"
        b"--q9\r\nContent-Type: text/plain\r\n\r\nsee\r\n--q9\r\nContent-Type: message/rfc822\r\n"
        + told + b"\r\n" + inner + b"\r\n--q9--\r\nafter\r\n"
    )  # fmt: skip


def words(message: Any) -> str:
    """The text of a message, whatever its line ends."""
    return "\n".join(message.get_body(("plain",)).get_content().splitlines())


def of(folder: Path, *bodies: bytes, **known: str) -> list[Forwarded]:
    for number, body in enumerate(bodies):
        (folder / f"{number}.eml").write_bytes(body)
    with open_sources([folder]) as sources:
        return list(forwards(sources.members, {f"{name}@t": person for name, person in known.items()}))


@settings(max_examples=40, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from([policy.default, policy.SMTP]))
def test_it_finds_what_the_parser_finds_and_keeps_every_byte(
    first: str, second: str, as_: policy.Policy
) -> None:
    inner = mail("i@t", first)
    inner.add_attachment(mail("d@t", second), filename="d.eml")
    outer = mail("o@t")
    outer.add_attachment(inner, filename="i.eml")
    raw = outer.as_bytes(policy=as_)
    found = enclosed(raw)
    assert all(raw[one.start : one.start + len(one.body)] == one.body for one in found)
    seen = [part.get_content() for part in outer.walk() if part.get_content_type() == "message/rfc822"]
    parsed = [BytesParser(policy=policy.default).parsebytes(one.body) for one in found]
    assert [one["Message-ID"] for one in parsed] == [one["Message-ID"] for one in seen] == ["<i@t>", "<d@t>"]
    assert [words(one) for one in parsed] == [words(one) for one in seen]


@pytest.mark.parametrize(
    "inner",
    [
        b"From: a@t\r\nSubject:   odd\r\n\tfolds \xff\r\n\r\nbody\r\n",
        b"From: a@t\n\nbare line ends\n",
        b"From: a@t\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nx\r\n--q--",
        b"no headers at all",
        b"",
    ],
)
def test_the_bytes_of_an_enclosed_message_are_its_own(inner: bytes) -> None:
    raw = around(inner)
    (one,) = enclosed(raw)
    assert one.body == inner
    assert raw[one.start : one.start + len(inner)] == inner


def test_a_packed_message_is_unpacked_and_says_that_it_stands_nowhere() -> None:
    inner = mail("p@t").as_bytes(policy=policy.SMTP)
    for encoding, packed in (
        ("base64", base64.encodebytes(inner)),
        ("quoted-printable", quopri.encodestring(inner)),
    ):
        (one,) = enclosed(around(packed, encoding))
        assert (one.body, one.start) == (inner, -1)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_stop_it(body: bytes) -> None:
    for one in enclosed(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + body):
        assert one.start >= -1


def test_a_digest_encloses_messages_without_saying_so() -> None:
    raw = b"From: a@t\nContent-Type: multipart/digest; boundary=b\n\n--b\n\nFrom: i@t\n\nx\n--b--\n"
    (one,) = enclosed(raw)
    assert one.body == b"From: i@t\n\nx"


@pytest.mark.parametrize(
    ("text", "sender", "sent"),
    [
        ("---------- Forwarded message ---------\nFrom: Ada <a@t>\nDate: Mon, Mar 2\nSubject: x", "Ada <a@t>", "Mon, Mar 2"),
        ("Begin forwarded message:\n\n> From: Ada <a@t>\n> Subject: x\n> Date: March 2, 2026", "Ada <a@t>", "March 2, 2026"),
        ("-----Original Message-----\n*From:* Ada\n*Sent:* Monday\n*To:* Lia\n*Subject:* x", "Ada", "Monday"),
    ],
)  # fmt: skip
def test_a_quoted_message_is_told_as_its_forwarder_quotes_it(
    tmp_path: Path, text: str, sender: str, sent: str
) -> None:
    (one,) = of(tmp_path, mail("o@t", text, "Lia <LIA@t>").as_bytes(), lia="Lia Moss")
    assert (one.how, one.sender, one.sent_at, one.subject) == (How.QUOTED, sender, sent, "x")
    assert one.custodian == "Lia Moss"


def test_words_that_only_look_like_headers_forward_nothing(tmp_path: Path) -> None:
    text = "From: now on we close at five.\n\n" + "\n" * 20 + "Date: to be announced"
    (one,) = of(tmp_path, mail("o@t", text).as_bytes())
    assert one.how is How.NOT


def test_an_address_that_only_contains_a_known_one_is_nobodys(tmp_path: Path) -> None:
    senders = ("lia@t.evil.test", '"lia@t" <evil@x>', "xlia@t", "lia@t, evil@x")
    bodies = [mail(f"{number}@t", sender=sender).as_bytes() for number, sender in enumerate(senders[:3])]
    assert [one.custodian for one in of(tmp_path, *bodies, lia="Lia Moss")] == ["", "", ""]


def test_unseen_characters_of_a_header_are_not_carried_on(tmp_path: Path) -> None:
    raw = b"From: =?utf-8?b?4oCubGlhQHQ=?= <a@t>\r\nMessage-ID: <o@t>\r\n\r\nx"
    (one,) = of(tmp_path, raw)
    assert "\u202e" not in one.forwarder
    assert one.forwarder.isprintable()


def test_an_enclosed_message_is_found_by_its_own_words_and_sender(tmp_path: Path) -> None:
    outer = mail("o@t", "as asked", "Lia <lia@t>")
    inner = mail("i@t", "The gate was locked")
    inner.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="gate.png")
    outer.add_attachment(inner, filename="i.eml")
    path = tmp_path / "o.eml"
    path.write_bytes(outer.as_bytes())
    office = Office(tmp_path)
    told = list(office.take("nextdoor", path).lines())
    assert "2 records" in told[0]
    row = office.row("nextdoor", "i@t")
    assert (row["text"], row["poster_username"]) == ("gate\nThe gate was locked", "ada@t")
    assert (row["provenance"], row["visibility"]) == ("forwarded", "private")
    start = row["payload_position"]
    assert office.original(row)[start : start + len(row["raw"])] == row["raw"]
    assert [office.archive.media(one["sha256"]) for one in row["media"]] == [b"\x89PNG"]
