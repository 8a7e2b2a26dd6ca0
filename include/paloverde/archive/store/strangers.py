"""Whether a bucket shows what is in it to somebody without keys. Asked over HTTP, as a stranger would."""

from __future__ import annotations

import urllib.error
import urllib.request
from urllib.parse import quote

from paloverde.errors import StoreCannotPromise, Unreachable

_AMAZON = "https://s3.{}.amazonaws.com"  # a bucket of another region is answered 301, and not looked at
_SECONDS = 10
_REFUSED = (401, 403)


def refuse_an_open_bucket(bucket: str, endpoint: str | None, region: str | None = None) -> None:
    """Raise StoreCannotPromise where a listing without keys is answered, Unreachable where it is neither
    answered nor refused.
    """
    server = (endpoint or _AMAZON.format(region or "us-east-1")).rstrip("/")
    try:
        with _DIRECT.open(f"{server}/{quote(bucket)}?list-type=2&max-keys=1", timeout=_SECONDS):
            pass
    except urllib.error.HTTPError as answer:
        with answer:
            if answer.code in _REFUSED:
                return
        raise Unreachable(
            f"The S3 server at {server} answered {answer.code} where it was asked for the bucket {bucket} "
            "without keys: whether strangers are refused is not known. Check its address and region."
        ) from None
    except OSError as error:
        raise Unreachable(
            f"The S3 server at {server} did not answer ({error}); check that it runs, try again."
        ) from error
    raise StoreCannotPromise(
        f"The bucket {bucket} shows its contents to strangers: take its public policy or access list away, "
        "or choose another bucket; private messages would lie there."
    )


# Without a proxy that the environment names: the server stands in the City's own network.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
