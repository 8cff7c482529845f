"""The names a person may choose from: platforms, time zones."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

import yaml

from pipelines.ingest.landing import formats_revision
from pipelines.ingest.spec import Platform, platforms
from pipelines.mapping.draft import ENTITIES
from pipelines.mapping.templates import read_template
from pipelines.settings import DBT_DIR

USUAL_TIMEZONES = ("Asia/Shanghai", "UTC", "America/Los_Angeles", "America/New_York", "Europe/London", "Europe/Berlin", "Asia/Tokyo")


def platform_choices() -> dict[str, Platform]:
    """Every platform a file may be from, read again when a format or platform has changed."""
    return _platforms(formats_revision())


@lru_cache(maxsize=2)
def _platforms(revision: str) -> dict[str, Platform]:
    return platforms()


def timezone_choices() -> list[str]:
    """All time zones, the usual ones first."""
    return [*USUAL_TIMEZONES, *sorted(available_timezones() - set(USUAL_TIMEZONES))]


def checked_names(platform: str | None, entity: str | None, template: str | None) -> None:
    """LookupError for a platform, an entity or a template that there is not."""
    if template:
        read_template(template)
    if platform and platform not in platforms():
        raise LookupError(f"There is no platform '{platform}'. Known: {', '.join(sorted(platforms()))}.")
    if entity and entity not in ENTITIES:
        raise LookupError(f"'{entity}' cannot be mapped. One row may be: {', '.join(ENTITIES)}.")


@lru_cache(maxsize=1)
def metric_labels() -> dict[str, tuple[str, str]]:
    """Chinese and English name of every metric in the registry, which is their only home."""
    project = yaml.safe_load((DBT_DIR / "dbt_project.yml").read_text(encoding="utf-8"))
    return {entry["metric"]: (entry["label_zh"], entry["label_en"]) for entry in project["vars"]["metrics"]}
