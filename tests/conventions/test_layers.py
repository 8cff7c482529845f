"""A layer reads only the layers before it, and no platform's words appear above staging."""

from __future__ import annotations

import re

import yaml

from tests.conventions.tree import PLATFORMS_DIR, files_under, lines_with, models, platform_ids, seeds, shown, told

# What a layer's models may read: layers of models, and sources.
READS = {
    "staging": ({"staging"}, {"raw"}),
    "core": ({"staging", "core"}, set()),
    "intermediate": ({"staging", "core", "intermediate"}, set()),
    "marts": ({"staging", "core", "intermediate", "marts"}, {"analyses"}),
}
DAGSTER_FILES = ("pipelines/definitions.py", "pipelines/run.py")
SHARED_WORDS = {"web", "shop"}  # platforms that are ordinary words as well


def test_every_model_lies_in_a_layer() -> None:
    lost = [shown(m.path) for m in models().values() if m.layer not in READS]
    assert not lost, told(f"Move the model into one of models/{{{','.join(READS)}}}/:", lost)


def test_a_model_reads_only_the_layers_before_it() -> None:
    wrong = []
    for model in models().values():
        layers, sources = READS[model.layer]
        for name in sorted(model.refs - seeds()):
            target = models().get(name)
            if target is None:
                wrong.append(f"{shown(model.path)} refs {name}, which is no model and no seed")
            elif target.layer not in layers:
                wrong.append(f"{shown(model.path)} ({model.layer}) refs {name} ({target.layer})")
        wrong += [f"{shown(model.path)} ({model.layer}) reads source {name}" for name in sorted(model.sources - sources)]
    mend = "Read only layers before: raw → staging → core → intermediate → analyses → marts:"
    assert not wrong, told(mend, wrong)


def test_models_name_tables_only_through_ref_and_source() -> None:
    pattern = r"(?i)\b(?:from|join)\s+(?:raw|staging|intermediate|core|analyses|marts|quality)\.\w+"
    wrong = [place for model in models().values() for place in lines_with(model.path, pattern)]
    assert not wrong, told("Write {{ ref('…') }} or {{ source('…', '…') }}, so that dbt knows the order:", wrong)


def test_no_platform_is_named_in_the_ingestion_engine() -> None:
    names = "|".join(p for p in platform_ids() if p not in SHARED_WORDS and len(p) > 1)
    pattern = rf"""(?i)['"](?:{names})(?:\.\w+)?['"]|抖音|小红书|公众号|视频号|微博|快手"""
    wrong = [place for path in files_under("pipelines/ingest", ".py") for place in lines_with(path, pattern)]
    assert not wrong, told("What one platform does belongs into its folder under pipelines/platforms/, as YAML:", wrong)


def test_no_platform_is_named_above_staging() -> None:
    names = "|".join(p for p in platform_ids() if p not in SHARED_WORDS)
    wrong = []
    for model in models().values():
        if model.layer != "staging":
            wrong += [f"{shown(model.path)}: '{name}'" for name in sorted(set(re.findall(rf"'({names})'", model.sql)))]
    wrong += [place for path in files_under("dbt_project/macros", ".sql") for place in lines_with(path, rf"'(?:{names})'")]
    assert not wrong, told("Put what differs between platforms into platform.yaml and join stg_platforms or dim_platforms:", wrong)


def test_no_platforms_column_names_appear_in_the_warehouse() -> None:
    headers = set()
    for path in PLATFORMS_DIR.glob("*/formats/*.yaml"):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        for block in spec.get("blocks") or [spec]:
            for column in block.get("columns") or []:
                source = column["from"]
                headers |= {str(s) for s in (source if isinstance(source, list) else [source])}
    chinese = sorted((h for h in headers if re.search(r"[\u4e00-\u9fff]", h)), key=len, reverse=True)
    quoted = re.compile("[\"'](?:" + "|".join(map(re.escape, chinese)) + ")[\"']")
    wrong = [f"{shown(m.path)}: {found.group()}" for m in models().values() if (found := quoted.search(m.sql))]
    assert not wrong, told("Map the column in the platform's format YAML and use the canonical name here:", wrong)


def test_python_analyses_read_no_mart() -> None:
    wrong = [place for path in files_under("pipelines/analyses", ".py") for place in lines_with(path, r"\bmarts\.\w+|['\"]mart_\w+['\"]")]
    assert not wrong, told("Analyses come before the marts: read intermediate.* or core.*:", wrong)


def test_the_app_reads_only_what_is_published_through_its_one_door() -> None:
    pattern = r"duckdb\.connect\(|^\s*from pipelines\.(?:lake|warehouse|ingest)\b|^\s*from pipelines import .*\b(?:lake|warehouse)\b"
    wrong = [place for path in files_under("dashboards", ".py") if path.name != "data.py" for place in lines_with(path, pattern)]
    assert not wrong, told("Ask dashboards/data.py for rows; it is the only door to the release:", wrong)


def test_business_code_does_not_import_dagster() -> None:
    pattern = r"^\s*(?:import|from)\s+dagster"
    wrong = []
    for path in files_under("pipelines", ".py") + files_under("dashboards", ".py"):
        if shown(path) not in DAGSTER_FILES and not shown(path).startswith("pipelines/defs/"):
            wrong += lines_with(path, pattern)
    assert not wrong, told("Move the Dagster part to pipelines/defs/ and call a plain function from there:", wrong)


def test_assets_only_read_call_and_write() -> None:
    """Business logic does not grow within Dagster: its files stay short and hold no SQL beyond a line."""
    wrong = [
        place for path in files_under("pipelines/defs", ".py") for place in lines_with(path, r"(?i)\b(?:group by|partition by|union all)\b")
    ]
    assert not wrong, told("Move the computation to a model or an analysis:", wrong)
