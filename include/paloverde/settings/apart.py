"""What no two cities of one installation may share: folders, buckets, databases, keys, addresses, sign-on.

What is spelled in two ways is compared as what it is: folders by where their links lead, hosts without
regard to case, with the port that goes without saying. What an alias hides (two names of one server), the
opening of the archive finds: a store and a database that do not belong together are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy.engine import URL

from paloverde.errors import BadSetting
from paloverde.settings.forms import is_loopback

_PREFIX = "PALOVERDE_"
# Where each city keeps what is its own: none of these may be another's, or lie in another's.
_PLACES = (
    *("home", "store", "second_store", "index_folder", "lake", "backup_folder", "lineage"),
    *("signing_key_file", "credential_key_file", "privileged_key_file"),
)
# With keys of its own, the server itself refuses one city the other's bucket.
_STORE_KEYS = tuple(f"{store}s3_access_key" for store in ("", "destroy_", "second_", "second_destroy_"))
_ADDRESSES = ("desk_address", "delivery_address")
_TEXTS = ("log_origin", "metrics_token")
_PORTS = {"https": 443, "http": 80}


class _Held(NamedTuple):
    """Something of a city's: the setting that names it, and what it is, comparable whatever its spelling.

    `part` is said of a setting that is no single thing.
    """

    setting: str
    what: object
    part: str = ""


class _Owned(NamedTuple):
    """A place, whose it is, and by which setting."""

    city: str
    setting: str
    place: str

    def __str__(self) -> str:
        return f"{_variable(self.setting)} of {self.city} is {self.place}"


def refuse_shared(folder: Path, cities: Mapping[str, Any]) -> None:
    """`BadSetting` where two cities would share something, or one has the folder with everybody's settings.

    `cities` are their settings by name. No message shows a value that may be secret.
    """
    for city, settings in cities.items():
        _refuse_the_machines_role(city, settings)
        _refuse_the_folder_of_all(city, settings, folder)
    _refuse_the_same(cities)
    _refuse_the_same_place(cities)


def _refuse_the_same(cities: Mapping[str, Any]) -> None:
    known: dict[object, tuple[str, _Held]] = {}
    for city, settings in cities.items():
        for mine in _held(settings):
            other, theirs = known.setdefault(mine.what, (city, mine))
            if other != city:
                raise BadSetting(f"{_both(other, theirs, city, mine)}: each city needs its own.")


def _both(one: str, mine: _Held, other: str, yours: _Held) -> str:
    if mine.setting != yours.setting:
        return f"{_variable(mine.setting)} of {one} is {_variable(yours.setting)} of {other}"
    return f"{one} and {other} have the same {mine.part}{_variable(mine.setting)}"


def _refuse_the_same_place(cities: Mapping[str, Any]) -> None:
    known: dict[str, _Owned] = {}
    for city, settings in cities.items():
        for name, place in _places(settings):
            mine = _Owned(city, name, place)
            _refuse_together(known.setdefault(place, mine), mine)
    for mine in known.values():
        for around in map(str, Path(mine.place).parents):
            _refuse_together(mine, known.get(around, mine))


def _refuse_together(one: _Owned, other: _Owned) -> None:
    if one.city != other.city:
        raise BadSetting(
            f"{one} and {other}: give each city folders, files and buckets of its own, none within another's."
        )


def _variable(name: str) -> str:
    return _PREFIX + name.upper()


def _refuse_the_machines_role(city: str, settings: Any) -> None:
    for store, key in (("store", "s3_access_key"), ("second_store", "second_s3_access_key")):
        if str(getattr(settings, store)).startswith("s3://") and getattr(settings, key) is None:
            raise BadSetting(
                f"{city} has no {_variable(key)}: where one installation serves many cities, the "
                "machine's role would open every bucket to each of them."
            )


def _refuse_the_folder_of_all(city: str, settings: Any, folder: Path) -> None:
    """A city's home there would have the users file of those who see to all cities."""
    for name, place in _places(settings):
        if Path(place) in (folder.resolve(), *folder.resolve().parents):
            raise BadSetting(
                f"{_variable(name)} of {city} is {place}, and the settings of all cities lie there: give the "
                "city a folder of its own."
            )


def _held(settings: Any) -> Iterator[_Held]:
    """What is the same or another, beside folders and buckets, of which one may lie in the other."""
    if settings.database.get_backend_name() != "sqlite":
        yield _Held("database", _server(settings.database))
    for name in _STORE_KEYS:
        if (key := getattr(settings, name)) is not None:
            yield _Held(name, ("key", key))
    for name in _ADDRESSES:
        if (address := getattr(settings, name)) is not None:
            yield _Held(name, ("address", *_web(address)))
    for name in _TEXTS:
        if (text := getattr(settings, name)) is not None:
            yield _Held(name, (name, text))
    yield from _signing_on(settings)
    yield from _lineage(settings)


def _signing_on(settings: Any) -> Iterator[_Held]:
    """Whoever is of a group would be of both cities."""
    if settings.oidc_issuer is None:
        return
    issuer = _web(settings.oidc_issuer)
    yield _Held("oidc_client_id", ("client", issuer, settings.oidc_client_id))
    for pair in settings.oidc_roles:
        group = pair.rpartition("=")[0]
        yield _Held("oidc_roles", ("group", issuer, settings.oidc_claim, group), f"group {group!r} in ")


def _lineage(settings: Any) -> Iterator[_Held]:
    """At one server, data sets go by the name of their bucket; those of a folder have but one name."""
    if settings.lineage is not None and not settings.lineage.startswith("file:"):
        bucket = settings.store if settings.store.startswith("s3://") else ""
        yield _Held("lineage", ("lineage", _web(settings.lineage), bucket))


def _server(database: URL) -> tuple[str, str, str, str | None]:
    """A database of a server: where it is, and its name."""
    host = database.host or str(database.query.get("host", ""))
    host = "localhost" if host.startswith("/") or not host else host  # a socket of this machine
    return (
        "database",
        _known_as(host),
        str(database.port or database.query.get("port", 5432)),
        database.database,
    )


def _places(settings: Any) -> Iterator[tuple[str, str]]:
    """Where a city keeps what is its own: folders and files by their path, buckets by server and name."""
    for name in _PLACES:
        place = str(getattr(settings, name) or "")
        if place.startswith("s3://"):
            yield name, f"{place} at {_s3_server(settings, name)}"
        elif place and not place.startswith(("https:", "http:")):
            yield name, _path(place)
    if settings.database.get_backend_name() == "sqlite":
        yield "database", _path(settings.database.database)


def _path(place: str) -> str:
    return str(Path(place.removeprefix("file://")).resolve())


def _s3_server(settings: Any, name: str) -> str:
    endpoint = settings.second_s3_endpoint if name == "second_store" else settings.s3_endpoint
    if endpoint is None or (urlsplit(endpoint).hostname or "").endswith(".amazonaws.com"):
        return "AWS"  # where no two buckets have one name, whatever their region
    return _web(endpoint)[0]


def _web(address: str) -> tuple[str, str]:
    """The server of an address, with its port, and the path there."""
    parts = urlsplit(address)
    return f"{_known_as(parts.hostname or '')}:{parts.port or _PORTS[parts.scheme]}", parts.path.rstrip("/")


def _known_as(host: str) -> str:
    host = host.lower().rstrip(".")
    return "localhost" if is_loopback(host) else host
