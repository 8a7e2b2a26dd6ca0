"""Why nobody answered is said in words that a person can act on, and without what libraries print beside it."""

from __future__ import annotations

import socket
import ssl

from paloverde.unanswered import NO_NAME, innermost, named


def wrapped(reason: Exception) -> Exception:
    """As libraries do it: an error about an error about the reason."""
    error, between = OSError("https://site.example/?access_token=secret"), OSError("Max retries exceeded")
    error.__context__, between.__context__ = between, reason
    return error


def test_a_name_that_nobody_knows_is_called_so() -> None:
    reason = innermost(wrapped(socket.gaierror(-3, "Temporary failure in name resolution")))
    assert named(reason) == NO_NAME


def test_a_certificate_says_what_is_wrong_with_it() -> None:
    expired = ssl.SSLCertVerificationError(1, "no")
    expired.verify_message = "certificate has expired"
    assert named(expired).startswith("its certificate has expired; where the clock of this machine is right")
    expired.verify_message = "self-signed certificate"
    assert named(expired) == (
        "its certificate is not believed (self-signed certificate); nothing is sent to whoever shows it"
    )


def test_a_reason_that_has_no_words_here_has_none() -> None:
    assert named(innermost(wrapped(TimeoutError()))) == "it took too long"
    assert named(innermost(wrapped(ConnectionRefusedError(111, "Connection refused")))) == ""
