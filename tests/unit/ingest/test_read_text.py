"""Delimited text as programs, spreadsheets and crawlers write it: encodings, preambles, quotes, ragged rows. No row is lost."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest

from pipelines.ingest.errors import FileProblem
from tests.unit.ingest.made_up import HEADER, ROW, csv_text, posts_spec, read, reasons, table, write, write_csv

TWO_ROWS = [HEADER, ROW, ["夏日 ☀ 上新", "2026-03-02 10:00:00", "5", "1", "0.5", "3"]]


def _problem(path: Path, **hints: str) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        read(path, **hints)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = csv_text([HEADER, ["三体𠮷", "2026-03-02", "5", "1", "0.5", "3"]])  # 𠮷 takes four bytes in GB18030
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    loaded = read(write(tmp_path, mark + text, encoding=encoding))
    assert table(loaded)["title"].to_list() == ["三体𠮷"]
    assert loaded.manifest["encoding"] == (encoding if encoding in ("utf-8", "utf-8-sig", "gb18030") else "utf-16")


def test_a_declared_encoding_is_tried_where_the_usual_ones_fail(tmp_path: Path) -> None:
    content = "title,published,views\nCafé,2026-03-01,5\nÜber Ähren,2026-03-02,7\n"
    spec = posts_spec(
        header={"required": ["title", "published", "views"]},
        columns=[
            {"to": "title", "from": "title"},
            {"to": "published_at", "from": "published", "type": "datetime"},
            {"to": "view_count", "from": "views", "type": "count"},
        ],
        encodings=["latin-1"],
    )
    loaded = read(write(tmp_path, content, encoding="latin-1"), spec)
    assert table(loaded)["title"].to_list() == ["Café", "Über Ähren"]
    assert loaded.manifest["encoding"] == "latin-1"


def test_a_declared_encoding_beats_chinese_that_happens_to_decode(tmp_path: Path) -> None:
    """`Ã¶a` is a Chinese character to GB18030: a format that declares Latin-1 is not read as Chinese."""
    content = "title,published,views\nschöne Grüße,2026-03-01,5\n"
    content.encode("latin-1").decode("gb18030")
    spec = posts_spec(
        header={"required": ["title", "published", "views"]},
        columns=[{"to": "title", "from": "title"}, {"to": "published_at", "from": "published", "type": "datetime"}],
        encodings=["latin-1"],
    )
    loaded = read(write(tmp_path, content, encoding="latin-1"), spec)
    assert table(loaded)["title"].to_list() == ["schöne Grüße"]


def test_latin_1_is_never_guessed(tmp_path: Path) -> None:
    content = "标题,发布时间,播放量\n".encode() + "Café,2026-03-01,5\n".encode("latin-1")
    assert _problem(write(tmp_path, content)).code == "unknown_encoding"


def test_a_single_broken_byte_does_not_turn_a_file_into_chinese_of_another_encoding(tmp_path: Path) -> None:
    """Read as GB18030 such a file would load with nonsense for titles: 鏄ユ棩 for 春日."""
    rows = ["title,published,views", *[f"春日上新第{i}款,2026-03-01,5" for i in range(30)]]
    content = "\n".join(rows).encode().replace("第7款".encode(), "第7款".encode() + b"\xe6\x98")
    spec = posts_spec(
        header={"required": ["title", "published", "views"]},
        columns=[{"to": "title", "from": "title"}, {"to": "published_at", "from": "published", "type": "datetime"}],
    )
    loaded = read(write(tmp_path, content), spec)
    assert table(loaded)["title"].to_list()[6:9] == ["春日上新第6款", "春日上新第7款\ufffd", "春日上新第8款"]
    assert any("damaged_text" in warning for warning in loaded.manifest["warnings"])


@pytest.mark.parametrize("mark", ["锟斤拷", "ï»¿", "\ufffd"])
def test_text_damaged_earlier_is_refused(tmp_path: Path, mark: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        path = write(tmp_path, csv_text([HEADER, [f"标题{mark}", *ROW[1:]]]), encoding="utf-8" if mark == "ï»¿" else encoding)
        assert _problem(path).code == "mojibake"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_line_ends_and_delimiters(tmp_path: Path, newline: str, delimiter: str) -> None:
    loaded = read(write_csv(tmp_path, TWO_ROWS, newline=newline, delimiter=delimiter))
    assert table(loaded)["view_count"].to_list() == [1234, 5]
    assert table(loaded)["row_number"].to_list() == [2, 3]


def test_a_lone_line_feed_in_a_file_of_crlf_ends_a_row(tmp_path: Path) -> None:
    text = csv_text(TWO_ROWS).replace("\r\n", "\n", 2)
    assert table(read(write(tmp_path, text)))["view_count"].to_list() == [1234, 5]


def test_the_last_row_needs_no_line_end(tmp_path: Path) -> None:
    assert read(write(tmp_path, csv_text(TWO_ROWS).removesuffix("\r\n"))).manifest["rows_loaded"] == 2


def test_a_sep_line_names_the_delimiter(tmp_path: Path) -> None:
    loaded = read(write(tmp_path, "sep=;\r\n" + csv_text(TWO_ROWS, delimiter=";")))
    assert table(loaded)["row_number"].to_list() == [3, 4]


def test_commas_in_titles_of_a_tab_file_do_not_make_columns(tmp_path: Path) -> None:
    rows = [HEADER, *[[f"a, b, c, d, e, f, g, {i}", f"2026-03-{i + 1:02d}", f"1,{i:03d}", "1", "0.5", "3"] for i in range(9)]]
    text = "\n".join("\t".join(row) for row in rows)
    assert table(read(write(tmp_path, text)))["view_count"].to_list() == [1000 + i for i in range(9)]


def test_thousands_in_a_tab_file_do_not_make_columns(tmp_path: Path) -> None:
    spec = posts_spec(header={"required": ["发布时间", "播放量"]}, natural_key=["published_at"])
    text = "发布时间\t播放量\n" + "".join(f"2026-03-{i:02d}\t1,{i:03d}\n" for i in range(1, 9))
    assert table(read(write(tmp_path, text), spec))["view_count"].to_list() == [1000 + i for i in range(1, 9)]


@pytest.mark.parametrize(
    "preamble",
    [
        "作品数据导出\n\n",
        "报表：作品\n账号,示例\n,,,,,\n",
        "# 日期 2026\n#\n",
        "说明,,,,,\n",
        '"最多导出1000条\n按时间倒序",,,,,\n',
        "\n",
        "\r\n\r\n",
    ],
)
def test_lines_above_the_header_belong_to_the_writer(tmp_path: Path, preamble: str) -> None:
    loaded = read(write(tmp_path, preamble + csv_text(TWO_ROWS, newline="\n")))
    assert loaded.manifest["rows_in"] == loaded.manifest["rows_loaded"] == 2


def test_rows_that_explain_the_header_are_no_data(tmp_path: Path) -> None:
    spec = posts_spec(header={"required": ["标题", "发布时间", "播放量"], "extra_rows": 1})
    explained = [HEADER, ["作品的标题", "yyyy-mm-dd", "次", "次", "比例", "秒"], *TWO_ROWS[1:]]
    assert read(write_csv(tmp_path, explained), spec).manifest["rows_in"] == 2
    shorter = [HEADER, ["以下数据截至昨日"], *TWO_ROWS[1:]]
    assert read(write_csv(tmp_path, shorter, name="shorter.csv"), spec).manifest["rows_in"] == 2


def test_titles_may_hold_line_ends_quotes_and_delimiters(tmp_path: Path) -> None:
    title = '第一行\n第二行, "引号"\r\n\r\n第四行'
    rows = [HEADER, [title, *ROW[1:]], ROW]
    loaded = read(write_csv(tmp_path, rows))
    assert table(loaded)["title"].to_list() == [title, ROW[0]]
    assert table(loaded)["row_number"].to_list() == [2, 3]


def test_rows_of_the_wrong_length_are_rejected_one_by_one(tmp_path: Path) -> None:
    rows = [HEADER, ROW, ROW[:4], ["二", *ROW[1:]], [*ROW, "一格多"], ["三", *ROW[1:], "", ""], ["无"]]
    loaded = read(write_csv(tmp_path, rows))
    assert table(loaded)["title"].to_list() == ["春日上新", "二", "三"]
    assert reasons(loaded) == {3: "wrong_length", 5: "wrong_length", 7: "wrong_length"}
    raw = loaded.rejects.filter(loaded.rejects["row_number"] == 5)["raw_row"].item()
    assert "一格多" in raw


def test_blank_rows_of_every_kind_are_counted(tmp_path: Path) -> None:
    lines = csv_text(TWO_ROWS, newline="\n").splitlines()
    text = "\n".join([lines[0], "", lines[1], "   ", ",,,,,", lines[2], "", ""]) + "\n"
    loaded = read(write(tmp_path, text))
    assert set(reasons(loaded).values()) == {"blank_row"}
    assert loaded.manifest["rows_rejected"] == 5
    assert table(loaded)["row_number"].to_list() == [3, 6]


def test_repeated_headers_are_rejected_wherever_they_are(tmp_path: Path) -> None:
    rows = [HEADER, ROW, HEADER, ["二", *ROW[1:]], *[[f"行{i}", *ROW[1:]] for i in range(20)], HEADER]
    loaded = read(write_csv(tmp_path, rows))
    assert reasons(loaded) == {3: "repeated_header", 25: "repeated_header"}
    assert loaded.manifest["rows_loaded"] == 22


def test_a_quote_that_never_closes_costs_no_row(tmp_path: Path) -> None:
    lines = [",".join(HEADER), ",".join(ROW), '"没有关上,2026-03-02,7,1,0.5,3', *[f"行{i},2026-03-03,9,1,0.5,3" for i in range(5)]]
    for end in ("", "\n"):
        loaded = read(write(tmp_path, "\n".join(lines) + end))
        assert table(loaded)["title"].to_list() == ["春日上新", '"没有关上', *[f"行{i}" for i in range(5)]]


def test_a_title_over_several_lines_may_end_a_file_with_a_stray_quote(tmp_path: Path) -> None:
    lines = [",".join(HEADER), '5" 屏幕,2026-03-02,7,1,0.5,3', '"两行\n标题",2026-03-03,9,1,0.5,3']
    loaded = read(write(tmp_path, "\n".join(lines) + "\n"))
    assert table(loaded)["title"].to_list() == ['5" 屏幕', "两行\n标题"]


def test_two_stray_quotes_do_not_swallow_the_rows_between_them(tmp_path: Path) -> None:
    """Each line in between is a row of the file's own width: that is no title."""
    inner = [f"行{i},2026-03-03,9,1,0.5,3" for i in range(30)]
    lines = [",".join(HEADER), '"甲,2026-03-02,7,1,0.5,3', *inner, '乙",2026-03-04,8,1,0.5,3']
    loaded = read(write(tmp_path, "\n".join(lines) + "\n"))
    assert loaded.manifest["rows_in"] == 32
    assert loaded.manifest["rows_loaded"] == 32


