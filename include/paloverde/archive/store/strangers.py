"""Whether a bucket shows what is in it to somebody without keys. Asked over HTTP, as a stranger would."""

from __future__ import annotations

import urllib.error
import urllib.request
from urllib.parse import quote

from paloverde.errors import StoreCannotPromise, Unreachable

_AMAZON = "https://s3.amazonaws.com"
_SECONDS = 10


def refuse_an_open_bucket(bucket: str, endpoint: str | None) -> None:
    """Raise StoreCannotPromise where a listing without keys is answered, Unreachable where nobody answers."""
    address = f"{endpoint or _AMAZON}".rstrip("/") + f"/{quote(bucket)}?list-type=2&max-keys=1"
    try:
        with _DIRECT.open(address, timeout=_SECONDS):
            pass
    except urllib.error.HTTPError as refused:
        with refused:
            return
    except OSError as error:
        raise Unreachable(
            f"The S3 server at {endpoint or _AMAZON} did not answer ({error}); check that it runs, try again."
        ) from error
    raise StoreCannotPromise(
        f"The bucket {bucket} shows its contents to strangers: take its public policy or access list away, "
        "or choose another bucket; private messages would lie there."
    )


# Without a proxy that the environment names: the server stands in the City's own network.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
