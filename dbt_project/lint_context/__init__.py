"""Stand-ins for what dbt gives a model, so that sqlfluff can render one without dbt. dbt itself never reads this folder."""

from pathlib import Path
from typing import Any

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context

_VARS = yaml.safe_load((Path(__file__).parent.parent / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]


def var(name: str, default: Any = None) -> Any:
    """A variable of dbt_project.yml; of a list its first two entries, for a loop's style shows in two rounds."""
    value = _VARS.get(name, default)
    return value[:2] if isinstance(value, list) else value


def metric(name: str) -> str:
    """The place of a metric's formula over a group of rows."""
    return f"sum({name})"


def metric_of_row(name: str) -> str:
    """The place of a metric's formula within a row."""
    return f"abs({name})"


class adapter:
    """dbt's adapter, as far as the macros use it."""

    @staticmethod
    @pass_context
    def dispatch(context: Context, name: str) -> Any:
        """The DuckDB version of a macro, else its default."""
        return context.resolve(f"duckdb__{name}") or context.resolve(f"default__{name}")


class dbt:
    """dbt's own macros, as far as the models use them."""

    @staticmethod
    def string_literal(value: str) -> str:
        """A quoted SQL string."""
        return f"'{value}'"

    @staticmethod
    def escape_single_quotes(value: str) -> str:
        """A string that is safe between single quotes."""
        return str(value).replace("'", "''")
