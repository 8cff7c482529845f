"""A real browser on the real app: headless Chromium from the system's package manager, the app on a free loopback port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
# Nothing of the browser's own may reach out: what a test then sees leaving is the app's.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The script has ended and no part of the page is still a placeholder for code that loads.
DRAWN = """
    document.querySelector('[data-testid=stApp]').getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton]')
"""


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome on this machine."""
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


def install_chromium() -> str:
    """Install Chromium and a Chinese font with apt-get; the reason when that is impossible, '' when it worked."""
    apt = shutil.which("apt-get")
    if apt is None:
        return "there is no apt-get on this machine"
    if os.geteuid() != 0:
        return "installing needs root"
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"]):
        done = subprocess.run([apt, *arguments], capture_output=True, text=True, env=environment, timeout=900)
        if done.returncode:
            return f"apt-get {arguments[0]} failed: {done.stderr.strip().splitlines()[-1:]}"
    return ""


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path, installed if need be; the tests are skipped with the reason where that is impossible."""
    path = find_chromium()
    if path is None:
        problem = install_chromium()
        path = find_chromium()
        if path is None:
            pytest.skip(
                f"no Chromium to drive ({problem or 'the package brought none'}); install it and run again: apt-get install chromium"
            )
    return path


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder shown: PULSE_TEST_DATA_DIR where set, else a made-up release."""
    given = os.environ.get("PULSE_TEST_DATA_DIR")
    if given:
        return Path(given).resolve()
    from tests.unit.dashboards.made_up_release import build_release

    folder = tmp_path_factory.mktemp("browser_data")
    build_release(folder)
    return folder


@pytest.fixture(scope="session")
def app_url(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app, served as `pulse` serves it; at the end its log must hold no traceback."""
    with served(data_dir, tmp_path_factory.mktemp("app_log") / "app.log") as url:
        yield url


@contextmanager
def served(data_dir: Path, log: Path) -> Iterator[str]:
    """The address of the app on a data folder, for as long as it is needed; its log must then hold no traceback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboards/app.py", f"--server.port={port}"]
    environment = os.environ | {"PULSE_DATA_DIR": str(data_dir)}
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert "Traceback" not in log.read_text(), log.read_text()[-5000:]


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the app stopped: {log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise TimeoutError(f"the app did not answer within a minute: {log.read_text()[-2000:]}")


class Visit:
    """One reader's browser: opens pages, waits until they are drawn, and remembers what went wrong or left the machine."""

    def __init__(self, browser, app_url: str, theme: str = "light") -> None:
        self.url = app_url
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=theme)
        self.page = self.context.new_page()
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._note_request)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note_request(self, request) -> None:
        if not request.url.startswith((self.url, self.url.replace("http:", "ws:"), "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, path: str = "") -> None:
        """Go to a path of the app and wait until its page is drawn."""
        self.page.goto(f"{self.url}/{path}")
        self.settle()

    def settle(self) -> None:
        """Wait until the app has stopped running and everything is on the page."""
        self.page.wait_for_selector("h1", timeout=60_000)
        self.page.wait_for_timeout(400)
        self.page.wait_for_function(DRAWN, timeout=60_000)
        self.page.wait_for_timeout(300)

    def text(self) -> str:
        """Everything that can be read on the page."""
        return self.page.inner_text("body")


@pytest.fixture(scope="session")
def browser(chromium: str):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def visit(browser, app_url: str) -> Iterator[Visit]:
    """A reader with a fresh browser session; afterwards nothing may have failed or left for another host."""
    reader = Visit(browser, app_url)
    yield reader
    reader.context.close()
    assert reader.foreign == []
    assert reader.errors == []
