"""Where the bytes of pictures, videos and documents are: one question for each.

A post names its media by URN only, and the URN's type says whom to ask. Addresses are signed and die, so
they are asked for in the same night in which the files are fetched.
https://learn.microsoft.com/linkedin/marketing/community-management/shares/images-api (and videos-api)
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

import msgspec

from paloverde.errors import PermissionMissing, Unreachable
from paloverde.platforms.conversation import Gap, NotThere, Request, Response, Said, TooMuch
from paloverde.platforms.linkedin import restli
from paloverde.platforms.linkedin.wire import Asset, decode
from paloverde.records import Kind

_RESOURCES = {"image": "images", "video": "videos", "document": "documents"}


def ask_addresses(wanted: Mapping[str, str]) -> Generator[Said, Response | None, dict[str, str]]:
    """The address of each medium in `wanted` (URN, and the item that shows it); a `Gap` where there is none.

    Every URN is in the answer, with "" where it has no address: it is asked for once a night.
    """
    addresses = {}
    for urn, item in wanted.items():
        try:
            address = yield from _address(urn)
        except (PermissionMissing, Unreachable, NotThere, TooMuch) as error:
            yield _gap(urn, item, str(error))
            address = ""
        else:
            if not address:
                yield _gap(urn, item, "LinkedIn names no address for it; it may still be processing")
        addresses[urn] = address
    return addresses


def _gap(urn: str, item: str, reason: str) -> Gap:
    return Gap("media", Kind.OTHER, f"{urn} has no address: {reason}", of=item)


def _address(urn: str) -> Generator[Said, Response | None, str]:
    resource = _RESOURCES.get(urn.removeprefix("urn:li:").partition(":")[0])
    if resource is None:
        raise NotThere("LinkedIn gives no way to media of this type")
    response = yield Request(restli.path(resource, urn), purpose=f"address of {urn}")
    try:
        asset = decode(Asset, b"" if response is None else response.body)[0]
    except msgspec.DecodeError as error:
        raise Unreachable(f"the answer cannot be read: {error}") from None
    return asset.download_url or ""
