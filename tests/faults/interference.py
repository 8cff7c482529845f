"""Makes one call of this process go wrong: the process is killed there, or the disk fails from there on.

Used in processes that tests start, never in the test's own. A point is a function by its full name; every module of the project that
has imported the function sees the changed one.
"""

from __future__ import annotations

import builtins
import errno
import importlib
import io
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

WRITES = ["os.replace", "os.rename", "os.fsync", "os.symlink", "os.mkdir", "shutil.copyfile", "polars.DataFrame.write_parquet"]


def kill_at(point: str, call: int, when: str) -> None:
    """SIGKILL to this process `before`, `during` or `after` the n-th call of a function. `during` writes half of what it should."""
    state = {"left": call}

    def changed(original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **options: Any) -> Any:
            state["left"] -= 1
            is_it = state["left"] == 0
            if is_it and when == "before":
                _die()
            if is_it and when == "during":
                _half(point, arguments)
                _die()
            result = original(*arguments, **options)
            if is_it and when == "after":
                _die()
            return result

        return wrapper

    _replace(point, changed)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _half(point: str, arguments: tuple[Any, ...]) -> None:
    """What such a call leaves when it is cut off in the middle."""
    if point in ("shutil.copyfile", "shutil.copy2"):
        source, target = Path(arguments[0]), Path(arguments[1])
        target.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    elif point == "polars.DataFrame.write_parquet":
        whole = io.BytesIO()
        _ORIGINAL_WRITE_PARQUET(arguments[0], whole)
        Path(arguments[1]).write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    else:
        raise ValueError(f"nobody knows what half of {point} is")


_ORIGINAL_WRITE_PARQUET = pl.DataFrame.write_parquet


class FailingDisk:
    """The n-th write below `root` fails with `code`, and every later one too where the failure `lasts`. What was opened is half written."""

    def __init__(self, root: Path, call: int, code: int, lasts: bool) -> None:
        self.root, self.left, self.code, self.lasts = str(root), call, code, lasts

    def install(self) -> None:
        for point in WRITES:
            _replace(point, self._failing)
        opened = io.open
        builtins.open = io.open = lambda file, mode="r", *a, **k: self._open(opened, file, mode, *a, **k)  # type: ignore[assignment]

    def check(self, path: Any) -> None:
        """Count one write; OSError when it is the one that fails."""
        if isinstance(path, int) or str(path).startswith(self.root):
            self.left -= 1
            if self.left == 0 or (self.left < 0 and self.lasts):
                raise OSError(self.code, os.strerror(self.code), None if isinstance(path, int) else str(path))

    def _failing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **options: Any) -> Any:
            targets = [a for a in arguments if isinstance(a, str | os.PathLike | int)]
            if targets:
                self.check(targets[-1] if original.__name__ in ("copyfile", "replace", "rename", "symlink") else targets[0])
            return original(*arguments, **options)

        return wrapper

    def _open(self, opened: Callable[..., Any], file: Any, mode: str, *arguments: Any, **options: Any) -> Any:
        is_ours = isinstance(file, str | os.PathLike) and set(mode) & set("wax+")
        if is_ours:
            self.check(file)
        stream = opened(file, mode, *arguments, **options)
        if is_ours and str(file).startswith(self.root) and "b" in mode:
            return _FailingStream(stream, self, file)
        return stream


class _FailingStream:
    """An open file whose writes count, and fail half-way."""

    def __init__(self, stream: Any, disk: FailingDisk, path: Any) -> None:
        self._stream, self._disk, self._path = stream, disk, path

    def write(self, data: bytes) -> int:
        try:
            self._disk.check(self._path)
        except OSError:
            self._stream.write(data[: len(data) // 2])
            raise
        return int(self._stream.write(data))

    def __enter__(self) -> _FailingStream:
        return self

    def __exit__(self, *reason: Any) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _replace(point: str, change: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Put the changed function where the original is, also in the project's modules that imported it by name."""
    owner_name, name = point.rsplit(".", 1)
    try:
        owner: Any = importlib.import_module(owner_name)
    except ModuleNotFoundError:
        module, attribute = owner_name.rsplit(".", 1)
        owner = getattr(importlib.import_module(module), attribute)
    original = getattr(owner, name)
    changed = change(original)
    changed.__name__ = name
    setattr(owner, name, changed)
    for module in [m for key, m in sys.modules.items() if key.startswith("pipelines")]:
        for alias, value in vars(module).copy().items():
            if value is original:
                setattr(module, alias, changed)


def count_calls(points: list[str], target: Path) -> None:
    """Write down how often each function is called: the kills there can be."""
    counts = dict.fromkeys(points, 0)

    def counted(point: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def changed(original: Callable[..., Any]) -> Callable[..., Any]:
            def wrapper(*arguments: Any, **options: Any) -> Any:
                counts[point] += 1
                _written(target, json.dumps(counts))
                return original(*arguments, **options)

            return wrapper

        return changed

    for point in points:
        _replace(point, counted(point))


def _written(target: Path, text: str) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.write(descriptor, text.encode())
    os.close(descriptor)


def without_data_tests() -> None:
    """Whole runs build every model and leave out dbt's data tests: those change no figure and take half of the time."""

    def changed(original: Callable[..., Any]) -> Callable[..., Any]:
        return lambda build, arguments: original(build, [*arguments, "--exclude-resource-type", "test"])

    _replace("pipelines.transform.build_models", changed)


def install(fault: dict[str, Any] | None) -> None:
    """Prepare this process for the fault that a request describes."""
    if fault is None:
        return
    if fault["kind"] == "kill":
        kill_at(fault["point"], fault["call"], fault["when"])
    elif fault["kind"] == "file-size":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault["bytes"], fault["bytes"]))
    elif fault["kind"] == "count":
        count_calls(fault["points"], Path(fault["target"]))
    elif fault["kind"] == "disk":
        code = getattr(errno, fault["errno"])
        FailingDisk(Path(fault["root"]), fault["call"], code, fault["lasts"]).install()
    else:
        raise ValueError(f"no fault of the kind '{fault['kind']}'")
