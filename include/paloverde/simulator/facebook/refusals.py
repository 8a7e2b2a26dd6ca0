"""How Facebook says each kind of trouble that the fault switchboard can cause."""

from __future__ import annotations

from paloverde.simulator.graph import errors
from paloverde.simulator.graph.errors import GraphError
from paloverde.simulator.graph.refusals import Options, refusals


def _limit(options: Options) -> GraphError:
    return errors.throttled(int(options.get("code", 4)), int(options.get("status", 0)))


REFUSALS = refusals("facebook", _limit)
