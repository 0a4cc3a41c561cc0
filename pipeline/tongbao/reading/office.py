"""Documents of word processors other than ``.docx`` → text: LibreOffice makes a ``.docx`` of them, if it is installed.

A suffix promises little here: ``.wps`` and ``.doc`` hold whatever an office program thought fit, so that the bytes say
what a file is. What is a ``.docx`` or a web page by its bytes is read as that, without LibreOffice.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tongbao.errors import ReadingError
from tongbao.reading.docx import read_docx
from tongbao.reading.formats import Extracted
from tongbao.reading.zips import DAMAGED

#: Seconds that LibreOffice may take for one document.
TIMEOUT = 120

_PROGRAMS = (
    "soffice",
    "libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB = (b"<html", b"<!doctype html", b"<?xml")

#: A profile of its own for every run: nothing of the user's is touched, no macro runs, nothing is fetched.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""  # noqa: E501
#: Runs a program, and ends it with all that it has started when whoever holds the other end of the pipe has gone, in
#: whatever way: the program is in a session of its own, and would go on for ever if it hangs.
_GUARD = """exec 3<&0
"$@" </dev/null 3<&- &
program=$!
{ cat <&3; kill -9 0; } >/dev/null 2>&1 &
wait $program"""
#: What the shell answers where there is no such program, or it cannot be executed.
_NO_PROGRAM = (126, 127) if os.name == "posix" else ()


def read_office(data: bytes, declared: str | None, place: str) -> Extracted:
    """The text of a ``.doc``, ``.wps``, ``.rtf`` or ``.odt`` document, by way of ``.docx``.

    ``declared`` counts only where the file is a web page in disguise.

    Raises:
        ReadingError: it is no document of a word processor, LibreOffice is missing, cannot open it (damaged, or locked
            with a password) or takes longer than ``TIMEOUT``; or what ``read_docx`` raises.
    """
    suffix = _suffix(data)
    if suffix == ".docx":
        return read_docx(data, declared, place)
    if suffix == ".html":
        from tongbao.reading.html import read_html

        return read_html(data, declared, place)
    if suffix is None:
        reason = "this is no document of a word processor"
        raise ReadingError(place, reason, "check what the file is, or save it again as .docx")
    return read_docx(_converted(data, suffix, _program(place), place), None, place)


def _suffix(data: bytes) -> str | None:
    """The suffix that fits the bytes, if a word processor writes such files."""
    if data.startswith(_OLE):
        return ".doc"
    if data.startswith(b"{\\rtf"):
        return ".rtf"
    if data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_WEB):
        return ".html"
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                names = set(archive.namelist())
        except DAMAGED:
            return None
        if "word/document.xml" in names:
            return ".docx"
        return ".odt" if {"content.xml", "mimetype"} <= names else None
    return None


def _program(place: str) -> str:
    """The path of LibreOffice."""
    for name in _PROGRAMS:
        found = shutil.which(name)
        if found is not None:
            return found
    reason = "reading it needs LibreOffice, which is not installed"
    remedy = "apt-get install libreoffice-writer-nogui, or get it from libreoffice.org; or save the file as .docx"
    raise ReadingError(place, reason, remedy)


def _converted(data: bytes, suffix: str, program: str, place: str) -> bytes:
    """The document as ``.docx``; nothing stays on the disk."""
    with TemporaryDirectory(prefix="tongbao-", ignore_cleanup_errors=True) as folder:
        room = Path(folder)
        profile = room / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        source = room / f"document{suffix}"
        source.write_bytes(data)
        said = _run(
            [
                program,
                f"-env:UserInstallation={(room / 'profile').as_uri()}",
                *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
                *("--convert-to", "docx", "--outdir", str(room / "out"), str(source)),
            ],
            place,
        )
        made = room / "out" / "document.docx"
        if not made.is_file():
            reason = f"LibreOffice cannot open it: it is damaged or has a password{said}"
            raise ReadingError(place, reason, "open it in a word processor and save it again as .docx")
        return made.read_bytes()


def _run(command: list[str], place: str) -> str:
    """Run the command for ``TIMEOUT`` seconds at most, and give what it complained of."""
    guarded = ["/bin/sh", "-c", _GUARD, "sh", *command] if os.name == "posix" else command
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            guarded, stdin=reading, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            complaint = process.communicate(timeout=TIMEOUT)[1].decode("utf-8", "replace").strip()
        except subprocess.TimeoutExpired:
            reason = f"LibreOffice took longer than {TIMEOUT} seconds"
            raise ReadingError(place, reason, "save the file as .docx") from None
        finally:
            _end(process)
    except OSError as error:
        raise _not_started(place, error) from None
    finally:
        os.close(reading)
        os.close(writing)
    if process.returncode in _NO_PROGRAM:
        raise _not_started(place, complaint)
    return f" ({' '.join(complaint.split())[:200]})" if complaint else ""


def _not_started(place: str, reason: object) -> ReadingError:
    return ReadingError(place, f"LibreOffice cannot be started: {reason}", "check its installation")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what was started, with the program that the start script started in its turn."""
    if process.poll() is None:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.communicate()
