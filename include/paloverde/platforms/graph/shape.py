"""Objects as typed structs, member by member where one of them has another type than it should."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from paloverde.platforms import jsontext

T = TypeVar("T", bound=msgspec.Struct)


class Shape(Generic[T]):
    """How an object of a site is expected to look. Every member of `T` may be absent."""

    def __init__(self, form: type[T]) -> None:
        self._form = form
        self._whole = msgspec.json.Decoder(form)
        self._each: dict[str, tuple[str, msgspec.json.Decoder[Any]]] = {
            field.encode_name: (field.name, msgspec.json.Decoder(field.type))
            for field in msgspec.structs.fields(form)
        }

    def read(self, sound: bytes, members: dict[str, msgspec.Raw]) -> tuple[T, list[str]]:
        """The object, and in words what did not fit and was set aside."""
        notes: list[str] = []
        try:
            item = self._whole.decode(sound)
        except msgspec.DecodeError:
            item, notes = self._piecewise(members)
        if repeated := jsontext.repeated_names(sound, members):
            notes.append(f"it has {', '.join(repeated)} more than once; the last is shown")
        return item, notes

    def _piecewise(self, members: dict[str, msgspec.Raw]) -> tuple[T, list[str]]:
        item, notes = self._form(), []
        for name in members.keys() & self._each.keys():
            attribute, decoder = self._each[name]
            try:
                setattr(item, attribute, decoder.decode(members[name]))
            except msgspec.DecodeError as error:
                if name == "id" and bytes(members[name]).isdigit():
                    setattr(item, attribute, bytes(members[name]).decode())  # never through a number
                    notes.append("its id came as a number")
                else:
                    notes.append(f"{name} was set aside: {error}")
        return item, sorted(notes)
