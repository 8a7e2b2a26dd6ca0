"""Hand a released bundle over: how it goes is proposed and shown, a second person agrees to exactly that,
then it goes by a link that is counted and short-lived, or in another way. Whoever acts signs in with a
password of their own.
"""

from __future__ import annotations

import argparse
import logging
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

import uvicorn

from paloverde.bundles.pages import visible
from paloverde.bundles.scratch import scratch
from paloverde.commands.asking import actor
from paloverde.commands.office import day, opened
from paloverde.commands.signing import acting, known_people, signed_in
from paloverde.desk.delivery import delivery_app
from paloverde.desk.rights import Act
from paloverde.errors import BadSetting
from paloverde.installation import Installation
from paloverde.installation.downloads import Downloads
from paloverde.requests.delivery import MOST_DAYS, MOST_DOWNLOADS, Agreed, Delivered, Proposed, Terms
from paloverde.requests.events import WAYS
from paloverde.requests.links import LinkState
from paloverde.retention.holds import By
from paloverde.wording import at_time, some

_CHOSEN = ("channel", "to", "days", "downloads", "note", "otherwise", "bundle")
_OTHERS = [name for name in WAYS if name != "link"]
_LOOPBACK = "127.0.0.1"
_AT_ONCE = 100  # connections; more are told to come later


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _terms(_of_request(actions, "show", "show what is about to be sent, in numbers and names, and to whom"))
    propose = acting(_of_request(actions, "propose", "propose how it goes, for a second person to agree to"))
    _terms(propose)
    agree = _of_request(actions, "agree", "agree, as a second person, to exactly what `show` told")
    _terms(acting(agree))
    agree.add_argument(
        "--summary", required=True, metavar="SHA256", help="of what you looked at: `show` ends with it"
    )
    acting(_of_request(actions, "link", "give out the link that was agreed to; it is printed once"))
    record = acting(_of_request(actions, "record", "note that it was handed over in another way, as agreed"))
    record.add_argument("--by", dest="channel", choices=_OTHERS, required=True, help="how it went")
    record.add_argument("--on", type=day, metavar="DATE", help="when that was (default: today)")
    record.add_argument("--note", default="", help="anything else, in a few words")
    _of_request(actions, "list", "list agreements, deliveries, links and every download")
    revoke = acting(_of_request(actions, "revoke", "close links for good, and tell who had downloaded when"))
    revoke.add_argument("--why", required=True, help="in one sentence")
    revoke.add_argument("--link", default="", metavar="SHA256", help="the beginning of one link's hash")
    told = "serve the links on this machine, behind the City's own web server"
    serve = actions.add_parser("serve", help=told, description=told)
    serve.add_argument("--host", default=_LOOPBACK, help="address to listen on (default: this machine only)")
    serve.add_argument("--port", type=int, default=8090, help="port to listen on (default: 8090)")


def run(args: argparse.Namespace) -> int:
    does: dict[str, Callable[[Installation, argparse.Namespace], int]] = {
        "show": _show, "propose": _propose, "agree": _agree, "link": _link, "record": _record, "list": _list,
        "revoke": _revoke, "serve": _serve,
    }  # fmt: skip
    return does[args.action](opened(), args)


def _of_request(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=about, description=about)
    parser.add_argument("number", help="the request, such as PRA-2026-0042")
    return parser


