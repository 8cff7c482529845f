"""Every delivery three times, in another order, one of them a month late: the same marts as in the plain order, and all history."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from tests.faults.contents import lake_contents, published
from tests.faults.deliveries import CAPTURES, POST_COUNT, describe_platform, land, write_month
from tests.faults.processes import Processes
from tests.faults.stage import done
from tests.integration.conftest import rows

LATE = "作品3.xlsx"  # captured on the fourth day, delivered after the exports of the thirty-first


def test_repeated_shuffled_and_late_deliveries_give_the_same_marts(tmp_path: Path) -> None:
    files = write_month(tmp_path / "month")
    plain, disturbed = tmp_path / "plain", tmp_path / "disturbed"
    describe_platform(plain)
    describe_platform(disturbed)
    with Processes(tmp_path / "scratch", whole_runs=True) as processes:
        land(files, plain)
        done(processes.run(plain, "run"))
        shutil.copy2(plain / "pseudonym.key", disturbed / "pseudonym.key")
        shutil.copytree(plain / "dbt", disturbed / "dbt")  # parsed once is enough

        deliveries = [(path, f"第{time}次") for path in files if path.name != LATE for time in range(3)]
        random.Random(3).shuffle(deliveries)
        for path, subfolder in deliveries:
            land([path], disturbed, subfolder)
        done(processes.run(disturbed, "run"))
        assert published(disturbed) != published(plain), "the late delivery must matter"
        for time in range(3):
            land([path for path in files if path.name == LATE], disturbed, f"迟到{time}")
        done(processes.run(disturbed, "run"))

    first, second = published(plain), published(disturbed)
    assert sorted(table for table in first if first[table] != second[table]) == []
    assert first.keys() == second.keys()
    _assert_same_lake(plain, disturbed)
    _assert_history(disturbed)


def _assert_same_lake(plain: Path, disturbed: Path) -> None:
    """The same loads, each row once."""
    assert lake_contents(plain) == lake_contents(disturbed)


def _assert_history(data: Path) -> None:
    """Every capture is kept, and of a restated day every statement."""
    captures = rows(data, "select count(distinct captured_at) from core.fct_post_snapshots")
    assert captures == [(len(CAPTURES),)]
    assert rows(data, "select count(*) from core.dim_posts") == [(POST_COUNT,)]
    several = "select business_date from raw.account_days group by 1 having count(distinct view_count) > 1"
    restated = rows(data, f"select count(*) from ({several})")
    assert restated[0][0] > 0
    assert rows(data, "select count(*) from core.fct_post_days where is_correction")[0][0] > 0
