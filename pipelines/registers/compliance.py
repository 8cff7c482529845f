"""Which data may be taken in: a source that nobody has described is refused at the door, with the row to add.

The platforms' own exports are described in their `platform.yaml` (`compliance:`); the register of sources overrules that, for a whole
platform or for one kind of file. Until a team keeps that register, a source nobody has described comes in with a warning: whoever wrote
its format has decided so. From the register's first row on it is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines import lake
from pipelines.ingest.spec import REGISTERS, Platform, platforms
from pipelines.registers.current import current_loads

MAX_SOURCES = 10_000  # far more than a register of sources can have rows


@dataclass(frozen=True)
class Sources:
    """All that is stated, and whether the team keeps a register of it."""

    stated: list[Source]
    has_register: bool

    def warning(self, facts: Mapping[str, Any]) -> str | None:
        """What to say of a file that comes in although nobody has described its source."""
        described = _statement(facts, self.stated) is not None or facts["platform"] == REGISTERS
        return None if described else "source_not_described: add a row for it to the register of sources (pulse registers init)"


@dataclass(frozen=True)
class Source:
    """What is stated about a source: of one kind of file, or of all files of a platform (`format_id` is None)."""

    platform: str | None
    format_id: str | None
    is_allowed: bool
    retention_days: int | None


def refusal(facts: Mapping[str, Any], sources: Sources) -> str | None:
    """Why a file may not be taken in, as a sentence that says what to do; None when it may.

    `facts` has `platform` and `format_id` as a manifest does. Of `sources` the more specific statement counts, of equals the last.
    """
    platform, format_id = facts["platform"], facts["format_id"]
    if platform == REGISTERS or format_id.startswith(f"{REGISTERS}."):
        return None  # the register of sources itself comes in through the same door
    stated = _statement(facts, sources.stated)
    if stated is None and not sources.has_register:
        return None
    if stated is None:
        return (
            f"Nobody has stated how data of '{platform}' ({format_id}) is obtained and what personal data it holds. Add a row for it to "
            f"the register of sources (数据源合规; `pulse registers init` writes sources.xlsx) and take that in first."
        )
    if not stated.is_allowed:
        return (
            f"The register of sources (数据源合规) says that {format_id} of '{platform}' must not be taken in. If that has changed, set "
            f"is_allowed (允许使用) to yes there and take the register in again."
        )
    return None


def retention_days(facts: Mapping[str, Any], sources: Sources) -> int | None:
    """How many days the original of a file is kept, as its source states; None where nothing is stated."""
    stated = _statement(facts, sources.stated)
    return stated.retention_days if stated else None


def _statement(facts: Mapping[str, Any], sources: list[Source]) -> Source | None:
    """What counts for a file: the last statement about its kind, else the last one about its platform."""
    platform, format_id = facts["platform"], facts["format_id"]
    of_format = [s for s in sources if s.format_id == format_id and s.platform in (None, platform)]
    of_platform = [s for s in sources if s.format_id is None and s.platform == platform]
    stated = of_format or of_platform
    return stated[-1] if stated else None


def known_sources(known: Mapping[str, Platform] | None = None) -> Sources:
    """Everything stated about sources: what platforms ship with, then what the register in the lake says now."""
    registered = registered_sources()
    return Sources([*shipped_sources(platforms() if known is None else known), *registered], has_register=bool(registered))


def shipped_sources(known: Mapping[str, Platform]) -> list[Source]:
    """What the platforms' folders say of their own exports."""
    return [Source(p.platform, None, True, p.compliance.retention_days) for p in known.values() if p.compliance is not None]


def registered_sources() -> list[Source]:
    """The current rows of the register of sources, oldest first."""
    loads = current_loads()
    order = pl.DataFrame(
        {"load_id": [m["load_id"] for m in loads], "place": range(len(loads))}, schema={"load_id": pl.String, "place": pl.Int64}
    )
    rows = lake.rows("sources", loads, MAX_SOURCES).join(order, on="load_id").sort("place", "row_number")
    columns = ("platform", "source_format_id", "is_allowed", "retention_days")
    return [Source(p, f, a is not False, d) for p, f, a, d in rows.select(columns).rows()]