def _terms(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--by", dest="channel", choices=WAYS, help="how it goes (default: as proposed, else as the letter "
        "promised, else link)")  # fmt: skip
    add("--to", default="", help="to whom (default: the requester's name and contact)")
    add("--days", type=int, default=0, help=f"days that a link works, at most {MOST_DAYS} (default: as long "
        "as the letter promised)")  # fmt: skip
    add("--downloads", type=int, default=0, help=f"downloads that it allows, at most {MOST_DOWNLOADS}")
    add("--note", default="", help="what the one who agrees should know")
    add("--otherwise", default="", metavar="WHY", help="why it goes otherwise than the letter says")
    add(
        "--bundle",
        default="",
        metavar="SHA256",
        help="the beginning of the bundle's hash (default: the last)",
    )


def _wanted(city: Installation, args: argparse.Namespace) -> tuple[Terms, str]:
    """How it is to go and which bundle: as the options say; without any, as it was proposed."""
    proposal = None if any(getattr(args, name) for name in _CHOSEN) else city.deliveries.proposal(args.number)
    if proposal is not None:
        return proposal.terms, proposal.sha256
    terms = city.deliveries.terms(
        args.number,
        WAYS[args.channel] if args.channel else None,
        to=args.to,
        days=args.days,
        downloads=args.downloads,
        note=args.note,
        otherwise=args.otherwise,
    )
    return terms, args.bundle


def _show(city: Installation, args: argparse.Namespace) -> int:
    """The exit status is 1 where anything stands in the way."""
    terms, bundle = _wanted(city, args)
    summary = city.deliveries.show(args.number, terms, bundle)
    _print(summary.sentences())
    print(f"SHA-256 of this summary: {summary.sha256}")
    return 1 if summary.refusals else 0


def _propose(city: Installation, args: argparse.Namespace) -> int:
    by, (terms, bundle) = _by(args), _wanted(city, args)
    summary = city.deliveries.show(args.number, terms, bundle)
    city.deliveries.propose(args.number, terms, by, summary.bundle.sha256)
    _print(summary.sentences())
    print(f"{by.name} proposes this. SHA-256 of this summary: {summary.sha256}")
    return 0


def _agree(city: Installation, args: argparse.Namespace) -> int:
    by, (terms, bundle) = _by(args, Act.AGREE), _wanted(city, args)
    agreed = city.deliveries.agree(args.number, terms, args.summary, by, bundle)
    _print(agreed.summary.sentences())
    print(f"{by.name} agrees to exactly this: {agreed.summary_sha256}. It counts once.")
    return 0


def _link(city: Installation, args: argparse.Namespace) -> int:
    issued = city.deliveries.link(args.number, _by(args))
    link = issued.link
    downloads = some(link.downloads, "download", "downloads")
    print(issued.address)
    print(
        f"It opens {visible(link.bundle.name)} until {at_time(link.expires_at)}, for {downloads}. It is "
        "shown only here: send it to the requester alone.",
        file=sys.stderr,
    )
    return 0


def _record(city: Installation, args: argparse.Namespace) -> int:
    channel = WAYS[args.channel]
    agreed = city.deliveries.record(args.number, channel, _by(args), args.on, args.note)
    summary = agreed.summary
    print(
        visible(
            f"Noted: {summary.bundle.name} of {args.number} was handed over {channel} to {summary.terms.to}."
        )
    )
    return 0


def _list(city: Installation, args: argparse.Namespace) -> int:
    acts = city.deliveries.acts(args.number)
    _print(map(_told, acts))
    _print_links(city, city.deliveries.links(args.number))
    if not acts:
        print(f"Nothing of {args.number} was agreed to or handed over here.")
    return 0


def _revoke(city: Installation, args: argparse.Namespace) -> int:
    links = city.deliveries.revoke(args.number, args.why, _by(args), args.link)
    _print_links(city, links)
    others = [act for act in city.deliveries.acts(args.number) if isinstance(act, Delivered) and not act.link]
    _print(f"Not called back by this: {_told(act)}" for act in others)
    return 0


def _serve(city: Installation, args: argparse.Namespace) -> int:
    """Without a log of who asks for what: addresses hold secrets."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    if args.host != _LOOPBACK:
        told = "Warning: links are served without https on other machines' networks, too."
        print(f"paloverde: {told} Put the City's web server before this, on this machine.", file=sys.stderr)
    with _listening(args.host, args.port) as door, scratch() as folder:
        source = Downloads(city.settings, city.vault, city.cabinet, folder)
        print(f"Links are served on http://{args.host}:{args.port}. Stop with Ctrl+C.", file=sys.stderr)
        config = uvicorn.Config(
            delivery_app(source), access_log=False, server_header=False, log_level="warning",
            limit_concurrency=_AT_ONCE,
        )  # fmt: skip
        with suppress(KeyboardInterrupt):  # Ctrl+C: what was on its way is ended by then
            uvicorn.Server(config).run(sockets=[door])
    return 0


def _listening(host: str, port: int) -> socket.socket:
    """The address to listen on; `BadSetting` where it is not to be had, before anything is opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as wrong:
        raise BadSetting(
            f"Links cannot be served on {host}, port {port} ({wrong.strerror or wrong}): another program may "
            "be there already. Stop that one, or choose another port with --port."
        ) from None


def _by(args: argparse.Namespace, act: Act = Act.WORK_REQUESTS) -> By:
    person = signed_in(known_people(), args, act)
    return By(person.name, person.role.value, actor(), person.username)


def _told(act: Proposed | Agreed | Delivered) -> str:
    if isinstance(act, Proposed):
        terms, told = act.terms, " ".join(act.terms.sentences())
        return f"{at_time(act.at)}: {act.by.name} proposed that it goes {terms.channel} to {terms.to}. {told}"
    if isinstance(act, Agreed):
        terms = act.summary.terms
        return (
            f"{at_time(act.at)}: {act.by.name} agreed that {act.summary.bundle.name} goes {terms.channel} to "
            f"{terms.to} (summary {act.summary_sha256[:12]})."
        )
    note = f" {act.note}" if act.note else ""
    return f"{at_time(act.at)}: {act.by.name} handed {act.sha256[:12]} over {act.channel} to {act.to}.{note}"


def _print_links(city: Installation, links: Iterable[LinkState]) -> None:
    for state in links:
        _print(state.sentences(city.requests.now()))


def _print(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        print(visible(sentence))
