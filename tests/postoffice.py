"""A mail server on loopback that speaks SMTP (RFC 5321) with STARTTLS and sign-in, and keeps what it got.

with post_office(tmp_path) as box:
    box.address, box.letters        where it is, and what it took
"""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "paloverde", "correct horse battery staple"


class Delivered(NamedTuple):
    """A letter that was taken, to whom, and over what."""

    to: tuple[str, ...]
    letter: Message
    raw: bytes
    tls: bool
    signed_in: bool


class Mailbox:
    """What the server is told to do, and what it got."""

    def __init__(self, certificate: Path) -> None:
        self.certificate = certificate
        self.letters: list[Delivered] = []
        self.refused: set[str] = set()  # mailboxes that it takes nothing for
        self.is_down = False  # it takes no letter at all
        self.has_tls = True
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


def certificate(folder: Path, days: int = 90, name: str = "server") -> Path:
    """A certificate of this machine with its key, signed by itself, that ends in so many days."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    made = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


class _Talk(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        self.tls, self.signed_in = False, False
        self._forget()
        self._say("220 mail.palmaria.example ESMTP")
        while line := self.rfile.readline(2000):
            words = line.decode("ascii", "replace").strip()
            if not self._answer(words.split(" ")[0].upper(), words):
                return

    def finish(self) -> None:
        self.rfile.close()
        self.connection.close()

    def _answer(self, verb: str, words: str) -> bool:  # noqa: C901 - the verbs of one protocol
        box = self.box
        if verb == "EHLO":
            offers = ["AUTH PLAIN"] if self.tls else ["STARTTLS"] if box.has_tls else []
            lines = ["mail.palmaria.example", *offers]
            for number, offer in enumerate(lines):
                self._say(f"250{' ' if number == len(lines) - 1 else '-'}{offer}")
        elif verb == "STARTTLS" and box.has_tls:
            self._say("220 go ahead")
            if not self._wrap():
                return False
        elif verb == "AUTH":
            given = base64.b64decode(words.split(" ")[2]).split(b"\0")[1:]
            self.signed_in = given == [USER.encode(), PASSWORD.encode()]
            self._say("235 welcome" if self.signed_in else f"535 no entry for {given[-1].decode()}")
        elif verb == "MAIL":
            self._say("451 the disk is full" if box.is_down else "250 ok")
        elif verb == "RCPT":
            mailbox = words.partition("<")[2].partition(">")[0]
            if mailbox in box.refused:
                self._say("550 nobody here")
            else:
                self.to.append(mailbox)
                self._say("250 ok")
        elif verb == "DATA":
            self._take()
        elif verb == "QUIT":
            self._say("221 bye")
            return False
        else:
            self._forget()
            self._say("250 ok")
        return True

    def _wrap(self) -> bool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.box.certificate)
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except ssl.SSLError:  # the client does not trust us, and says so
            return False
        self.rfile.close()
        self.rfile, self.tls = self.connection.makefile("rb"), True
        return True

    def _take(self) -> None:
        self._say("354 go on")
        raw = b""
        while (line := self.rfile.readline()) != b".\r\n":
            raw += line.removeprefix(b".") if line.startswith(b"..") else line
        letter = message_from_bytes(raw, policy=default)
        self.box.letters.append(Delivered(tuple(self.to), letter, raw, self.tls, self.signed_in))
        self._forget()
        self._say("250 taken")

    def _forget(self) -> None:
        self.to: list[str] = []

    def _say(self, line: str) -> None:
        self.connection.sendall(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def post_office(folder: Path) -> Iterator[Mailbox]:
    """The server while it is up."""
    box = Mailbox(certificate(folder, name="mail"))
    handler = type("Talk", (_Talk,), {"box": box})
    with _Server(("127.0.0.1", 0), handler) as server:
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield box
        server.shutdown()
