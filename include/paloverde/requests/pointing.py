"""What leads from a released record to items that nobody may be led to, or to its own exact bytes. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from paloverde.requests.telling import Hidden
from paloverde.search.hits import Hit


def pointing(hit: Hit, hidden: Hidden, control: str) -> Hit:
    """The record, pointing at hidden items by their control numbers, and without an id or address that leads
    to one; then its exact bytes are not for the requester, since they name these items.
    """
    parent = hidden.control_of(hit.account, hit.parent_id)
    thread = hidden.control_of(hit.account, hit.thread_id)
    leads_to = parent or thread or hidden.told_by(hit.permalink)  # what stands below a hidden item shows it
    shown = msgspec.structs.replace(
        hit,
        native_id=control if hidden.told_by(hit.native_id) else hit.native_id,
        parent_id=parent or hit.parent_id,
        thread_id=thread or hit.thread_id,
        permalink=_leads_to(leads_to) if hit.permalink and leads_to else hit.permalink,
        media=[
            msgspec.structs.replace(
                kept, url=_boxed_id(kept.url, hidden), native_id=_boxed_id(kept.native_id, hidden)
            )
            for kept in hit.media
        ],
    )
    return hit if shown == hit else msgspec.structs.replace(shown, **no_way_back(control))


def _boxed_id(value: str | None, hidden: Hidden) -> str | None:
    told = hidden.told_by(value)
    return _leads_to(told) if told else value


def _leads_to(control: str) -> str:
    return f"[withheld: it leads to {control}]"


def no_way_back(control: str) -> dict[str, Any]:
    """In place of the hashes of a record and of the way to its exact bytes."""
    return {
        "version_sha256": f"redacted-{control}", "payload_sha256": "", "exchange_key": None,
        "exchange_offset": None, "payload_position": None, "part": "", "row": -1,
    }  # fmt: skip
