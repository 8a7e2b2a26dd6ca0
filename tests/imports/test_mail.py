"""E-mails that officials forward: every message, every attachment, whatever state they are in."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from exports import Office
from paloverde.imports.mail import plain_text
from paloverde.imports.said import Wish
from paloverde.records import Kind


def mail(own: str = "a1@city.test", text: str = "Please see below.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Rosa Quintero <rosa@city.test>"
    message["To"] = "clerk@city.test"
    message["Subject"] = "Fwd: a private message"
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 -0800"
    message["Message-ID"] = f"<{own}>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def taken(office: Office, folder: Path, body: bytes, name: str = "m.eml") -> list[str]:
    path = folder / name
    path.write_bytes(body)
    return list(office.take("nextdoor", path).lines())


def test_a_message_becomes_a_private_message_with_its_attachments(office: Office, tmp_path: Path) -> None:
    message = mail(In_Reply_To="<root@city.test>")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="screen shot.png")
    message.add_attachment(mail("inner@city.test"), filename="original.eml")
    body = message.as_bytes()
    taken(office, tmp_path, body)
    row = office.row("nextdoor", "a1@city.test")
    assert (row["kind"], row["visibility"], row["provenance"]) == ("message", "private", "forwarded")
    assert row["text"] == "Fwd: a private message\nPlease see below."
    assert row["posted_at"] == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert (row["poster_name"], row["poster_username"]) == ("Rosa Quintero", "rosa@city.test")
    assert (row["parent_id"], row["thread_id"]) == ("root@city.test", "root@city.test")
    picture, enclosed = row["media"]
    assert office.archive.media(picture["sha256"]) == b"\x89PNG"
    assert b"inner@city.test" in office.archive.media(enclosed["sha256"])
    assert (row["raw"], office.original(row)) == (body, body)


def test_html_is_read_as_words_and_nothing_of_it_is_executed(office: Office, tmp_path: Path) -> None:
    message = mail()
    html = "<style>p{}</style><p>Hello&nbsp;<b>Rosa</b></p><script>alert(1)</script><br>Bye<img alt='a map'>"
    message.set_content(html, subtype="html")
    taken(office, tmp_path, message.as_bytes())
    assert office.row("nextdoor", "a1@city.test")["text"] == "Fwd: a private message\nHello Rosa\nBye[a map]"
    assert plain_text("<p>a<p>b<![CDATA[ <x") != ""


def test_a_box_gives_every_message_with_its_own_bytes(office: Office, tmp_path: Path) -> None:
    first, second = mail("1@t", "From here it is quoted\n\n>From the start"), mail("2@t", "Second")
    box = b"".join(
        b"From x@city.test Mon Mar  2 18:00:00 2026\n" + m.as_bytes() + b"\n" for m in (first, second)
    )
    taken(office, tmp_path, box, "forwarded.mbox")
    rows = {row["native_id"]: row for row in office.rows("nextdoor")}
    assert sorted(rows) == ["1@t", "2@t"]
    for row in rows.values():
        start = row["payload_position"]
        assert office.original(row)[start : start + len(row["raw"])] == row["raw"]
    assert rows["1@t"]["raw"].rstrip(b"\n") == first.as_bytes().rstrip(b"\n")


def test_a_large_box_is_read_in_segments(office: Office, tmp_path: Path) -> None:
    message = mail("{}@t", "word " * 20_000).as_bytes()
    box = b"".join(
        b"From x Mon Mar  2 18:00:00 2026\n" + message.replace(b"{}@t", f"{n}@t".encode()) + b"\n\n"
        for n in range(60)
    )
    told = taken(office, tmp_path, box, "large.mbox")
    assert "60 records" in told[0]
    assert len({row["exchange_offset"] for row in office.rows("nextdoor")}) > 1


@pytest.mark.parametrize(
    ("body", "drift"),
    [
        (b"From: a@t\r\nDate: the day before\r\n\r\nx", "cannot be read"),
        (b"From: a@t\r\n\r\nx", "it has no date"),
        (b"From: a@t\r\nDate: Mon, 02 Mar 2026 10:00:00 -99999999999999999999\r\n\r\nx", "cannot be read"),
        (b"From: a@t\r\nContent-Type: text/plain; charset=klingon\r\n\r\n\xff", "the text is not klingon"),
        (b"From: \xff\xfe <a@t>\r\nSubject: \xe9t\xe9\r\nDate: Mon, 99 Foo\r\n\r\nx", "cannot be read"),
        (b"From: a@t\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nno end", "it has no date"),
    ],
)
def test_a_broken_message_is_kept_and_says_what_is_wrong(
    office: Office, tmp_path: Path, body: bytes, drift: str
) -> None:
    taken(office, tmp_path, body)
    (row,) = office.rows("nextdoor")
    assert row["raw"] == body
    assert row["native_id"].startswith("mail-")
    assert drift in (row["drift"] or "")


def test_what_is_no_message_is_told(office: Office, tmp_path: Path) -> None:
    told = taken(office, tmp_path, b"\x00\x01 this is not an e-mail")
    assert any("has no headers of an e-mail" in line for line in told)


def test_a_message_of_a_thousand_boxes_within_boxes_is_told(office: Office, tmp_path: Path) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    told = taken(office, tmp_path, b"From: a@t\n" + deep)
    assert any("too deep" in line for line in told) or office.rows("nextdoor")


def test_who_hands_in_may_say_what_kind_it_is(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "n.eml"
    path.write_bytes(mail().as_bytes())
    office.take("nextdoor", path, wish=Wish(kind=Kind.COMMENT))
    assert office.rows("nextdoor")[0]["kind"] == "comment"
