"""The only door to a mail server: one letter to some mailboxes, in plain text (RFC 5321, 5322)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from paloverde.errors import BadSetting, Unreachable
from paloverde.settings import Settings

_SECONDS = 20.0


def send(settings: Settings, to: Sequence[str], subject: str, text: str) -> list[str]:
    """Hand a letter to the City's mail server; the mailboxes that it does not take, where it took others.

    Raises `BadSetting` where it does not let us in or takes no mailbox, `Unreachable` where it does not
    answer, or has no certificate that this machine trusts. No message repeats what the server said: that may
    hold the password.
    """
    if settings.mail_server is None or settings.mail_from is None:
        raise BadSetting("No mail server is set: give PALOVERDE_MAIL_SERVER and PALOVERDE_MAIL_FROM.")
    host, port = settings.mail_server
    where = f"The mail server {host}, port {port},"
    try:
        with _connected(settings, host, port) as server:
            if settings.mail_user is not None and settings.mail_password is not None:
                server.login(settings.mail_user, settings.mail_password.reveal())
            refused = server.send_message(_letter(settings.mail_from, to, subject, text))
    except smtplib.SMTPAuthenticationError:
        raise BadSetting(
            f"{where} refused the sign-in: mend PALOVERDE_MAIL_USER and PALOVERDE_MAIL_PASSWORD."
        ) from None
    except smtplib.SMTPRecipientsRefused:
        raise refusal(settings, to) from None
    except smtplib.SMTPNotSupportedError:
        raise BadSetting(
            f"{where} offers no STARTTLS, or no sign-in: mend PALOVERDE_MAIL_SECURITY or the server."
        ) from None
    except ssl.SSLError:
        raise Unreachable(f"{where} has no certificate that this machine trusts.") from None
    except smtplib.SMTPResponseException as error:
        raise Unreachable(f"{where} did not take the letter (it answered {error.smtp_code}).") from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(f"{where} did not answer properly ({type(error).__name__}).") from None
    return sorted(refused)


def refusal(settings: Settings, boxes: Sequence[str]) -> BadSetting:
    """What is told of mailboxes that the server does not take."""
    host, port = settings.mail_server or ("", 0)
    return BadSetting(
        f"The mail server {host}, port {port}, takes nothing for {', '.join(boxes)}: mend the mailboxes."
    )


def _connected(settings: Settings, host: str, port: int) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if settings.mail_security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=trusted)
    server = smtplib.SMTP(host, port, timeout=_SECONDS)
    if settings.mail_security == "starttls":
        try:
            server.starttls(context=trusted)
        except BaseException:
            server.close()
            raise
    return server


def _letter(sender: str, to: Sequence[str], subject: str, text: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, ", ".join(to), subject
    letter["Date"], letter["Message-ID"] = (
        formatdate(localtime=False),
        make_msgid(domain=sender.partition("@")[2]),
    )
    letter["Auto-Submitted"] = "auto-generated"  # no out-of-office answers (RFC 3834)
    letter.set_content(text)
    return letter
