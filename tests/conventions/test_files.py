"""The tree, the size of files, words that must not stay, and translations that are complete."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest
import yaml

from pipelines.ingest.accounting import REASONS
from tests.conventions.tree import PROJECT, files_under, lines_with, project_files, shown, told

MAX_LINES = 400
TOP_LEVEL = {"README.md", "README.zh-CN.md", "pyproject.toml", "uv.lock", "pipelines", "dbt_project", "dashboards", "data", "tests", "docs"}
TEXT = {".py", ".sql", ".yml", ".yaml", ".md", ".toml", ".svg", ".css", ""}


def _texts() -> list[str]:
    here = PROJECT / "tests" / "conventions"
    return [p for p in project_files() if p.suffix in TEXT and p.name != "uv.lock" and here not in p.parents]  # type: ignore[misc]


def test_the_top_level_is_the_tree_of_the_readme() -> None:
    top = {p.relative_to(PROJECT).parts[0] for p in project_files()}
    extra = sorted(name for name in top if name not in TOP_LEVEL and not name.startswith("."))
    missing = sorted(TOP_LEVEL - top)
    assert not extra, told("Move it into one of the folders; only dot files stand beside them:", extra)
    assert not missing, told("These belong to the top level:", missing)


def test_unit_tests_mirror_the_code() -> None:
    known = {
        "pipelines",
        "dashboards",
        "platforms",
        "dbt",
        *(p.name for p in (PROJECT / "pipelines").iterdir()),
        *(p.name for p in PROJECT.iterdir()),
    }
    folders = {
        p.relative_to(PROJECT / "tests" / "unit").parts[0]
        for p in files_under("tests/unit", ".py")
        if p.parent != PROJECT / "tests" / "unit"
    }
    wrong = sorted(folders - known)
    assert not wrong, told("Name the folder under tests/unit after the package it tests:", wrong)


def test_no_file_is_longer_than_a_person_reads() -> None:
    sizes = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in project_files() if p.suffix in {".py", ".sql", ".yml"}}
    wrong = [f"{shown(p)}: {n} lines" for p, n in sizes.items() if n > MAX_LINES]
    assert not wrong, told(f"Split what has more than {MAX_LINES} lines by question:", wrong)


def test_functions_fit_a_screen() -> None:
    wrong = []
    for path in files_under("pipelines", ".py") + files_under("dashboards", ".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= 70:
                wrong.append(f"{shown(path, node.lineno)} {node.name}: {node.end_lineno - node.lineno + 1} lines")
    assert not wrong, told("Split the function; it should fit a screen:", wrong)


def test_every_module_says_what_it_is_for() -> None:
    wrong = []
    for path in files_under("pipelines", ".py") + files_under("dashboards", ".py") + files_under("tests", ".py"):
        text = path.read_text(encoding="utf-8")
        if text.strip() and not ast.get_docstring(ast.parse(text)):
            wrong.append(shown(path))
    assert not wrong, told("Begin the module with a docstring of one sentence:", wrong)


def test_public_functions_say_their_contract() -> None:
    wrong = []
    for path in files_under("pipelines", ".py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                short = isinstance(node, ast.FunctionDef) and len(node.body) == 1
                if not short:
                    wrong.append(f"{shown(path, node.lineno)} {node.name}")
    assert not wrong, told("Give it a docstring; its first line is the contract:", wrong)


@pytest.mark.parametrize(
    ("pattern", "mend"),
    [
        (r"\b(?:TODO|FIXME|XXX|HACK)\b", "Do it now or delete the note:"),
        (r"(?i)\blorem ipsum\b|\bdummy\b|\bplaceholder text\b", "Write what is meant:"),
        (r"\bbreakpoint\(\)|\bpdb\.set_trace|^\s*print\(\s*['\"]?debug", "Remove the debugging line:"),
        (
            r"/work/(?:shared|main|contract)|\.\./shared|/root/|/home/\w+/",
            "Use a path of the project; this one exists on one machine only:",
        ),
        (r"except(?: Exception)?:\s*(?:pass|\.\.\.)\s*$", "Say what may fail and what follows; a silent except hides it:"),
    ],
)
def test_words_that_must_not_stay(pattern: str, mend: str) -> None:
    wrong = [place for path in _texts() for place in lines_with(path, pattern)]  # type: ignore[arg-type]
    assert not wrong, told(mend, wrong)


def test_nothing_a_file_contains_becomes_markup() -> None:
    pattern = r"unsafe_allow_html|\bst\.html\(|components\.v1|declare_component|st\.iframe\("
    wrong = [place for path in files_under("dashboards", ".py") for place in lines_with(path, pattern)]
    assert not wrong, told("Show text as text, with Streamlit's own elements:", wrong)


def test_frames_are_not_walked_row_by_row() -> None:
    pattern = r"^\s*for .*\.(?:iter_rows|iterrows|itertuples|to_dicts|rows)\(|\.map_elements\(|\.apply\(lambda"
    simulated = PROJECT / "pipelines" / "simulate"  # writes files cell by cell, as it must
    wrong = [place for path in files_under("pipelines", ".py") if simulated not in path.parents for place in lines_with(path, pattern)]
    assert not wrong, told("Use polars expressions or SQL:", wrong)


def _leaves(tree: object, prefix: str = "") -> dict[str, str]:
    if isinstance(tree, dict):
        return {k: v for key, value in tree.items() for k, v in _leaves(value, f"{prefix}{key}.").items()}
    return {prefix.removesuffix("."): str(tree)}


@pytest.fixture(scope="module")
def words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted((PROJECT / "dashboards" / "i18n").glob("*/*.yaml")):
        texts, leaves = found.setdefault(path.parent.name, {}), _leaves(yaml.safe_load(path.read_text(encoding="utf-8")))
        assert not texts.keys() & leaves.keys(), f"{path} says again what another file of its language says: {texts.keys() & leaves.keys()}"
        texts |= leaves
    return found


def test_both_languages_have_the_same_words(words: dict[str, dict[str, str]]) -> None:
    zh, en = words["zh"], words["en"]
    wrong = [f"only in zh: {k}" for k in sorted(zh.keys() - en.keys())] + [f"only in en: {k}" for k in sorted(en.keys() - zh.keys())]
    wrong += [f"empty in {language}: {k}" for language, texts in words.items() for k, text in texts.items() if not text.strip()]
    assert not wrong, told("Translate it in the other file under dashboards/i18n/ too:", wrong)


def test_translations_take_the_same_values(words: dict[str, dict[str, str]]) -> None:
    def holes(text: str) -> set[str]:
        return set(re.findall(r"\{(\w*)[^}]*\}", text))

    zh, en = words["zh"], words["en"]
    wrong = [f"{k}: {holes(zh[k])} in zh, {holes(en[k])} in en" for k in sorted(zh.keys() & en.keys()) if holes(zh[k]) != holes(en[k])]
    assert not wrong, told("Use the same {names} in both languages:", wrong)


def test_english_words_are_english(words: dict[str, dict[str, str]]) -> None:
    wrong = [
        f"{k}: {text}"
        for k, text in words["en"].items()
        if re.search(r"[\u4e00-\u9fff]", text) and k not in ("language.zh", "app.language_zh")
    ]
    wrong = [w for w in wrong if "中文" not in w and "社媒脉搏" not in w]
    assert not wrong, told("Translate it in dashboards/i18n/en/:", wrong)


def test_reasons_and_bases_that_people_see_have_words(words: dict[str, dict[str, str]]) -> None:
    """Codes of the engine are shown on the data-health page."""
    loading = (PROJECT / "pipelines" / "ingest" / "load.py").read_text(encoding="utf-8")
    bases = set(re.findall(r'return [^\n]*, "(operator|workbook|file_\w+)"', loading))
    assert bases >= {"operator", "file_name", "workbook", "file_time"}
    codes = {f"reject.{code}" for code in REASONS} | {f"captured_basis.{basis}" for basis in bases}
    wrong = [f"{language}: {code}" for language, texts in words.items() for code in sorted(codes - set(texts))]
    assert not wrong, told("Say it in words under dashboards/i18n/:", wrong)


def test_both_readmes_have_the_same_shape() -> None:
    shapes = {}
    for name in ("README.md", "README.zh-CN.md"):
        text = (PROJECT / name).read_text(encoding="utf-8")
        shapes[name] = [len(h) for h in re.findall(r"^(#{1,3}) ", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)]
    assert shapes["README.md"] == shapes["README.zh-CN.md"], "Give both READMEs the same headings, in the same order."


def test_tasks_of_the_project_are_in_pyproject() -> None:
    tasks = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poe"]["tasks"]
    assert {"test", "lint", "unit", "bench"} <= set(tasks), "Keep `poe test`, `lint`, `unit` and `bench` in pyproject.toml."
    wrong = [shown(p) for p in project_files() if p.name in ("Makefile", "tox.ini", "setup.cfg", "setup.py", "requirements.txt")]
    assert not wrong, told("Tasks and dependencies live in pyproject.toml:", wrong)


def test_links_between_documents_lead_somewhere() -> None:
    wrong = []
    for path in [p for p in project_files() if p.suffix == ".md" and "models" not in p.parts]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
                wrong.append(f"{shown(path)} → {target}")
    assert not wrong, told("Mend the link:", wrong)
