"""Fixtures for every test: a data folder of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

# The same cases on every machine: a failure is one of the change at hand. `HYPOTHESIS_PROFILE=search` looks for new ones.
hypothesis_settings.register_profile("fixed", derandomize=True, deadline=None)
hypothesis_settings.register_profile("search", deadline=None)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder that Social Pulse uses instead of the project's own."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("PULSE_DATA_DIR", str(folder))
    monkeypatch.setenv("PULSE_SETTLE_SECONDS", "0")
    return folder
