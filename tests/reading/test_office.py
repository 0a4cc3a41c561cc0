"""Documents of other word processors, by a program in the place of LibreOffice and, where it is, by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tongbao.errors import ReadingError
from tongbao.reading import office, read_file
from tongbao.reading.office import read_office

from .docx_files import document

pytest.importorskip("lxml")

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
RTF = rb"{\rtf1\ansi\ansicpg936 \'bc\'d7\'cf\'d8\par}"
DOCX = document("<w:p><w:r><w:t>立案43起。</w:t></w:r></w:p>")
ODT = b"PK\x03\x04 no more of it"

posix = pytest.mark.skipif(os.name != "posix", reason="the program in the place of LibreOffice is a shell script")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that writes down how it was called, and for every document hands out ``made.docx`` beside it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "made.docx").write_bytes(DOCX)
    path = folder / "soffice"
    path.write_text(
        f"""#!{sys.executable}
import pathlib, shutil, sys
here = pathlib.Path({str(folder)!r})
(here / "called").write_text("\\n".join(sys.argv[1:]))
source = pathlib.Path(sys.argv[-1])
(here / "source").write_bytes(source.read_bytes())
profile = next(word for word in sys.argv if word.startswith("-env:UserInstallation=file://"))
profile = pathlib.Path(profile.removeprefix("-env:UserInstallation=file://"))
(here / "settings").write_text((profile / "user" / "registrymodifications.xcu").read_text())
if (here / "made.docx").exists():
    out = pathlib.Path(sys.argv[sys.argv.index("--outdir") + 1])
    out.mkdir()
    shutil.copy(here / "made.docx", out / (source.stem + ".docx"))
else:
    print("Error: source file could not be loaded", file=sys.stderr)
""",
        "utf-8",
    )
    path.chmod(0o755)
    monkeypatch.setattr(office, "_PROGRAMS", (str(path),))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "rooms"))
    (tmp_path / "rooms").mkdir()
    return folder


def _refused(data: bytes) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        read_office(data, None, "a.doc")
    assert caught.value.place == "a.doc"
    assert caught.value.remedy
    return caught.value


@posix
@pytest.mark.parametrize(("data", "suffix"), [(OLE, ".doc"), (RTF, ".rtf")])
def test_a_document_is_converted_in_a_room_of_its_own(program: Path, data: bytes, suffix: str) -> None:
    found = read_office(data, None, "a.wps")
    assert found.text == "立案43起。"
    assert len(found.blocks) == 1
    assert (program / "source").read_bytes() == data
    called = (program / "called").read_text("utf-8").split("\n")
    assert called[-1].endswith(f"document{suffix}")
    assert {"--headless", "--convert-to", "docx", "--norestore"} <= set(called)
    assert "DisableMacrosExecution" in (program / "settings").read_text("utf-8")
    assert not any((program.parent / "rooms").iterdir())


@posix
def test_what_cannot_be_opened(program: Path) -> None:
    (program / "made.docx").unlink()
    error = _refused(OLE)
    assert "cannot open it" in error.reason
    assert "could not be loaded" in error.reason
    assert not any((program.parent / "rooms").iterdir())


@posix
def test_a_program_that_hangs_is_ended_with_all_it_started(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = program / "soffice"
    script.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {program / 'child'}\nwait\n", "utf-8")
    monkeypatch.setattr(office, "TIMEOUT", 1.0)
    assert "longer than 1.0 seconds" in _refused(OLE).reason
    child = int((program / "child").read_text("utf-8"))
    _wait(lambda: not _alive(child))
    assert not any((program.parent / "rooms").iterdir())


@posix
def test_a_program_ends_when_its_worker_is_killed(program: Path) -> None:
    script = program / "soffice"
    script.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {program / 'child'}\nwait\n", "utf-8")
    reader = (
        "from tongbao.reading import office\n"
        f"office._PROGRAMS = ({str(script)!r},)\n"
        f"office.read_office({OLE!r}, None, 'a.doc')\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", reader], env={**os.environ, "TMPDIR": str(program)})
    child = program / "child"
    _wait(lambda: child.exists() and child.read_text("utf-8").strip() != "")
    worker.kill()
    worker.wait()
    _wait(lambda: not _alive(int(child.read_text("utf-8"))))


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").split()[2] != "Z"
    except OSError:
        return False


@posix
def test_a_program_that_cannot_be_started(program: Path) -> None:
    (program / "soffice").write_text("#!/no/such/interpreter\n", "utf-8")
    assert "cannot be started" in _refused(OLE).reason


def test_without_libreoffice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(office, "_PROGRAMS", ())
    path = tmp_path / "通报.DOC"
    path.write_bytes(OLE)
    with pytest.raises(ReadingError) as caught:
        read_file(path)
    assert caught.value.place == str(path)
    assert "libreoffice-writer-nogui" in caught.value.remedy


def test_what_is_another_format_by_its_bytes_needs_no_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "_PROGRAMS", ())
    assert read_office(DOCX, None, "a.wps").text == "立案43起。"
    page = "<!DOCTYPE html><html><body><p>检查水厂34座，发现问题12个，立案43起，处分31人。</p></body></html>"
    assert "立案43起" in read_office(page.encode("gb18030"), "gbk", "a.doc").text


@pytest.mark.parametrize("data", [b"", b"abc", ODT, b"%PDF-1.5"])
def test_no_document(data: bytes) -> None:
    assert "no document of a word processor" in _refused(data).reason


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("suffix", ["doc", "rtf", "odt"])
def test_libreoffice_itself(suffix: str, tmp_path: Path) -> None:
    source = tmp_path / "source.rtf"
    lines = ["检查水厂34座。", "立案43起。"]
    escaped = "".join("".join(f"\\u{ord(c)}?" for c in line) + "\\par " for line in lines)
    source.write_text(rf"{{\rtf1\ansi {escaped}}}", "ascii")
    if suffix != "rtf":
        _convert(source, suffix)
    data = (tmp_path / f"source.{suffix}").read_bytes()
    assert read_office(data, None, "a.wps").text.split("\n") == lines


def _convert(source: Path, suffix: str) -> None:
    profile = f"-env:UserInstallation={(source.parent / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", suffix, "--outdir", str(source.parent), str(source)]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
