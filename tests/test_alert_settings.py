"""The settings of alerts: half of them, or one that would send a secret in the clear, refuse to start."""

from __future__ import annotations

import pytest

from paloverde.errors import BadSetting
from paloverde.settings import load

WELL = {
    "PALOVERDE_MAIL_SERVER": "mail.palmaria.example:587",
    "PALOVERDE_MAIL_FROM": "paloverde@palmaria.example",
    "PALOVERDE_ALERTS_IT": "it@palmaria.example, night@palmaria.example",
}


def test_they_are_read() -> None:
    settings = load(
        WELL | {"PALOVERDE_METRICS_TOKEN": "t" * 32, "PALOVERDE_LINEAGE": "https://lineage.example"}
    )
    assert settings.mail_server == ("mail.palmaria.example", 587)
    assert settings.alerts_it == ("it@palmaria.example", "night@palmaria.example")
    assert (settings.mail_security, settings.alerts_again_hours) == ("starttls", 24)
    assert "t" * 32 not in repr(settings)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"PALOVERDE_ALERTS_IT": "it@palmaria.example"}, "also needs PALOVERDE_MAIL_SERVER and PALOVERDE_MAIL_FROM"),
        (WELL | {"PALOVERDE_ALERTS_IT": "nobody"}, "a mail address"),
        (WELL | {"PALOVERDE_ALERTS_IT": "it@palmaria.example\nBcc: x@evil.example"}, "a mail address"),
        (WELL | {"PALOVERDE_MAIL_FROM": "a b@palmaria.example"}, "a mail address"),
        (WELL | {"PALOVERDE_MAIL_SERVER": "mail.palmaria.example"}, "a host and its port"),
        (WELL | {"PALOVERDE_MAIL_SERVER": "mail.palmaria.example:0"}, "a host and its port"),
        (WELL | {"PALOVERDE_MAIL_SECURITY": "none"}, "is another machine"),
        (WELL | {"PALOVERDE_MAIL_USER": "x"}, "belong together"),
        ({k: v for k, v in WELL.items() if "IT" not in k} | {"PALOVERDE_ALERTS_CLERK": "c@palmaria.example"},
         "PALOVERDE_ALERTS_IT is not"),
        ({"PALOVERDE_ALERTS_WEBHOOK": "http://chat.example/secret-path"}, "must be https"),
        ({"PALOVERDE_ALERTS_WEBHOOK": "file:///etc/passwd"}, "an address"),
        ({"PALOVERDE_METRICS_TOKEN": "short"}, "32 letters"),
        ({"PALOVERDE_LINEAGE": "http://lineage.example"}, "must be https"),
        ({"PALOVERDE_LINEAGE": "file://relative"}, "an address"),
    ],
)  # fmt: skip
def test_what_would_not_arrive_or_not_be_private_refuses_to_start(given: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting, match=said) as refused:
        load(given)
    assert "secret-path" not in str(refused.value)
