"""The events of a production in words, as a list of its history says them. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from paloverde.productions.order import (
    AnyEvent,
    Built,
    Changed,
    Chosen,
    ClawedBack,
    GivenUp,
    Noted,
    Ordered,
    Reviewed,
    Served,
    SignedOff,
)
from paloverde.wording import some, spoken

_PLAIN = {
    Ordered: "ordered it.",
    Changed: "changed the order.",
    SignedOff: "agreed to these volumes.",
    GivenUp: "gave it up.",
    Noted: "noted:",
}


def said(event: AnyEvent) -> str:
    """What an event says, in a sentence without its subject."""
    match event:
        case Chosen():
            return " ".join(_choice(event))
        case Reviewed():
            return (
                f"review finished: {event.produced:,} produced, {event.redacted:,} redacted, "
                f"{event.withheld:,} withheld, {event.not_produced:,} not produced."
            )
        case Built():
            documents, volumes = some(event.documents, "document"), some(event.volumes, "volume")
            return f"built {documents} in {volumes}, {event.first} to {event.last}."
        case Served():
            return f"served {event.to} on {spoken(event.served_on)}, {event.way}."
        case ClawedBack():
            codes = ", ".join(event.privileges)
            return f"CLAWED BACK: {event.first} to {event.last} ({codes}): {event.reason}"
        case _:
            return _PLAIN[type(event)]


def _choice(event: Chosen) -> Iterator[str]:
    yield f"chose {some(event.records, 'record version')} through run {event.through:,}."
    if event.relatives:
        yield f"For their family alone: {event.relatives:,}."
    if event.duplicates:
        yield f"Named as duplicates of others: {event.duplicates:,}."
    if event.unanswering:
        yield f"Left out, since they answer no demand: {event.unanswering:,}."
