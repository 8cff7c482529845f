"""Serving on loopback: the Streamlit app, Dagster's web server and its daemon, stopped together."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from pipelines.run import prepare_dagster_home
from pipelines.settings import PROJECT_DIR

HOST = "127.0.0.1"


def app_command(port: int) -> list[str]:
    """The command that serves the app; run it from the project folder, where `.streamlit/config.toml` is."""
    script = PROJECT_DIR / "dashboards" / "app.py"
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.port",
        str(port),
        "--server.address",
        HOST,
        "--server.headless",
        "true",
    ]


def serve_all(app_port: int, dagster_port: int) -> int:
    """Run the three until one stops or Ctrl+C; the exit code of the one that stopped by itself, else 0."""
    prepare_dagster_home()
    scripts = Path(sys.executable).parent
    commands = [  # Dagster finds the code location in pyproject.toml
        app_command(app_port),
        [str(scripts / "dagster-webserver"), "--host", HOST, "--port", str(dagster_port)],
        [str(scripts / "dagster-daemon"), "run"],
    ]
    print(f"app: http://{HOST}:{app_port}   dagster: http://{HOST}:{dagster_port}   (Ctrl+C stops both)", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    processes = [subprocess.Popen(command, cwd=PROJECT_DIR) for command in commands]
    try:
        while all(p.poll() is None for p in processes):
            time.sleep(0.5)
        return next((p.returncode for p in processes if p.returncode), 0)
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(processes)


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
