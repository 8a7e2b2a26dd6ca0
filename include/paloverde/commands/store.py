"""Make the bucket that the settings name, print what the keys of each role may do there as a policy in the
words of the server, and see what the keys at hand can do beyond the work of a role.
"""

from __future__ import annotations

import argparse
import os

from paloverde.archive.excess import sentence, tried
from paloverde.archive.store import open_tamper
from paloverde.archive.store.roles import Dialect, Role, bucket_policy, terms, user_policy
from paloverde.errors import BadQuestion
from paloverde.installation.bucket_making import make_buckets
from paloverde.installation.place import place_of
from paloverde.settings import load

_S3 = "s3://"
_ALL = "all"


def arguments(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    steps.add_parser(
        "make",
        help="make the bucket with Object Lock; one that is there is looked at",
        description="Make the bucket that the settings name, with Object Lock and versions; one that is "
        "there already is only looked at. A directory makes itself",
    )
    policy = steps.add_parser(
        "policy",
        help="print the least rights of a role as a policy",
        description="Print the least rights of a role as a policy. For AWS and MinIO's kin it is hung on the "
        "role's user, for Ceph on the bucket, which has one policy: ask for all roles at once there.",
    )
    policy.add_argument("role", choices=[*Role, _ALL], help="whose rights; all only for ceph")
    policy.add_argument("--bucket", metavar="NAME", help="the bucket; left out, that of PALOVERDE_STORE")
    policy.add_argument(
        "--dialect", choices=list(Dialect), default=Dialect.AWS, help="in whose words (aws where left out)"
    )
    policy.add_argument(
        "--user", action="append", default=[], type=_user, metavar="ROLE=NAME",
        help="what a role's user is called on a Ceph server; left out, as the role",
    )  # fmt: skip
    rights = steps.add_parser(
        "rights",
        help="see what the keys that are set can do beyond the work of a role",
        description="Try, without harm, what the keys that are set can do beyond the work of a role. Exit "
        "status 1: they can do more.",
    )
    rights.add_argument(
        "role", nargs="?", choices=list(Role), default=Role.WRITER, help="whose keys they are (writer)"
    )


def run(args: argparse.Namespace) -> int:
    if args.step == "make":
        return _make()
    if args.step == "rights":
        return _rights(Role(args.role))
    return _policy(args)


def _make() -> int:
    for told in make_buckets(load(os.environ)):
        print(told)
    return 0


def _policy(args: argparse.Namespace) -> int:
    bucket, dialect = args.bucket or _bucket(), Dialect(args.dialect)
    roles = list(Role) if args.role == _ALL else [Role(args.role)]
    if dialect is Dialect.CEPH:
        names = {**{role: str(role) for role in Role}, **dict(args.user)}
        print(bucket_policy(bucket, {role: f"arn:aws:iam:::user/{names[role]}" for role in roles}))
        return 0
    if len(roles) > 1 or args.user:
        raise BadQuestion(
            f"With --dialect {dialect} a policy is hung on one user: name one role, and no --user."
        )
    print(user_policy(roles[0], bucket, dialect))
    return 0


def _rights(role: Role) -> int:
    address, access = place_of(load(os.environ))
    if not address.startswith(_S3):
        print("The archive lies in a directory, which has no keys: whoever may write there may do all.")
        return 0
    beyond, untried = tried(open_tamper(address, **access), role)
    print(f"The {role} {terms(role).work}.")
    print(sentence(beyond, role, untried))
    return 1 if beyond else 0


def _bucket() -> str:
    store = load(os.environ).store
    if not store.startswith(_S3):
        raise BadQuestion(
            "The archive lies in a directory, which has no policy: name a bucket with --bucket."
        )
    return store.removeprefix(_S3).strip("/")


def _user(text: str) -> tuple[Role, str]:
    role, equals, name = text.partition("=")
    if not equals or role not in list(Role) or not name:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no role and name; write it as writer=paloverde-archive"
        )
    return Role(role), name
