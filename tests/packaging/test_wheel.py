"""The built wheel works where nothing of the repository is in reach."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.slow

SOURCE = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "pipeline", "models", "configs", "seeds")
PACKAGES = {"pipeline/tongbao": "tongbao", "models": "tongbao/models", "configs": "tongbao/configs"}
JUNK = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.pyc")


def _run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``command`` in ``folder`` without the variables by which this environment could leak into it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**clean, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _checked(command: list[str | Path], folder: Path) -> str:
    done = _run(command, folder)
    assert done.returncode == 0, f"{done.args}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel, built from a copy of the source: building leaves files behind."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCE:
        original = repository / name
        if original.is_dir():
            shutil.copytree(original, source / name, ignore=JUNK)
        else:
            shutil.copy(original, source / name)
    out = tmp_path_factory.mktemp("dist")
    _checked([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source], out)
    (built,) = out.glob("*.whl")
    shutil.rmtree(source)
    return built


@pytest.fixture(scope="module")
def binaries(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that holds the wheel and sees this environment's libraries.

    A path in a .pth file is searched for modules, but the .pth files in it are not obeyed, and by one of those an
    editable install would be found: so the only tongbao in reach is the wheel's.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    folder = home / ("Scripts" if os.name == "nt" else "bin")
    python = folder / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    target = Path(_checked([python, "-c", asked], home).strip())
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (target / "libraries.pth").write_text("\n".join(sorted(paths)), encoding="utf-8")
    install: list[str | Path] = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    _checked([*install, "--no-index", "--no-deps", "--no-warn-script-location", wheel], home)
    return folder


def test_the_wheel_holds_every_file_of_the_package(repository: Path, wheel: Path) -> None:
    expected = {
        f"{inside}/{path.relative_to(repository / outside).as_posix()}"
        for outside, inside in PACKAGES.items()
        for path in (repository / outside).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected.add("tongbao/seeds/quanzhou-2023.txt")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert expected - names == set()


def test_the_wheel_holds_a_model_and_a_configuration(wheel: Path) -> None:
    names = [Path(name) for name in zipfile.ZipFile(wheel).namelist()]
    assert [n for n in names if n.parts[:2] == ("tongbao", "models") and n.name == "meta.json"]
    assert [n for n in names if n.parts[:2] == ("tongbao", "configs") and n.suffix == ".cfg"]


def test_the_wheel_requires_what_the_locks_are_held_against(repository: Path, wheel: Path) -> None:
    """``test_repository`` holds them against ``pyproject.toml``."""
    (name,) = (name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".dist-info/METADATA"))
    said = message_from_bytes(zipfile.ZipFile(wheel).read(name)).get_all("Requires-Dist", [])
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    found = [Requirement(line) for line in said if "extra ==" not in line]
    assert sorted(map(str, found)) == sorted(str(Requirement(line)) for line in project["dependencies"])


def test_the_installed_package_is_the_wheels(binaries: Path, tmp_path: Path) -> None:
    place = _checked([binaries / "python", "-c", "import tongbao; print(tongbao.__file__)"], tmp_path)
    assert Path(place.strip()).is_relative_to(binaries.parent)


def test_the_program_extracts_in_an_empty_folder(repository: Path, binaries: Path, tmp_path: Path) -> None:
    shutil.copy(repository / "seeds" / "quanzhou-2023.txt", tmp_path / "bulletin.txt")
    _checked([binaries / "tongbao", "extract", "bulletin.txt", "-o", "rows.csv"], tmp_path)
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 100
    text = (tmp_path / "bulletin.txt").read_text("utf-8")
    assert all(text[int(row["start"]) : int(row["end"])] == row["text"] for row in rows)


def test_the_program_prints_rows(repository: Path, binaries: Path, tmp_path: Path) -> None:
    out = _checked([binaries / "tongbao", "extract", repository / "seeds" / "quanzhou-2023.txt"], tmp_path)
    assert "1.24万元" in out
