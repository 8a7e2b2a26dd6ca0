"""What an S3 server's refusals mean to a person. Pure."""

from __future__ import annotations

from paloverde.errors import ArchiveDamaged, BadSetting, PaloverdeError, StoreCannotPromise, Unreachable

ABSENT = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})
_ASK_AGAIN = {
    "429",
    "ConditionalRequestConflict",
    "OperationAborted",
    "RequestTimeout",
    "SlowDown",
    "Throttling",
}
_KEYS = "does not accept these keys; mend the access key and the secret key."
_REGION = "says that the bucket is in another region; mend the region."
_NO_LOCK = "has no Object Lock; use a bucket that was made with it."
_DAMAGED = "received damaged bytes and stored nothing; try again."
_FULL = "is full; make room or raise the quota, then try again."
# The server's code -> the error to raise, and the end of the sentence that begins with the server's name.
_SENTENCES: dict[str, tuple[type[PaloverdeError], str]] = {
    "InvalidAccessKeyId": (BadSetting, "does not know the access key; mend the access key."),
    "SignatureDoesNotMatch": (BadSetting, "does not accept the secret key; mend the secret key."),
    "403": (BadSetting, _KEYS),
    "AccessDenied": (BadSetting, "does not allow this to these keys; give them the right or use others."),
    "RequestTimeTooSkewed": (BadSetting, "says that this machine's clock is wrong; set the clock."),
    "NoSuchBucket": (BadSetting, "has no such bucket; make it, or mend the bucket's name."),
    "PermanentRedirect": (BadSetting, _REGION),
    "AuthorizationHeaderMalformed": (BadSetting, _REGION),
    "ObjectLockConfigurationNotFoundError": (StoreCannotPromise, _NO_LOCK),
    "InvalidRequest": (StoreCannotPromise, _NO_LOCK),
    "InvalidRetentionPeriod": (StoreCannotPromise, "does not take this lock date; check clock and date."),
    "NotImplemented": (StoreCannotPromise, "cannot do what locked storage needs; choose another server."),
    "BadDigest": (Unreachable, _DAMAGED),
    "InvalidDigest": (Unreachable, _DAMAGED),
    "XAmzContentSHA256Mismatch": (Unreachable, _DAMAGED),
    "QuotaExceeded": (Unreachable, _FULL),
    "InsufficientCapacity": (Unreachable, _FULL),
    "507": (Unreachable, _FULL),
}


def explain(server: str, code: str, status: int) -> PaloverdeError:
    """The error that a refusal with this S3 code and HTTP status means. `server` opens the sentence."""
    if found := _SENTENCES.get(code) or _SENTENCES.get(str(status) if status == 507 else ""):
        kind, rest = found
        return kind(f"{server} {rest}")
    if code in ABSENT:
        return ArchiveDamaged(
            f"{server} no longer has an object that it should keep; run `paloverde fixity`, then "
            "`paloverde repair`."
        )
    if status >= 500 or status == 429 or code in _ASK_AGAIN:
        return Unreachable(f"{server} has trouble (it answered {status} {code}); try again later.")
    return StoreCannotPromise(
        f"{server} refused ({status} {code}); run `paloverde doctor` to see what it can do."
    )
