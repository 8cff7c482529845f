"""Names carry layer, kind and unit; every table and column is described; formats and platforms are named after their folder."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from pipelines.ingest.spec import entity_names
from tests.conventions.tree import DBT, PLATFORMS_DIR, PROJECT, Model, files_under, models, platform_ids, project_files, shown, told

PREFIX = {"staging": r"stg_\w+", "intermediate": r"int_\w+", "core": r"(?:dim|fct)_\w+|load_ledger", "marts": r"mart_\w+"}
# A name that ends so is of one of these types. Model columns state their data_type where the contract is enforced.
UNITS = {
    "_count": {"bigint", "integer", "hugeint"},
    "_rate": {"double"},
    "_seconds": {"double", "bigint", "integer"},
    "_amount": {"double", r"decimal(18,2)", "decimal(18, 2)", "decimal(18, 4)", "decimal(38,2)"},
    "_at": {"timestamptz", "timestamp with time zone"},
    "_date": {"date"},
    "is_": {"boolean"},
    "has_": {"boolean"},
}
# What the same thing is called elsewhere, and here.
FOREIGN_WORDS = {
    r"(^|_)(num|cnt|nb)(_|$)": "…_count",
    r"_(ratio|pct|percent|percentage)$": "…_rate",
    r"_(secs|sec|duration)$": "…_seconds",
    r"^(likes|comments|shares|views|impressions|followers|saves|reposts|posts)$": "like_count, view_count, …",
    r"_(ts|timestamp|time|datetime)$": "…_at",
    r"_(day|dt)$": "…_date",
    r"^(created|updated)$": "…_at",
    r"_(price|cost|revenue|money)$": "…_amount",
    r"^(flag_|.*_flag$)": "is_… or has_…",
    r"[A-Z]|\s|[^\x00-\x7f]": "lower_snake_case",
}
WORDS_OF_A_ROW = r"One row per "


def _described(model: Model, yaml_types: dict[str, dict[str, str]]) -> dict[str, str]:
    return yaml_types.get(model.name, {})


@pytest.fixture(scope="module")
def types() -> dict[str, dict[str, str]]:
    """data_type of every column that states one, by model."""
    found: dict[str, dict[str, str]] = {}
    for path in files_under("dbt_project/models", ".yml", ".yaml"):
        for entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("models") or []:
            found[entry["name"]] = {c["name"]: str(c.get("data_type", "")).lower() for c in entry.get("columns") or []}
    return found


def test_a_models_name_says_its_layer() -> None:
    wrong = [shown(m.path) for m in models().values() if not re.fullmatch(PREFIX.get(m.layer, ".*"), m.name)]
    assert not wrong, told("Name models stg_… in staging, int_… in intermediate, dim_…s or fct_…s in core, mart_… in marts:", wrong)


def test_things_and_events_are_plural() -> None:
    plural = r".*(?:s|people|daily|sms|children)"
    tables = [m.name for m in models().values() if m.name.startswith(("stg_", "dim_", "fct_"))] + entity_names()
    wrong = [name for name in tables if not re.fullmatch(plural, name)]
    assert not wrong, told("A table of things is called after several of them (dim_posts, fct_orders):", wrong)


def test_every_staging_view_is_named_after_what_it_stages() -> None:
    own = {"loads", "rejects", "platforms", "definition_changes", "accounts", "person_aliases", "post_aliases"}
    wrong = [
        shown(m.path) for m in models().values() if m.layer == "staging" and m.name.removeprefix("stg_") not in {*entity_names(), *own}
    ]
    assert not wrong, told("Name it stg_<entity of pipelines/entities.yaml>:", wrong)


# Ad platforms model part of a conversion: 2.5 of them is a count too.
MODELLED_COUNTS = {"conversion_count"}


def test_every_model_is_described_as_one_row_per() -> None:
    wrong = [shown(m.path) for m in models().values() if not m.description.startswith(WORDS_OF_A_ROW)]
    assert not wrong, told('Give the model a YAML beside it whose description begins "One row per …":', wrong)


def test_every_column_is_described() -> None:
    wrong = [f"{shown(m.path)}: {c}" for m in models().values() for c, text in m.described.items() if not text]
    wrong += [f"{shown(m.path)}: no columns at all" for m in models().values() if not m.described]
    assert not wrong, told("Add `description:` to the column in the model's YAML, or a doc block in models/columns.md:", wrong)


def test_every_doc_block_that_is_used_exists_and_says_something() -> None:
    text = "\n".join(p.read_text(encoding="utf-8") for p in files_under("dbt_project/models", ".md"))
    blocks = dict(re.findall(r"\{%-?\s*docs\s+(\w+)\s*-?%\}(.*?)\{%-?\s*enddocs", text, flags=re.DOTALL))
    used = {n for m in models().values() for d in [m.description, *m.described.values()] for n in re.findall(r"doc\(\s*['\"](\w+)['\"]", d)}
    for path in files_under("dbt_project", ".yml", ".yaml"):
        used |= set(re.findall(r"doc\(\s*['\"](\w+)['\"]", path.read_text(encoding="utf-8")))
    wrong = [f"missing: {n}" for n in sorted(used - set(blocks))] + [f"empty: {n}" for n, t in blocks.items() if not t.strip()]
    wrong += [f"unused: {n}" for n in sorted(set(blocks) - used)]
    assert not wrong, told("Mend the doc blocks in dbt_project/models/*.md:", wrong)


def test_a_columns_name_says_its_unit(types: dict[str, dict[str, str]]) -> None:
    wrong = []
    for model, columns in types.items():
        for column, kind in columns.items():
            for mark, allowed in UNITS.items():
                fits = column.startswith(mark) if mark.endswith("_") else column.endswith(mark)
                if fits and kind and column not in MODELLED_COUNTS and not any(kind.startswith(a) for a in allowed):
                    wrong.append(f"{model}.{column}: {kind}, not {' or '.join(sorted(allowed))}")
    assert not wrong, told(
        "…_count is whole, …_rate a share 0-1, …_seconds seconds, …_amount money, …_at a moment, …_date a day, is_… yes or no:", wrong
    )


def test_numbers_have_a_unit_in_their_name(types: dict[str, dict[str, str]]) -> None:
    """In marts and core a bare number is a riddle."""
    units = r".*_(count|rate|seconds|amount|hours|days|weeks|stars|level|rank|number|index|share|position|offset)(_(by|from|per)_\w+)?"
    units += r"|rows_\w+|header_row|amount|iso_weekday"
    plain = {"value", "actual", "expected", "forecast", "lower", "upper", "trend", "seasonal", "calendar_effect", "baseline", "k", "rank"}
    plain |= {
        "stability",
        "jaccard",
        "distance",
        "lift",
        "log_ratio",
        "q_value",
        "p_value",
        "mase",
        "smape",
        "coverage",
        "origins",
        "step_index",
    }
    plain |= {
        "segment_mean",
        "population_mean",
        "seasonal_naive_mase",
        "year",
        "month",
        "quarter",
        "iso_week",
        "iso_year",
        "day_of_week",
        "quantity",
        "business_hour",
    }
    plain |= {"difference", "contribution", "observed", "projected", "threshold", "tail", "decile", "local_hour", "title_length"}
    plain |= {
        "forecast_number",
        "number",
        "total_forecast",
        "alerts_per_week",
        "false_alerts_per_week",
        "actual_over_predicted",
        "follower_count_at_publish",
        "effect_shrunk",
        "counterfactual",
    }
    # Terms of statistics: an estimate's scale stands in its row (`scale`, `outcome_unit`); an interval's ends have their estimate's unit.
    statistics = r"(.*_)?(effect|error|p_value|q_value|low|high|lower|upper|z|gain|score|lift|likelihood|correlation|auc|tgi|elasticity)"
    statistics += r"|parameter_\w+"
    wrong = [
        f"{name}.{column}: {kind}"
        for name, columns in types.items()
        if models()[name].layer in ("core", "marts")
        for column, kind in columns.items()
        if kind.split("(")[0] in ("bigint", "integer", "double", "decimal", "hugeint")
        and column not in plain
        and not re.fullmatch(f"{units}|{statistics}", column)
    ]
    assert not wrong, told("End the name with what is counted: _count, _rate, _seconds, _amount, _days, …:", wrong)


@pytest.mark.parametrize("word", FOREIGN_WORDS)
def test_one_thing_has_one_name(word: str, types: dict[str, dict[str, str]]) -> None:
    allowed = {"is_working_day", "span_days", "log_ratio"}
    wrong = [f"{m}.{c}" for m, columns in types.items() for c in columns if re.search(word, c) and c not in allowed]
    entities = yaml.safe_load((PROJECT / "pipelines" / "entities.yaml").read_text(encoding="utf-8"))
    canonical = {
        **entities["common"],
        **entities["metrics"],
        **{c: t for e in entities["entities"].values() for c, t in e["columns"].items()},
    }
    wrong += [f"entities.yaml: {c}" for c in canonical if re.search(word, c)]
    assert not wrong, told(f"Call it {FOREIGN_WORDS[word]}:", wrong)


def test_canonical_columns_have_their_types() -> None:
    entities = yaml.safe_load((PROJECT / "pipelines" / "entities.yaml").read_text(encoding="utf-8"))
    kinds = {
        "_count": "BIGINT",
        "_rate": "DOUBLE",
        "_seconds": "DOUBLE",
        "_amount": "DOUBLE",
        "_at": "TIMESTAMPTZ",
        "_date": "DATE",
        "_key": "VARCHAR",
    }
    groups = [entities["common"], entities["metrics"], *(e["columns"] for e in entities["entities"].values())]
    wrong = [
        f"{column}: {kind}, not {wanted}"
        for group in groups
        for column, kind in group.items()
        for mark, wanted in kinds.items()
        if column.endswith(mark) and kind != wanted and column not in MODELLED_COUNTS
    ]
    wrong += [
        f"{name}: its description begins otherwise"
        for name, e in entities["entities"].items()
        if not e["description"].startswith("One row per")
    ]
    assert not wrong, told("Mend pipelines/entities.yaml:", wrong)


def test_dbt_tests_are_sentences() -> None:
    wrong = [shown(p) for p in (DBT / "tests").glob("*.sql") if not re.fullmatch(r"assert_\w+_\w+", p.stem)]
    assert not wrong, told("Name a dbt test after the truth it holds: assert_<truth>.sql:", wrong)


def test_every_platform_is_a_complete_folder() -> None:
    wrong = []
    for platform in platform_ids():
        folder = PLATFORMS_DIR / platform
        wrong += [f"{shown(folder)}/{name} is missing" for name in ("platform.yaml", "README.md") if not (folder / name).is_file()]
        facts: dict[str, Any] = (
            yaml.safe_load((folder / "platform.yaml").read_text(encoding="utf-8")) if (folder / "platform.yaml").is_file() else {}
        )
        if facts and facts.get("platform") != platform:
            wrong.append(f"{shown(folder / 'platform.yaml')}: platform is '{facts.get('platform')}'")
    assert not wrong, told("A platform is pipelines/platforms/<platform>/ with platform.yaml, README.md and formats/*.yaml:", wrong)


def test_a_format_is_named_after_its_platform_and_file() -> None:
    wrong = []
    for path in PLATFORMS_DIR.glob("*/formats/*.yaml"):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        expected = f"{path.parent.parent.name}.{path.stem}"
        if spec["format_id"] != expected or spec["platform"] != path.parent.parent.name:
            wrong.append(f"{shown(path)}: {spec['format_id']}, not {expected}")
    assert not wrong, told("Set format_id to <platform>.<file name> and platform to the folder:", wrong)


def test_every_format_says_where_its_export_is() -> None:
    """People must find the menu; the platform's README and the file itself say it."""
    wrong = []
    for path in PLATFORMS_DIR.glob("*/formats/*.yaml"):
        spec = yaml.safe_load(path.read_text(encoding="utf-8"))
        readme = (path.parent.parent / "README.md").read_text(encoding="utf-8") if (path.parent.parent / "README.md").is_file() else ""
        if not spec.get("refuse") and not spec.get("menu_path"):
            wrong.append(f"{shown(path)} has no menu_path")
        if spec["format_id"] not in readme:
            wrong.append(f"{shown(path.parent.parent)}/README.md does not mention {spec['format_id']}")
    assert not wrong, told("Write the menu path into the YAML and list the format in the platform's README:", wrong)


def test_tests_are_sentences() -> None:
    wrong = []
    for path in project_files():
        if path.suffix == ".py" and "tests" in path.relative_to(PROJECT).parts[:1]:
            for name in re.findall(r"^(?:    )?def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
                if len(name.split("_")) < 2 or re.fullmatch(r"test_(it|this|foo|case)?_?\d+", name):
                    wrong.append(f"{shown(path)}: {name}")
    assert not wrong, told("Name a test after what it holds, as a sentence:", wrong)
