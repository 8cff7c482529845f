"""How things stand: the published release, its age, what waits and what was refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pipelines import lake, publish
from pipelines.ingest.landing import pending_files, quarantined_files
from pipelines.ingest.spec import broken_specs
from pipelines.settings import settings
from pipelines.warehouse import connect, current_release


def status_report() -> dict[str, Any]:
    """Facts a person or a monitor wants at a glance; works before the first release too."""
    release = current_release()
    report: dict[str, Any] = {"data_folder": str(settings().root), "release": release.stem if release else None}
    if release:
        with connect(release, read_only=True) as connection:
            row = connection.execute("select published_at, data_through_at, load_count from quality.release").fetchone()
        if row:
            report |= {
                "published_at": row[0],
                "age_hours": round((datetime.now(UTC) - row[0]).total_seconds() / 3600, 1),
                "data_through": row[1],
                "loads": row[2],
            }
    report |= {
        "kept_releases": len(publish.releases()),
        "loads_in_lake": len(lake.manifests()),
        "files_waiting": len(pending_files()),
        "quarantined": [f"{n['source_name']}: {n['message']}" for n in quarantined_files()],
        "broken_formats": [f"{path}: {reason}" for path, reason in broken_specs().items()],
    }
    return report
