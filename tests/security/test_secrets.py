"""No secret stands in a file of the project, or ever stood in one: detect-secrets over the tree and its history.

Its detectors of known forms are used (keys of clouds and sites, private keys, passwords in addresses), not those
that call every long random word a secret: hashes are what an archive is made of.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator

import pytest
from detect_secrets.core.plugins.initialize import from_plugin_classname
from detect_secrets.settings import transient_settings

from test_house import ROOT, project_files

FORMS = (
    "AWSKeyDetector", "ArtifactoryDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector",
    "DiscordBotTokenDetector", "GitHubTokenDetector", "GitLabTokenDetector", "JwtTokenDetector", "MailchimpDetector",
    "NpmDetector", "OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector", "SendGridDetector", "SlackDetector",
    "SoftlayerDetector", "SquareOAuthDetector", "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector",
)  # fmt: skip
# What looks like a secret and is none: its form, what was found, and why it may stand.
INVENTED = {
    ("Basic Auth Credentials", "password"): "the words of a message: user:password@host",
    ("Basic Auth Credentials", "word"): "a test that such an address is refused",
    ("Basic Auth Credentials", "x"): "a test that two cities are not given one database",
    ("Basic Auth Credentials", "y"): "the other spelling of that database",
    ("Basic Auth Credentials", "80"): "an address that hides its host behind a port and an @",
    ("Basic Auth Credentials", "hush-hush"): "a test that a password in an address is never shown",
    (
        "JSON Web Token",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJpdCJ9.",
    ): "a token without a signature, which a test forges",
}


def secrets_in(lines: Iterable[str]) -> set[tuple[str, str]]:
    """The form and the text of each secret in these lines, each line looked at once."""
    with transient_settings({"plugins_used": [{"name": name} for name in FORMS]}):
        forms = [from_plugin_classname(name) for name in FORMS]
        return {
            (form.secret_type, found)
            for line in set(lines)
            if len(line)
            < 20_000  # a longer one is a bundled program; its hash is checked where it is fetched
            for form in forms
            for found in form.analyze_string(line)
            if found[0] not in "{<$"  # a place that is left open for one
        }


def lines_of_the_tree() -> Iterator[str]:
    for path in project_files():
        yield from path.read_text(encoding="utf-8", errors="replace").splitlines()


def lines_ever_added() -> Iterator[str]:
    """Every line that a commit of any branch added to a text file."""
    command = ["git", "log", "--all", "--patch", "--unified=0", "--no-color", "--format="]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    for line in done.stdout.decode(errors="replace").splitlines():
        if line.startswith("+") and not line.startswith("+++"):
            yield line[1:]


@pytest.mark.slow
def test_no_file_of_the_project_holds_a_secret() -> None:
    assert secrets_in(lines_of_the_tree()) - INVENTED.keys() == set()


@pytest.mark.slow
def test_no_commit_ever_held_one() -> None:
    lines = set(lines_ever_added())
    assert len(lines) > 1_000
    assert secrets_in(lines) - INVENTED.keys() == set()


@pytest.mark.parametrize(
    "planted",
    [
        "key = 'AKIA" + "Q3EGV5HJ7LMN2P4R'",
        "-----BEGIN " + "PRIVATE KEY-----",
        "token: ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
        "postgresql://paloverde:" + "correct-horse@db/state",
        "SLACK=xoxb-" + "123456789012-123456789012-abcdefghijklmnopqrstuvwx",
    ],
)
def test_a_planted_secret_would_be_found(planted: str) -> None:
    assert len(secrets_in(["nothing here", planted])) == 1
