"""A made-up release for the app's tests, and the app opened on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.unit.dashboards.made_up_release import build_release

APP = Path(__file__).parents[3] / "dashboards" / "app.py"


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with one published release."""
    folder = tmp_path_factory.mktemp("app_data")
    build_release(folder)
    return folder


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> Callable[..., AppTest]:
    """Open a page of the app: ``open_page("reach", lang="en", period="7d")``; another release with ``data_dir=``."""

    def _open(page: str = "overview", data_dir: Path = data_dir, **query: str | list[str]) -> AppTest:
        monkeypatch.setenv("PULSE_DATA_DIR", str(data_dir))
        app = AppTest.from_file(str(APP), default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        return app if page == "overview" else app.switch_page(f"app_pages/{page}.py").run()

    return _open
