"""Fixtures for every test: a data folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder that Social Pulse uses instead of the project's own."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("PULSE_DATA_DIR", str(folder))
    monkeypatch.setenv("PULSE_SETTLE_SECONDS", "0")
    return folder
