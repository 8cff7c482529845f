"""Which loads say what the registers hold now: of every file the newest one, whatever older ones of its name said."""

from __future__ import annotations

import re
from typing import Any

from pipelines import lake
from pipelines.ingest.spec import REGISTERS


def file_stem(source_name: str) -> str:
    """A file's name without the piece of its hash that it gets when a changed one is put beside an older one."""
    return re.sub(r"\.[0-9a-f]{8}\.", ".", source_name)


def current_loads(loads: list[dict[str, Any]] | None = None) -> list[dict[str, Any]]:
    """The newest load of each register's file, oldest first. `loads` are all manifests of the lake unless given."""
    newest: dict[tuple[str, str, str], dict[str, Any]] = {}
    for manifest in lake.manifests() if loads is None else loads:
        if manifest["platform"] == REGISTERS:
            newest[manifest["format_id"], manifest["account_key"], file_stem(manifest["source_name"])] = manifest
    return sorted(newest.values(), key=lambda m: (m["loaded_at"], m["load_id"]))
