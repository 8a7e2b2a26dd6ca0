"""Why nobody answered, in words: of an error of whatever library, the innermost reason. Pure.

Libraries wrap the operating system's error in several of their own, and print addresses with them that may
hold credentials. What a person can do about it is in the innermost one.
"""

from __future__ import annotations

import socket
import ssl

NO_NAME = "its name is not known (DNS); check its spelling, and the name service of this machine"


def innermost(error: BaseException) -> BaseException:
    """The error that all the others were raised about."""
    while error.__context__ is not None:
        error = error.__context__
    return error


def named(reason: BaseException) -> str:
    """Words for what a person can act on: a name, a certificate, patience; "" for any other."""
    if isinstance(reason, socket.gaierror):
        return NO_NAME
    if isinstance(reason, ssl.SSLCertVerificationError):
        return _untrusted(reason.verify_message)
    if isinstance(reason, TimeoutError):
        return "it took too long"
    return ""


def _untrusted(words: str) -> str:
    """Why a certificate is not believed; nothing was sent to whoever showed it."""
    if "expired" in words:
        return (
            "its certificate has expired; where the clock of this machine is right, whoever runs that server "
            "must renew it, and nothing is sent there until then"
        )
    return f"its certificate is not believed ({words}); nothing is sent to whoever shows it"
