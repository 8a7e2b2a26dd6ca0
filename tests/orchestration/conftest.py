from __future__ import annotations

from orchestration.city import city_home

__all__ = ["city_home"]
