"""Renews the kept tokens of accounts, one writer at a time for each.

Whoever comes second finds the token that the first one got, and spends nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import closing

from paloverde.errors import CredentialDead, PaloverdeError, Unreachable
from paloverde.platforms.conversation import Clock
from paloverde.platforms.network import Fetched, Http
from paloverde.platforms.renewal import Renewal, hindrance, is_due, renewed
from paloverde.state.credentials import Credential, Credentials, Holder

log = logging.getLogger(__name__)


class Renewer:
    """Renews the kept tokens of accounts, one writer for each account."""

    def __init__(
        self,
        credentials: Credentials,
        ways: Mapping[str, Renewal],
        open_http: Callable[[], Http],
        clock: Clock,
    ) -> None:
        self._credentials, self._ways, self._open_http, self._clock = credentials, ways, open_http, clock

    def token(self, account: str, site: str) -> str | None:
        """The account's token for work that begins now, renewed where it comes near its end; None: none kept.

        Where the renewal fails and the token still lives, the work begins with it: the health check tells.
        """
        kept = self._credentials.get(account)
        if kept is None:
            return None
        try:
            return self.renew_if_due(account, site)
        except PaloverdeError as error:
            ends = kept.credential.expires_at
            if ends is None or ends <= self._clock():
                raise
            log.warning("%s; the work begins with the old token, which lives until %s.", error, ends)
            return kept.credential.access_token.reveal()

    def renew_if_due(self, account: str, site: str) -> str | None:
        """The account's token, renewed where it comes near its end; None where none is kept.

        Raises `CredentialDead`, `Unreachable`.
        """
        kept, way = self._credentials.get(account), self._ways.get(site)
        if kept is None:
            return None
        if not is_due(way, kept.credential, self._clock()):
            return kept.credential.access_token.reveal()
        with self._credentials.alone(account) as holder:
            if is_due(way, holder.credential, self._clock()):  # else another writer was first
                self._renew(holder, site)
            return holder.credential.access_token.reveal()

    def instead_of(self, account: str, site: str, dead: str) -> str:
        """A living token in place of one that the site calls dead. Raises `CredentialDead`, `Unreachable`."""
        way = self._ways.get(site)
        with self._credentials.alone(account) as holder:
            if holder.credential.access_token.reveal() != dead:  # another writer was first
                return holder.credential.access_token.reveal()
            if way is not None and way.by_itself:
                raise CredentialDead(
                    f"The token of {account} is dead, and {site} renews only living ones. {advice(account)}"
                )
            self._renew(holder, site)
            return holder.credential.access_token.reveal()

    def _renew(self, holder: Holder, site: str) -> None:
        way, account = self._ways.get(site), holder.account
        why_not = hindrance(way, holder.credential, self._clock())
        if way is None or why_not:
            raise CredentialDead(f"The token of {account} cannot be renewed: {why_not}. {advice(account)}")
        holder.asking()
        answer = self._ask(way, holder.credential)
        try:
            now = self._clock()
            holder.replace(renewed(holder.credential, answer, now), now)
        except CredentialDead as error:
            holder.refused()
            lost = " An earlier renewal got no answer, and may have spent it." * holder.answer_was_lost
            raise CredentialDead(f"{account}: {error}.{lost} {advice(account)}") from None
        except Unreachable as error:
            raise Unreachable(f"{account}: {error}") from None

    def _ask(self, way: Renewal, credential: Credential) -> Fetched:
        asked = way.form(credential)
        headers = {"Accept": "application/json", **asked.headers}
        with closing(self._open_http()) as http:
            return http.send_form(asked.method, way.address, headers, asked.form)


def advice(account: str) -> str:
    """What a person does about a token that nothing renews any more."""
    return f"Sign in at the site again, then give the new token to `paloverde accounts token {account}`."
