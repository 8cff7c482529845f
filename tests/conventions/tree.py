"""The project as its conventions see it: files, dbt models and platforms, read from the tree."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2]
DBT = PROJECT / "dbt_project"
PLATFORMS_DIR = PROJECT / "pipelines" / "platforms"


@lru_cache(maxsize=1)
def project_files() -> list[Path]:
    """Every file of the project that git keeps or would keep."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split("\0")
    return sorted(path for name in names if name and (path := PROJECT / name).is_file())


def files_under(folder: str, *suffixes: str) -> list[Path]:
    """Project files below a folder with one of these endings."""
    root = PROJECT / folder
    return [p for p in project_files() if root in p.parents and (not suffixes or p.suffix in suffixes)]


def shown(path: Path, line: int | None = None) -> str:
    """A path as a person clicks it."""
    return f"{path.relative_to(PROJECT)}{f':{line}' if line else ''}"


def lines_with(path: Path, pattern: str) -> list[str]:
    """`file:line` of every line that matches."""
    found = re.compile(pattern)
    return [shown(path, n) for n, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1) if found.search(text)]


@dataclass
class Model:
    """A dbt model: its SQL without comments, what it reads, and what its YAML says."""

    name: str
    layer: str
    path: Path
    sql: str
    refs: set[str]
    sources: set[str]
    columns: list[str]
    description: str
    described: dict[str, str]


@lru_cache(maxsize=1)
def models() -> dict[str, Model]:
    """Every dbt model by name."""
    described = {entry["name"]: entry for entry in _entries("models")}
    found: dict[str, Model] = {}
    for path in files_under("dbt_project/models", ".sql"):
        text = path.read_text(encoding="utf-8")
        sql = re.sub(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", "", text, flags=re.DOTALL)
        entry = described.get(path.stem, {})
        columns = {c["name"]: (c.get("description") or "").strip() for c in entry.get("columns") or []}
        found[path.stem] = Model(
            name=path.stem,
            layer=path.relative_to(DBT / "models").parts[0],
            path=path,
            sql=sql,
            refs=set(re.findall(r"""ref\(\s*['"](\w+)['"]\s*\)""", sql)),
            sources=set(re.findall(r"""source\(\s*['"](\w+)['"]""", sql)),
            columns=list(columns),
            description=(entry.get("description") or "").strip(),
            described=columns,
        )
    return found


def _entries(kind: str) -> list[dict[str, Any]]:
    documents = [yaml.safe_load(p.read_text(encoding="utf-8")) or {} for p in files_under("dbt_project/models", ".yml", ".yaml")]
    return [entry for document in documents for entry in document.get(kind) or []]


@lru_cache(maxsize=1)
def seeds() -> set[str]:
    """Names of the seeds."""
    return {p.stem for p in files_under("dbt_project/seeds", ".csv")}


@lru_cache(maxsize=1)
def platform_ids() -> list[str]:
    """Every platform that has a folder."""
    return sorted(p.name for p in PLATFORMS_DIR.iterdir() if p.is_dir() and not p.name.startswith(("_", ".")))


def told(mend: str, found: list[str]) -> str:
    """A failing convention says where it is broken and how to mend it."""
    return f"{mend}\n" + "\n".join(f"  {place}" for place in found)
