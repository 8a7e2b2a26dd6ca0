"""How Instagram says each kind of trouble that the fault switchboard can cause."""

from __future__ import annotations

from paloverde.simulator.graph import errors
from paloverde.simulator.graph.errors import GraphError
from paloverde.simulator.graph.refusals import Options, refusals
from paloverde.simulator.instagram import wire


def _limit(options: Options) -> GraphError:
    code = int(options.get("code", 80002))
    return GraphError(wire.THROTTLED, code) if code == 80002 else errors.throttled(code)


REFUSALS = refusals("instagram", _limit)
