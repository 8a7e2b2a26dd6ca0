"""A site's conversation with a bug put before it: a collaborator that the installation takes for the real one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any

from paloverde.platforms.conversation import Found, Platform, Request, Response, Said
from paloverde.records import Record

Told = Callable[[Said], Iterable[Said]]
Heard = Callable[[Response], Response]


class Planted:
    """A platform whose night says something else than the real one (`told`) or mishears answers (`heard`)."""

    def __init__(
        self,
        real: Platform,
        told: Told = lambda said: [said],
        heard: Heard = lambda response: response,
        seen: Callable[[Any], Any] = lambda said: said,
    ) -> None:
        self._real, self._told, self._heard, self._seen = real, told, heard, seen

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def night(self, *asked: Any) -> Generator[Said, Response | None, None]:
        yield from self._twisted(self._real.night(*asked), self._told)

    def look_up(self, *asked: Any) -> Generator[Any, Response | None, None]:
        yield from self._twisted(self._real.look_up(*asked), lambda said: [self._seen(said)])

    def _twisted(
        self, real: Any, told: Callable[[Any], Iterable[Any]]
    ) -> Generator[Any, Response | None, None]:
        answer: Response | None = None
        trouble: Exception | None = None
        while True:
            try:
                said = real.throw(trouble) if trouble else real.send(answer)
            except StopIteration:
                return
            answer = trouble = None
            if isinstance(said, Request):
                try:
                    answer = yield said
                except Exception as error:  # noqa: BLE001  whatever it is, it is thrown on
                    trouble = error
                else:
                    answer = answer and self._heard(answer)
                continue
            yield from told(said)


def records(change: Callable[[Record], Record | None]) -> Told:
    """Every record is changed on its way, or lost (None)."""

    def told(said: Said) -> Iterable[Said]:
        if not isinstance(said, Found):
            return [said]
        changed = [new for record in said.records if (new := change(record)) is not None]
        return [Found(changed, said.unread, said.stream, said.of)]

    return told
