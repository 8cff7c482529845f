"""Every test of the registers works on its own data folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.ingest.load import Catalogue, Hints, take_in
from pipelines.ingest.spec import load_specs
from pipelines.registers.templates import register_specs

TakeIn = Callable[[Path, str], dict]


@pytest.fixture(autouse=True)
def _own_data_folder(data_dir: Path) -> None:
    """Makes `data_dir` apply to every test here."""


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """All formats there are, the registers among them."""
    specs = {s.format_id: s for s in [*load_specs(), *register_specs().values()]}
    return Catalogue(specs=list(specs.values()))


@pytest.fixture
def write_and_take_in(tmp_path: Path, catalogue: Catalogue) -> TakeIn:
    """Function that writes a csv and takes it in; returns the manifest."""

    def take(path: Path, text: str) -> dict:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return take_in(path, Hints(), catalogue)[0]

    return take
