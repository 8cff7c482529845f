"""A file that no format knows: twelve columns, every kind of open question, a total row and a phone number."""

from __future__ import annotations

from pathlib import Path

import pytest

ROWS = """微博标题,发布日期,微博链接,阅读次数,转发数,评论数,点赞次数,互动率,平均播放时长,完播率(%),净增粉丝,手机号
"春日上新, 限时",01/08/2026 10:05,https://example.com/1/abc,"12,345",12,3,45,0.63,8.5,12.5,-2,13800000000
夏日茶会,02/08/2026 11:00,https://example.com/1/abd,1.2万,--,0,7,0.12,10,33,5,13800000001
秋天的茶,03/08/2026 12:00,https://example.com/1/abe,999,1,2,3,abc,7.25,44.1,0,13800000002
合计,,,14000,13,5,55,,,,3,
"""


@pytest.fixture
def unknown_csv(tmp_path: Path) -> Path:
    path = tmp_path / "微博数据_20260901.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path
