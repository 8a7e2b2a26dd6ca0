"""Single sign-on against somebody else's OpenID Connect server, so that not only our own reading is tried."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread

from desk.desks import text_of
from desk.owndesk import OwnDesk, browser, serving

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def test_it_lets_in_whom_another_implementation_vouches_for(tmp_path: Path) -> None:
    maria = User(
        sub="m-1", claims={"name": "Maria Lopez", "preferred_username": "mlopez", "groups": ["clerks"]}
    )
    nobody = User(sub="n-2", claims={"name": "Noe Body", "preferred_username": "nbody", "groups": ["staff"]})
    with run_server_in_thread(user_claims=(maria, nobody), require_nonce=True) as server:
        issuer = f"http://localhost:{server.server_port}"
        desk = OwnDesk(
            tmp_path,
            PALOVERDE_ALLOW_LOOPBACK_SITES="true",
            PALOVERDE_OIDC_ISSUER=issuer,
            PALOVERDE_OIDC_CLIENT_ID="the-desk",
            PALOVERDE_OIDC_CLIENT_SECRET="any secret",
            PALOVERDE_OIDC_ROLES="clerks=clerk",
        )
        desk.clock.now = datetime.now(UTC)  # as that server has it
        with serving(desk):
            for subject, expected in (("m-1", 303), ("n-2", 403)):
                with browser(desk.address) as client:
                    left = client.get("/sign-in/city?next=/about").headers["location"]
                    assert left.startswith(issuer)
                    returned = client.post(left, data={"sub": subject})
                    answer = client.get(returned.headers["location"])
                    assert answer.status_code == expected, text_of(answer)
                    if expected == 303:
                        assert "signed in as Maria Lopez (clerk)" in text_of(client.get("/about"))
