"""Ten readers query the published release while runs publish new ones: no error, no half run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.integration.conftest import PROJECT, run_pulse

READER = """
import sys, time, duckdb
from pathlib import Path
link, stop = Path(sys.argv[1]), Path(sys.argv[2])
reads, releases = 0, set()
while not stop.exists():
    with duckdb.connect(str(link.resolve()), read_only=True) as c:
        release, loads, marts = c.execute('''select (select release_id from quality.release), (select load_count from quality.release),
            (select count(*) from marts.mart_load_health)''').fetchone()
        assert loads == marts, (release, loads, marts)
    reads += 1
    releases.add(release)
    time.sleep(0.5)
print(reads, len(releases))
"""


def test_ten_readers_see_whole_releases_only(demo_copy: Path, tmp_path: Path) -> None:
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READER, str(demo_copy / "warehouse.duckdb"), str(stop)]
    readers = [subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(10)]
    try:
        run_pulse(demo_copy, "run", "--force")
    finally:
        stop.write_text("stop")
    for reader in readers:
        out, err = reader.communicate(timeout=60)
        assert reader.returncode == 0, err
        reads, releases = map(int, out.split())
        assert reads > 5
        assert releases >= 1
