"""Every error that Paloverde raises, named for what the caller must do about it.

    PaloverdeError
    ├── TryAgain                 the same call may succeed later
    │   ├── RateLimited          ... after `retry_after` seconds: the site said so
    │   └── Unreachable          ... the site, store or database did not answer properly
    ├── PersonNeeded             somebody must change something first
    │   ├── CredentialDead       ... renew the account's token
    │   ├── PermissionMissing    ... grant the account's app a permission
    │   ├── WrongAccount         ... the token opens another account than the one registered
    │   ├── BadSetting           ... mend a setting
    │   ├── UnknownAccount       ... register the account, or mend its name
    │   ├── BadQuestion          ... mend the words of a search
    │   ├── StoreCannotPromise   ... choose a store that keeps locks
    │   └── Suspicious           ... look before anything is believed (mass disappearance, clock set wrong)
    ├── Unreadable               reject this payload (its bytes are already kept)
    └── ArchiveDamaged           stored bytes are not what a seal says: stop and repair

`orchestration.retries` maps the branches to Airflow's retry behaviour, once.
Every message is one sentence for a person: what is wrong, where, and what to do. What to do is named by a
step of `paloverde.steps`, so that the command line and the desk can each say it in their own words.
"""


class PaloverdeError(Exception):
    """Base of all errors that Paloverde raises on purpose."""


class TryAgain(PaloverdeError):
    """The same call may succeed later."""


class RateLimited(TryAgain):
    """The site asks us to wait.

    `retry_after` is in seconds, measured from now.
    """

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(TryAgain):
    """A site, the store or the database did not answer, or answered nonsense."""


class PersonNeeded(PaloverdeError):
    """Trying again cannot help: a person must change something first."""


class CredentialDead(PersonNeeded):
    """The account's token is expired or revoked."""


class PermissionMissing(PersonNeeded):
    """The token lives but may not see what was asked."""


class WrongAccount(PersonNeeded):
    """The token opens another account than the one registered."""


class BadSetting(PersonNeeded):
    """A setting has a value that cannot be used."""


class UnknownAccount(PersonNeeded):
    """No account of that name is registered."""


class BadQuestion(PersonNeeded):
    """A search, date or option that cannot be understood."""


class StoreCannotPromise(PersonNeeded):
    """The store does not keep what the setting asks it to promise."""


class Suspicious(PersonNeeded):
    """Something looks so unusual that a person must look before it is believed."""


class Unreadable(PaloverdeError):
    """A payload that cannot be understood. Its raw bytes are kept."""


class ArchiveDamaged(PaloverdeError):
    """Stored bytes are not what a seal says they are."""
