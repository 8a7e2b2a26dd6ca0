"""The sites that Paloverde archives, by name."""

from __future__ import annotations

from paloverde.platforms.conversation import Platform
from paloverde.platforms.facebook import FACEBOOK
from paloverde.platforms.x import X

PLATFORMS: dict[str, Platform] = {
    "facebook": FACEBOOK,
    "x": X(),
}
