"""A TLS server before a plain one, and an authority that signs its certificates: good ones and expired ones."""

from __future__ import annotations

import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PIECE = 64 * 1024


class Authority:
    """It signs certificates for one name and for 127.0.0.1. `root` is the file of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Palma Ria root")])
        self.root = folder / "root.pem"
        ends = datetime.now(UTC) + timedelta(days=10)
        signed = self._builder(self._called, self._key, ends).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.root.write_bytes(_pem(signed.sign(self._key, hashes.SHA256())))

    def certificate(self, ends: datetime) -> Path:
        """A new key with its certificate, in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._name)])
        names = [x509.DNSName(self._name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        signed = self._builder(who, key, ends).add_extension(
            x509.SubjectAlternativeName(names), critical=False
        )
        path = self._folder / f"{ends:%Y%m%d%H%M%S}.pem"
        kept = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(kept + _pem(signed.sign(self._key, hashes.SHA256())))
        return path

    def _builder(
        self, who: x509.Name, key: ec.EllipticCurvePrivateKey, ends: datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(who)
            .issuer_name(self._called)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(days=400))
            .not_valid_after(ends)
        )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


class Gate:
    """The running server. `show` another certificate from now on."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self.port, self._context = port, context

    def show(self, certificate: Path) -> None:
        self._context.load_cert_chain(certificate)


@contextmanager
def gate_to(target: str, certificate: Path) -> Iterator[Gate]:
    """A gate before the server at `target`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    to = urlsplit(target)

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            """Bytes go through both ways until one side ends."""
            with suppress(OSError), context.wrap_socket(self.request, server_side=True) as outside:
                with socket.create_connection((to.hostname or "", to.port or 80)) as inside:
                    answering = threading.Thread(target=_pump, args=(inside, outside), daemon=True)
                    answering.start()
                    _pump(outside, inside)
                    answering.join()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield Gate(server.server_address[1], context)
        server.shutdown()
        thread.join()


def _pump(source: socket.socket, into: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            into.sendall(piece)
    with suppress(OSError):
        into.shutdown(socket.SHUT_WR)