def test_two_texts_of_several_lines_in_a_row_are_one_row(tmp_path: Path) -> None:
    rows = [[*HEADER, "正文"], *[[f"标题\n第{i}", *ROW[1:], "正文\n第二行"] for i in range(3)]]
    loaded = read(write(tmp_path, csv_text(rows, quoting=csv.QUOTE_ALL)))
    assert table(loaded)["title"].to_list() == ["标题\n第0", "标题\n第1", "标题\n第2"]


def test_many_stray_quotes_in_a_long_file_take_no_time(tmp_path: Path) -> None:
    lines = [",".join(HEADER)]
    for i in range(4000):
        lines += [f'"offen{i},2026-03-01,7,1,0.5,3', *[f"{i}-{k},2026-03-01,7,1,0.5,3" for k in range(4)]]
    started = time.process_time()
    loaded = read(write(tmp_path, "\n".join(lines) + "\n"))
    assert loaded.manifest["rows_loaded"] == 20_000
    assert time.process_time() - started < 10


def test_a_single_column_can_be_a_table(tmp_path: Path) -> None:
    spec = posts_spec(header={"required": ["发布时间"]}, natural_key=["published_at"])
    loaded = read(write(tmp_path, "发布时间\n2026-03-01\n\n2026-03-02\n"), spec)
    assert loaded.manifest["rows_loaded"] == 2
    assert reasons(loaded) == {3: "blank_row"}


