"""One city's installation, opened from its settings: what the command line and the DAGs work with."""

from __future__ import annotations

from paloverde.installation.city import Installation
from paloverde.installation.nights import LastNight
from paloverde.installation.opening import Purpose, open_installation

__all__ = ["Installation", "LastNight", "Purpose", "open_installation"]
