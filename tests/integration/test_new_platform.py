"""A platform is a folder of YAML: adding one makes its export load and appear in marts and filters, without code."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.integration.conftest import rows, run_pulse

PLATFORM = """
platform: hilltop
name_zh: 山顶
name_en: Hilltop
timezone: Asia/Tokyo
currency: JPY
engagement_members: [like_count, comment_count]
"""
FORMAT = """
format_id: hilltop.moments
platform: hilltop
label_zh: 山顶动态
label_en: Hilltop moments
entity: post_snapshots
header: {required: [Moment, Posted, Watchers]}
columns:
  - {to: title, from: Moment}
  - {to: published_at, from: Posted, type: datetime, required: true}
  - {to: view_count, from: Watchers, type: count}
  - {to: like_count, from: Hearts, type: count}
  - {to: comment_count, from: Words, type: count}
constants: {content_type: moment}
natural_key: [title, published_at]
"""
EXPORT = "Moment,Posted,Watchers,Hearts,Words,Mood\nSunrise,2026-11-01 05:30:00,1.2K,40,-,calm\nNoon,2026-11-02 12:00:00,300,9,2,busy\n"


def test_a_folder_of_yaml_is_a_platform(tmp_path: Path) -> None:
    data = tmp_path / "data"
    folder = data / "formats" / "hilltop"
    (folder / "formats").mkdir(parents=True)
    (folder / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    (folder / "formats" / "moments.yaml").write_text(FORMAT, encoding="utf-8")
    export = tmp_path / "moments.csv"
    export.write_text(EXPORT, encoding="utf-8")
    run_pulse(data, "ingest", str(export), "--account", "peak", "--captured-at", "2026-11-03T09:00:00+09:00")
    run_pulse(data, "run")
    assert rows(data, "select platform, name_zh, currency from core.dim_platforms where platform = 'hilltop'") == [
        ("hilltop", "山顶", "JPY")
    ]
    assert rows(data, "select unknown_columns, rows_loaded from raw.loads") == [(["Mood"], 2)]
    posts = rows(data, "select title, view_count, engagement_count, content_type from marts.mart_engagement_posts order by published_at")
    assert posts == [("Sunrise", 1200, 40, "moment"), ("Noon", 300, 11, "moment")]
    assert rows(data, "select count(*) > 0 from marts.mart_reach_daily where platform = 'hilltop'") == [(True,)]
    assert rows(data, "select count(*) > 0 from marts.mart_engagement_daily where platform = 'hilltop'") == [(True,)]
    assert rows(data, "select published_date::varchar from core.dim_posts where title = 'Sunrise'") == [("2026-11-01",)]


def test_an_unknown_file_loads_once_somebody_describes_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    export = tmp_path / "moments.csv"
    export.write_text(EXPORT, encoding="utf-8")
    refused = run_pulse(data, "ingest", str(export), check=False)
    assert refused.returncode == 2
    assert "data/formats" in refused.stderr
    shutil.rmtree(data / "formats", ignore_errors=True)
    folder = data / "formats" / "hilltop"
    (folder / "formats").mkdir(parents=True)
    (folder / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    (folder / "formats" / "moments.yaml").write_text(FORMAT, encoding="utf-8")
    taken = run_pulse(data, "ingest", str(export))
    assert "2 loaded" in taken.stdout