def test_very_wide_and_very_long_lines(tmp_path: Path) -> None:
    header = [*HEADER, *[f"列{i}" for i in range(1000)]]
    loaded = read(write_csv(tmp_path, [header, [*ROW, *["x"] * 1000]]))
    assert loaded.manifest["rows_loaded"] == 1
    assert len(loaded.manifest["unknown_columns"]) == 1000
    lines = read(write_csv(tmp_path, [header, ["zwei\nZeilen", *ROW[1:], *["x"] * 1000]], name="lines.csv"))
    assert table(lines)["title"].to_list() == ["zwei\nZeilen"]
    huge = "长" * 6_000_000  # 18 MB in one cell
    assert table(read(write_csv(tmp_path, [HEADER, [huge, *ROW[1:]], ROW], name="huge.csv")))["title"].str.len_chars().to_list() == [
        6_000_000,
        4,
    ]


def test_columns_without_a_name_or_with_the_same_name_are_kept(tmp_path: Path) -> None:
    header = [*HEADER, "", "备注", "备注", "备注__2", ""]
    loaded = read(write_csv(tmp_path, [header, [*ROW, "a", "b", "c", "d", ""]]))
    assert (
        loaded.manifest["unknown_columns"] == ["column 7", "备注", "备注__2", "备注__2__2"] or len(loaded.manifest["unknown_columns"]) == 4
    )
    assert [v in table(loaded)["extra"][0] for v in "abcd"] == [True] * 4


