"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, requires
from importlib.resources import files
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LONGEST_MODULE = 400
LOCKS = ("build.txt", "run.txt", "dev.txt")
ADDRESS = re.compile(r"\w+://|@ |^\s*--(?!hash=)", re.MULTILINE)
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+?)(?: ;.*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)
NAMED_TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
MACHINE_PATH = re.compile(rb"(?<![\w.])/(?:work|root|home|Users)/\w")


def _ignored(repository: Path) -> list[str]:
    lines = (repository / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [line.strip("/") for line in lines if line] + [".git"]


def _kept(folder: Path, ignored: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if any(fnmatch(path.name, pattern) for pattern in ignored):
            continue
        if path.is_dir():
            yield from _kept(path, ignored)
        else:
            yield path


@pytest.fixture(scope="module")
def kept(repository: Path) -> list[Path]:
    """Every file of the repository that .gitignore does not leave out."""
    return list(_kept(repository, _ignored(repository)))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_addresses(repository: Path, name: str) -> None:
    text = (repository / "requirements" / name).read_text(encoding="utf-8")
    assert ADDRESS.findall(text) == []
    assert PIN.sub("", text) == ""


def test_the_locks_agree(repository: Path) -> None:
    pins = {
        name: {(m[1], m[2]): m[3] for m in PIN.finditer((repository / "requirements" / name).read_text("utf-8"))}
        for name in LOCKS
    }
    assert pins["run.txt"].items() <= pins["dev.txt"].items()
    assert pins["build.txt"].items() <= pins["dev.txt"].items()


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_a_lock_holds_all_that_is_required(repository: Path, name: str) -> None:
    """So that a folder of its wheels is enough to install without a network; ``ocr`` is in no lock."""
    text = (repository / "requirements" / name).read_text("utf-8")
    pins = {canonicalize_name(m[1]): m[2] for m in PIN.finditer(text)}
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [one for extra, group in project["optional-dependencies"].items() if extra != "ocr" for one in group]
    wanted = [*project["dependencies"], *(extras if name == "dev.txt" else [])]
    missing = [str(one) for one in map(Requirement, wanted) if not _is_met(one, pins)]
    for pin in pins:
        try:
            needed = [Requirement(line) for line in requires(pin) or ()]
        except PackageNotFoundError:  # for another system
            continue
        missing += [f"{pin}: {one}" for one in needed if _is_meant(one) and not _is_met(one, pins)]
    assert missing == []


def _is_meant(requirement: Requirement) -> bool:
    """Whether it is for this system, and for no extra."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def _is_met(requirement: Requirement, pins: Mapping[str, str]) -> bool:
    pinned = pins.get(canonicalize_name(requirement.name))
    return pinned is not None and requirement.specifier.contains(pinned, prereleases=True)


def test_every_claim_of_safety_names_tests_that_are_there(repository: Path) -> None:
    """A claim is a point of a list, with the lines that belong to it, or a row of the table of limits."""
    text = (repository / "docs" / "safety.md").read_text("utf-8")
    claims = re.findall(r"^- .*(?:\n  .*)*", text, re.MULTILINE) + re.findall(r"^\| .*", text, re.MULTILINE)[1:]
    assert len(claims) > 20
    assert [line for line in claims if not NAMED_TEST.search(line)] == []
    named = {(m[1], m[2]) for line in claims for m in NAMED_TEST.finditer(line)}
    texts = {name: (repository / "tests" / name).read_text("utf-8") for name, _ in named}
    assert [f"{name}::{test}" for name, test in sorted(named) if f"def {test}(" not in texts[name]] == []


def test_no_module_is_too_long(repository: Path, kept: list[Path]) -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in kept if path.suffix == ".py"}
    assert {str(p.relative_to(repository)): n for p, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_no_file_names_a_place_on_somebodys_machine(repository: Path, kept: list[Path]) -> None:
    found = [
        f"{path.relative_to(repository)}:{number}"
        for path in kept
        for number, line in enumerate(path.read_bytes().splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


def test_every_room_is_a_package_that_says_what_it_is(repository: Path) -> None:
    rooms = {path.parent for path in (repository / "pipeline" / "tongbao").rglob("*.py")}
    assert [room for room in rooms if not (room / "__init__.py").is_file()] == []
    silent = [room for room in rooms if not ast.get_docstring(ast.parse((room / "__init__.py").read_text("utf-8")))]
    assert silent == []


def test_every_folder_stands_in_the_map_of_the_repository(repository: Path, kept: list[Path]) -> None:
    folders = {path.relative_to(repository).parts[0] for path in kept if path.parent != repository}
    text = (repository / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert sorted(name for name in folders if f"| `{name}/`" not in text) == []


@pytest.mark.parametrize("name", ["models", "configs", "seeds"])
def test_the_data_folders_are_parts_of_the_package(repository: Path, name: str) -> None:
    assert Path(str(files(f"tongbao.{name}"))) == repository / name
