"""Which connectors there are: every ``api.py`` in a platform's folder. Nothing is registered anywhere else."""

from __future__ import annotations

import importlib
from functools import lru_cache

from pipelines.connectors.model import Connector
from pipelines.ingest.spec import PLATFORMS_DIR


@lru_cache(maxsize=1)
def connectors() -> dict[str, Connector]:
    """Every connector by its name. An api.py names its own in ``CONNECTORS``."""
    found: dict[str, Connector] = {}
    for path in sorted(PLATFORMS_DIR.glob("*/api.py")):
        module = importlib.import_module(f"pipelines.platforms.{path.parent.name}.api")
        for connector in module.CONNECTORS:
            if connector.name in found:
                raise ValueError(f"{path}: there are two connectors called '{connector.name}'.")
            found[connector.name] = connector
    return found


def connector(name: str) -> Connector:
    """The connector of that name; LookupError lists those there are."""
    known = connectors()
    if name not in known:
        raise LookupError(f"There is no connector '{name}'. Known: {', '.join(known)}.")
    return known[name]