@pytest.mark.parametrize("name", ["row_number", "reason_code", "which", "load_id", "title"])
def test_headers_may_have_names_the_engine_uses_itself(tmp_path: Path, name: str) -> None:
    rows = [[*HEADER, name], [*ROW, "eigen"], ["二", "x", *ROW[2:], "fremd"]]
    loaded = read(write_csv(tmp_path, rows))
    assert "eigen" in table(loaded)["extra"][0]
    assert "fremd" in loaded.rejects["raw_row"][0]
    assert reasons(loaded) == {3: "bad_value"}


@pytest.mark.parametrize("name", ["export[1].csv", "a*.csv", "what?.csv", "it's.csv", "x.csv.gz", "数据 (1).csv", "{a,b}.csv"])
def test_odd_file_names_are_only_names(tmp_path: Path, name: str) -> None:
    write_csv(tmp_path, [HEADER, *[[f"别的{i}", *ROW[1:]] for i in range(3)]], name="ab.csv")
    assert table(read(write_csv(tmp_path, TWO_ROWS, name=name)))["title"].to_list() == ["春日上新", "夏日 ☀ 上新"]


def test_a_file_name_that_is_no_text_is_readable(tmp_path: Path) -> None:
    """A zip made on a Chinese Windows unpacks to names in GBK."""
    plain = write_csv(tmp_path, TWO_ROWS)
    odd = plain.rename(tmp_path / "作品列表.csv".encode("gbk").decode("utf-8", "surrogateescape"))
    loaded = read(odd)
    assert loaded.manifest["rows_loaded"] == 2
    assert loaded.manifest["source_name"] == "作品列表.csv"


def test_bytes_that_no_text_has_are_refused(tmp_path: Path) -> None:
    late_nul = csv_text([HEADER, *[[f"行{i}", *ROW[1:]] for i in range(9000)]]).encode() + "坏\x00了,2026-03-03,9,1,0.5,3\n".encode()
    loaded = read(write(tmp_path, late_nul))
    assert loaded.manifest["rows_in"] == 9001
    assert _problem(write(tmp_path, "标题,发布时间,播放量\n坏\x00了,2026-03-03,9\n")).code == "not_a_table"
    assert _problem(write(tmp_path, b"\x1f\x8b\x08\x00" + bytes(range(256)))).code == "not_a_table"


@pytest.mark.parametrize("content", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe", b"\xff\xfe\r\x00\n\x00", b"\x00\x00"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    assert _problem(write(tmp_path, content)).code == "empty_file"


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    assert _problem(write_csv(tmp_path, [HEADER])).code == "no_rows"


def test_a_file_cut_off_in_a_character_or_a_row_is_counted(tmp_path: Path) -> None:
    content = csv_text([HEADER, ROW, ["夏", *ROW[1:]]]).encode()
    cut = content[: content.rindex("夏".encode()) + 2]
    assert reasons(read(write(tmp_path, cut))) == {3: "wrong_length"}
    assert reasons(read(write(tmp_path, content[:-20]))) == {3: "wrong_length"}
