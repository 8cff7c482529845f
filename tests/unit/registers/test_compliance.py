"""Data comes in only from sources that somebody has described."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.spec import load_specs, platforms
from pipelines.registers.compliance import Source, Sources, known_sources, refusal, registered_sources, retention_days, shipped_sources
from tests.unit.registers.conftest import TakeIn

HEADER = "数据源,平台,格式编号,获取方式,条款依据,个人信息类别,保存天数,允许使用\n"


def _facts(platform: str, kind: str = "works") -> dict:
    return {"platform": platform, "format_id": f"{platform}.{kind}"}


def test_everything_that_is_shipped_may_be_taken_in() -> None:
    sources = Sources(shipped_sources(platforms()), has_register=True)
    shipped = {(s.platform, s.format_id) for s in load_specs() if not s.refuse}
    assert {f for p, f in shipped if refusal({"platform": p, "format_id": f}, sources)} == set()


def test_every_platform_says_how_its_data_is_obtained() -> None:
    silent = [p.platform for p in platforms().values() if p.compliance is None or not p.compliance.terms_reference]
    assert silent == []


def test_a_source_nobody_described_is_refused_with_the_row_to_add() -> None:
    sentence = refusal(_facts("hilltop"), Sources(shipped_sources(platforms()), has_register=True))
    assert sentence is not None
    assert "hilltop" in sentence and "hilltop.works" in sentence and "pulse registers init" in sentence and "数据源合规" in sentence


def test_a_register_needs_no_row_about_itself() -> None:
    assert refusal({"platform": "registers", "format_id": "registers.sources"}, Sources([], has_register=True)) is None


def test_one_row_opens_a_platform_or_one_format() -> None:
    whole = Sources([Source("hilltop", None, True, 30)], has_register=True)
    assert refusal(_facts("hilltop"), whole) is None
    one = Sources([Source(None, "hilltop.works", True, 60)], has_register=True)
    assert refusal(_facts("hilltop"), one) is None
    assert refusal(_facts("hilltop", "orders"), one) is not None


def test_the_more_specific_statement_counts_and_of_equals_the_last() -> None:
    rows = [Source("hilltop", None, True, 90), Source("hilltop", "hilltop.works", False, 10), Source("hilltop", None, True, 30)]
    sources = Sources(rows, has_register=True)
    sentence = refusal(_facts("hilltop"), sources)
    assert sentence is not None and "must not be taken in" in sentence
    assert refusal(_facts("hilltop", "orders"), sources) is None
    assert retention_days(_facts("hilltop"), sources) == 10
    assert retention_days(_facts("hilltop", "orders"), sources) == 30
    assert retention_days(_facts("valley"), sources) is None


def test_the_register_in_the_lake_overrules_what_is_shipped(data_dir: Path, write_and_take_in: TakeIn) -> None:
    assert registered_sources() == []
    rows = "抖音,抖音,,后台导出,协议,已假名化,30,否\n山顶,,hilltop.works,人工登记,合同,不含个人信息,60,\n"
    write_and_take_in(data_dir / "sources.csv", HEADER + rows)
    sources = known_sources()
    assert Source("douyin", None, False, 30) in sources.stated and Source(None, "hilltop.works", True, 60) in sources.stated
    assert refusal(_facts("douyin"), sources) is not None
    assert refusal(_facts("hilltop"), sources) is None
    assert retention_days(_facts("bilibili"), sources) == 90
    write_and_take_in(data_dir / "sources.csv", HEADER + "抖音,抖音,,后台导出,协议,已假名化,45,是\n")
    assert registered_sources() == [Source("douyin", None, True, 45)]


def test_an_emptied_register_says_nothing_any_more(data_dir: Path, write_and_take_in: TakeIn) -> None:
    write_and_take_in(data_dir / "sources.csv", HEADER + "山顶,,hilltop.works,人工登记,合同,不含个人信息,60,\n")
    assert len(registered_sources()) == 1
    write_and_take_in(data_dir / "sources.csv", HEADER + "示例 山顶,,hilltop.works,人工登记,合同,不含个人信息,60,\n")
    assert registered_sources() == []


def test_without_a_register_an_undescribed_source_comes_in_with_a_warning(data_dir: Path, write_and_take_in: TakeIn) -> None:
    sources = known_sources()
    assert refusal(_facts("hilltop"), sources) is None
    assert str(sources.warning(_facts("hilltop"))).startswith("source_not_described")
    assert sources.warning(_facts("douyin")) is None
    write_and_take_in(data_dir / "sources.csv", HEADER + "抖音,抖音,,后台导出,协议,已假名化,30,是\n")
    assert refusal(_facts("hilltop"), known_sources()) is not None
