"""A timestamp authority of its own (RFC 3161) on this machine: real tokens, and every way to get one wrong.

with authority(tmp_path) as tsa:
    tsa.url, tsa.roots           the address, and the file with its root certificate
    tsa.mood = Mood.WRONG_NONCE  from now on
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

REPLY = "application/timestamp-reply"


class Mood(Enum):
    """How the authority behaves."""

    GOOD = auto()
    WRONG_IMPRINT = auto()  # it stamps something else
    WRONG_NONCE = auto()
    UNKNOWN_ROOT = auto()  # another authority has taken its place
    EXPIRED = auto()  # its certificate ended before the time it states
    NOT_FOR_TIME = auto()  # its certificate is for web servers
    CHANGED = auto()  # one byte of the signed part was changed on the way
    REJECTS = auto()
    GARBAGE = auto()
    BROKEN = auto()  # HTTP 500
    SILENT = auto()  # it hangs up


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Identity:
    """A root, and certificates below it."""

    def __init__(self, name: str, begins: datetime) -> None:
        self.key, self.name, self.begins = (
            ec.generate_private_key(ec.SECP256R1()),
            _name(f"{name} root"),
            begins,
        )
        ends = begins + timedelta(days=7300)
        builder = self._builder(self.name, self.key, ends).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        usage = {"digital_signature": False, "content_commitment": False, "key_encipherment": False,
                 "data_encipherment": False, "key_agreement": False, "key_cert_sign": True, "crl_sign": True,
                 "encipher_only": False, "decipher_only": False}  # fmt: skip
        builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
        self.root = builder.sign(self.key, hashes.SHA256())

    def signer(
        self, usage: x509.ObjectIdentifier, ends: datetime
    ) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        """A key and its certificate for a use."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(_name("Palmaria test time"), key, ends)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        return key, builder.sign(self.key, hashes.SHA256())

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, ends: datetime
    ) -> x509.CertificateBuilder:
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.begins)
            .not_valid_after(ends)
            .add_extension(identifier, critical=False)
            .add_extension(issuer, critical=False)
        )


@dataclass
class Authority:
    """See the module. `asked` are the bodies of all requests."""

    url: str
    roots: Path
    clock: Callable[[], datetime]
    mood: Mood = Mood.GOOD
    asked: list[bytes] = field(default_factory=list)
    serial: int = 0

    def __post_init__(self) -> None:
        begins = self.clock() - timedelta(days=30)
        self.own, self.stranger = Identity("Palmaria", begins), Identity("Elsewhere", begins)
        self.roots.write_bytes(self.own.root.public_bytes(serialization.Encoding.PEM))

    def answer(self, body: bytes) -> bytes:
        """The answer to one request, as the mood has it."""
        self.asked.append(body)
        if self.mood is Mood.GARBAGE:
            return b"<html>It works!</html>"
        if self.mood is Mood.REJECTS:
            refused = {"status": "rejection", "status_string": ["closed for repairs"]}
            status = bytes(tsp.PKIStatusInfo(refused).dump())
            return bytes([0x30, len(status)]) + status  # a refusal has no token
        token = self._token(tsp.TimeStampReq.load(body))
        response = tsp.TimeStampResp(
            {"status": tsp.PKIStatusInfo({"status": "granted"}), "time_stamp_token": token}
        )
        made = bytes(response.dump())
        if self.mood is Mood.CHANGED:
            said = bytes(token["content"]["encap_content_info"]["content"].contents)
            at = made.index(said) + len(said) // 2
            made = made[:at] + bytes([made[at] ^ 1]) + made[at + 1 :]
        return made

    def _token(self, request: tsp.TimeStampReq) -> cms.ContentInfo:
        who = self.stranger if self.mood is Mood.UNKNOWN_ROOT else self.own
        now = self.clock().replace(microsecond=0)
        ends = now - timedelta(days=1) if self.mood is Mood.EXPIRED else now + timedelta(days=365)
        use = (
            ExtendedKeyUsageOID.SERVER_AUTH
            if self.mood is Mood.NOT_FOR_TIME
            else ExtendedKeyUsageOID.TIME_STAMPING
        )
        key, certificate = who.signer(use, ends)
        info = bytes(self._info(request, now).dump())
        encap = {"content_type": "tst_info", "content": cms.ParsableOctetString(info)}
        own = asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
        signed = cms.SignedData({
            "version": "v3", "digest_algorithms": [_sha256()], "encap_content_info": encap,
            "certificates": [own], "signer_infos": [_signer_info(key, own, info)],
        })  # fmt: skip
        return cms.ContentInfo({"content_type": "signed_data", "content": signed})

    def _info(self, request: tsp.TimeStampReq, now: datetime) -> tsp.TSTInfo:
        self.serial += 1
        imprint = request["message_imprint"].copy()
        if self.mood is Mood.WRONG_IMPRINT:
            imprint["hashed_message"] = hashlib.sha256(b"something else").digest()
        nonce = request["nonce"].native + (self.mood is Mood.WRONG_NONCE)
        return tsp.TSTInfo({
            "version": "v1", "policy": "1.3.6.1.4.1.55555.1", "message_imprint": imprint,
            "serial_number": self.serial, "gen_time": now, "accuracy": {"seconds": 1}, "nonce": nonce,
        })  # fmt: skip


def _sha256() -> algos.DigestAlgorithm:
    return algos.DigestAlgorithm({"algorithm": "sha256"})


def _signer_info(key: ec.EllipticCurvePrivateKey, own: asn1.Certificate, said: bytes) -> cms.SignerInfo:
    named = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(own.dump()).digest()})
    attributes = cms.CMSAttributes([
        cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
        cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(said).digest()]}),
        cms.CMSAttribute({"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [named]})]}),
    ])  # fmt: skip
    signature = key.sign(attributes.untag().dump(), ec.ECDSA(hashes.SHA256()))
    sid = cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number})
    return cms.SignerInfo({
        "version": "v1", "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
        "digest_algorithm": _sha256(), "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"}, "signature": signature,
    })  # fmt: skip


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def authority(folder: Path, clock: Callable[[], datetime] = now) -> Iterator[Authority]:
    """A running authority; its root certificate lies in `folder`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Type"] != "application/timestamp-query":
                self.send_error(415)
            elif made.mood is Mood.SILENT:
                self.close_connection = True
            elif made.mood is Mood.BROKEN:
                self.send_error(500)
            else:
                answer = made.answer(body)
                self.send_response(200)
                self.send_header("Content-Type", REPLY)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port = server.server_address[1]
    made = Authority(f"http://127.0.0.1:{port}/tsr", folder / f"root-{port}.pem", clock)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
