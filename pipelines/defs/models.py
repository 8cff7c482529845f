"""Schemas staging, intermediate, core and marts: the dbt project, in two calls with the analyses in between."""

from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from pipelines import transform
from pipelines.defs.workspace import Workspace
from pipelines.manifest import dbt_manifest
from pipelines.progress import announce


class Translator(DagsterDbtTranslator):
    """One rule names everything: the asset key is <schema>/<table>."""

    def get_asset_key(self, dbt_resource_props: Any) -> dg.AssetKey:
        schema = dbt_resource_props.get("source_name") or dbt_resource_props["schema"]
        return dg.AssetKey([schema, dbt_resource_props.get("alias") or dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Any) -> str:
        return dbt_resource_props["schema"]


MANIFEST: Path = dbt_manifest()
TRANSLATOR = Translator(
    DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=True, enable_duplicate_source_asset_keys=True)
)


def _events(context: dg.AssetExecutionContext, nodes: list[transform.Node]) -> Iterator[Any]:
    """dbt's outcomes as materialisations and check results, inputs first; the first failure is raised after all have been told.

    Tables left out of this call stand in the build as the last release has them: Dagster is told so, or it would skip all that reads them.
    """
    failed = any(not node.ok for node in nodes)
    tables = {dg.AssetKey([node.schema, node.name]): node for node in nodes if node.kind in ("model", "seed")}
    for key in TopologicalSorter(context.assets_def.asset_deps).static_order():
        if key in tables and tables[key].ok:
            yield dg.MaterializeResult(asset_key=key, metadata={"seconds": tables[key].seconds})
        elif key in context.selected_asset_keys and key not in tables and not failed:
            yield dg.MaterializeResult(asset_key=key, metadata={"kept": True})
    tests = {node.test_name: node for node in nodes if node.kind == "test"}
    for check in context.selected_asset_check_keys:
        if check.name in tests:
            test = tests[check.name]
            told = {"failures": test.failures or 0, "message": test.message}
            yield dg.AssetCheckResult(asset_key=check.asset_key, check_name=check.name, passed=test.ok, metadata=told)
        elif check.asset_key not in tables and not failed:
            yield dg.AssetCheckResult(asset_key=check.asset_key, check_name=check.name, passed=True, metadata={"kept": True})
    transform.require_success(nodes)


@dbt_assets(manifest=MANIFEST, exclude=transform.AFTER_ANALYSES, dagster_dbt_translator=TRANSLATOR, name="models")
def models(context: dg.AssetExecutionContext, workspace: Workspace):
    """Everything in dbt that needs no analysis: staging, core, intermediate and most marts."""
    announce("building core and marts")
    left_out = [transform.AFTER_ANALYSES, *(transform.REGISTERS if workspace.are_registers_current else [])]
    yield from _events(context, transform.build_models(workspace.build, ["--exclude", *left_out]))


@dbt_assets(manifest=MANIFEST, select=transform.AFTER_ANALYSES, dagster_dbt_translator=TRANSLATOR, name="models_after_analyses")
def models_after_analyses(context: dg.AssetExecutionContext, workspace: Workspace):
    """The marts over schema `analyses`."""
    announce("building the marts over the analyses")
    yield from _events(context, transform.build_models(workspace.build, ["--select", transform.AFTER_ANALYSES]))


@dg.definitions
def definitions() -> dg.Definitions:
    return dg.Definitions(assets=[models, models_after_analyses])
