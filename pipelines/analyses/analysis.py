"""What an analysis is: a pure function, the queries it reads and the tables it writes. Found by folder, never registered.

Each folder beside this file holds one question's analyses; its ``tables.py`` lists them as `ANALYSES`. The pipeline, the empty tables of a
new build and the tests all read that list.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

Schema = dict[str, Any]  # column to polars type
Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Analysis:
    """One pure function: keyword arguments are frames named as in `reads`, the result is one frame per table of `writes`.

    `function` is ``module:name``, imported only when it runs. `reads` holds one SELECT per argument, with an ORDER BY wherever the order of
    rows could matter. `remembers` names the tables that the next run reads back, also when its build starts empty.
    """

    name: str
    function: str
    reads: Mapping[str, str]
    writes: Mapping[str, Schema]
    remembers: tuple[str, ...] = field(default=())

    @property
    def tables_read(self) -> list[str]:
        """``schema.table`` of everything the queries name, sorted, the analysis' own tables left out."""
        named = {table for query in self.reads.values() for table in re.findall(r"\b(?:from|join)\s+(\w+\.\w+)", query)}
        return sorted(named - {f"analyses.{table}" for table in self.writes})

    def run(self, frames: Mapping[str, pl.DataFrame]) -> Tables:
        """The result, checked: exactly the tables of `writes`, each with its columns in order. TypeError says what differs."""
        module, name = self.function.split(":")
        function: Callable[..., Tables] = getattr(import_module(module), name)
        found = function(**frames)
        if found.keys() != self.writes.keys():
            raise TypeError(f"{self.function} returned {sorted(found)}, not {sorted(self.writes)}")
        for table, schema in self.writes.items():
            if found[table].schema != pl.Schema(schema):
                raise TypeError(f"{self.function}: {table} has {dict(found[table].schema)}, not {schema}")
        return found


def empty(schema: Schema) -> pl.DataFrame:
    """A frame of that shape without rows."""
    return pl.DataFrame(schema=schema)


@lru_cache(maxsize=1)
def analyses() -> tuple[Analysis, ...]:
    """Every analysis of every folder, by folder and then as listed there."""
    found: list[Analysis] = []
    for folder in sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.ispkg):
        found += import_module(f"{__package__}.{folder}.tables").ANALYSES
    return tuple(found)


def analyses_tables() -> dict[str, Schema]:
    """Every table of schema `analyses` and its columns: they exist, maybe empty, before the analyses have run."""
    return {table: schema for analysis in analyses() for table, schema in analysis.writes.items()}
