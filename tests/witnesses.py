"""A witness of its own (C2SP tlog-witness) on this machine. It verifies really, with nothing of the product's
proofs: its checks are written out here from RFC 9162 section 2.1.4.2.

with witness({"archive.palmaria.example/ledger": "<64 digits of the City's key>"}) as one:
    one.setting                  what PALOVERDE_WITNESSES takes
    one.heads                    by origin, the size and root that it has signed last
"""

from __future__ import annotations

import hashlib
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAME = "witness.example/w1"


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def continues(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162 section 2.1.4.2, step by step."""
    if old == new:
        return not proof and old_root == new_root
    if not old:
        return not proof
    path = ([old_root] if old & (old - 1) == 0 else []) + proof
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@dataclass
class Witness:
    """See the module. `answers` is what it answered, newest last; `mute` answers 500."""

    url: str
    logs: dict[str, str]
    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    mute: bool = False
    forges: bool = False  # it signs something else
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def vkey(self) -> str:
        encoded = b64encode(b"\4" + self.public).decode()
        return f"{NAME}+{key_id(NAME, 4, self.public).hex()}+{encoded}"

    @property
    def setting(self) -> str:
        return f"{self.vkey} {self.url}"

    def answer(self, body: bytes) -> tuple[int, str]:
        head, _, note = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        origin, size_text, root_text = note.split("\n")[:3]
        old, size, root = int(first.removeprefix("old ")), int(size_text), b64decode(root_text)
        if origin not in self.logs:
            return 404, ""
        if not self._is_signed(note, origin):
            return 403, ""
        if old > size:
            return 400, ""
        known, known_root = self.heads.get(origin, (0, b""))
        if old != known or (old == size and root != known_root):
            return 409, f"{known}\n"
        if not continues(old, size, known_root, root, [b64decode(line) for line in lines]):
            return 422, ""
        self.heads[origin] = size, root
        return 200, self._sign(note.partition("\n\n")[0] + "\n")

    def _is_signed(self, note: str, origin: str) -> bool:
        text, _, lines = note.partition("\n\n")
        public = bytes.fromhex(self.logs[origin])
        for line in lines.splitlines():
            _, name, body = line.split(" ")
            raw = b64decode(body)
            if name == origin and raw[:4] == key_id(origin, 1, public):
                try:
                    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], f"{text}\n".encode())
                except InvalidSignature:
                    return False
                return True
        return False

    def _sign(self, text: str) -> str:
        at = int(time.time())
        said = f"cosignature/v1\ntime {at}\n{text if not self.forges else 'another'}".encode()
        body = key_id(NAME, 4, self.public) + at.to_bytes(8, "big") + self.key.sign(said)
        return f"— {NAME} {b64encode(body).decode()}\n"


@contextmanager
def witness(logs: dict[str, str]) -> Iterator[Witness]:
    """A running witness that knows these logs by origin and key."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_right = self.path == "/w/add-checkpoint"
            status, text = (500, "") if made.mute else made.answer(body) if is_right else (405, "")
            made.answers.append(status)
            self.send_response(status)
            self.send_header("Content-Type", "text/x.tlog.size" if status == 409 else "text/plain")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Witness(f"http://127.0.0.1:{server.server_address[1]}/w", logs)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
