"""What bars posting on the web, or handing over by a link, though a copy may be given in another way. Pure.

Home address and telephone number of an elected or appointed official are not posted on the internet without
written permission (Gov. Code 7928.205, as amended by AB 1785 of 2024). A link can be opened by whoever has
it, so that it is barred as a posting is. Private messages and lists of subscribers go to the requester alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import msgspec

from paloverde.requests.events import Way
from paloverde.requests.exemptions import EXEMPTIONS, Exemption
from paloverde.requests.letters import Delivery
from paloverde.wording import some

ON_THE_WEB = frozenset({Way.POSTED, Way.LINK})
POLICY = "design: private records are handed to the requester alone"


class Exposed(msgspec.Struct, frozen=True):
    """What would still be read in a bundle: of how many records, under which exemption's code it stands, and
    the written permission to post it, where there is one (who gave it, and when).
    """

    code: str
    records: int
    permission: str = ""


class Barred(msgspec.Struct, frozen=True):
    """Why a bundle may not go out by the web: in a sentence, and by which law."""

    says: str
    cite: str


def web_delivery_refusals(
    delivery: Delivery | None, exposed: Iterable[Exposed], private_records: int, day: date
) -> list[Barred]:
    """Everything that bars a delivery by the web on a Pacific day; nothing where it goes another way.

    `exposed` is what was found and neither redacted nor withheld, `private_records` how many private messages
    and subscribers the bundle holds.
    """
    if delivery is None or delivery.way not in ON_THE_WEB:
        return []
    barred = [found for one in exposed for found in _exposed(one, delivery.way, day)]
    if private_records and delivery.way is Way.POSTED:
        holds = some(private_records, "private message or subscriber", "private messages or subscribers")
        barred.append(Barred(f"The bundle holds {holds}, which are not posted for everybody.", POLICY))
    return barred


def _exposed(one: Exposed, way: Way, day: date) -> Iterator[Barred]:
    row = EXEMPTIONS.get(one.code)
    if row is None or not one.records or one.permission.strip() or not _bars(row, day):
        return
    shows = some(one.records, "record shows", "records show")
    says = f"{shows} what may not go out {way.value}: {row.title}."
    yield Barred(says, row.cite)


def _bars(row: Exemption, day: date) -> bool:
    return row.bars_web and row.is_law_on(day)
