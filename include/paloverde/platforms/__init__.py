"""The sites that Paloverde archives, by name."""

from __future__ import annotations

from paloverde.platforms.conversation import Platform
from paloverde.platforms.facebook import FACEBOOK
from paloverde.platforms.instagram import INSTAGRAM
from paloverde.platforms.linkedin import LinkedIn
from paloverde.platforms.nextdoor import NEXTDOOR
from paloverde.platforms.x import X
from paloverde.platforms.youtube import YouTube

PLATFORMS: dict[str, Platform] = {
    "facebook": FACEBOOK,
    "instagram": INSTAGRAM,
    "linkedin": LinkedIn(),
    "nextdoor": NEXTDOOR,
    "x": X(),
    "youtube": YouTube(),
}
