"""The conversation of a site, as the settings want it held."""

from __future__ import annotations

from paloverde.archive.registry import OTHER
from paloverde.errors import BadQuestion
from paloverde.platforms import PLATFORMS
from paloverde.platforms.conversation import Platform
from paloverde.platforms.linkedin import LinkedIn
from paloverde.platforms.x import X
from paloverde.platforms.youtube import YouTube
from paloverde.settings import Settings


def site(settings: Settings, name: str) -> Platform:
    """Raises `BadQuestion` where no site is asked."""
    if name == OTHER:
        raise BadQuestion("Its site is never asked: hand in its files with `paloverde import`.")
    match name:
        case LinkedIn.name:
            return LinkedIn(settings.linkedin_version, settings.linkedin_calls_per_day)
        case X.name:
            return X(settings.x_words)
        case YouTube.name:
            return YouTube(settings.youtube_units_per_day)
    return PLATFORMS[name]
