"""Every test of ingestion works on its own data folder: keys, lake and landing are never the developer's."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_data_folder(data_dir: Path) -> None:
    """Makes `data_dir` apply to every test here."""
