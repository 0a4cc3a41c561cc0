"""The command line: a module a verb, and the only room that prints.

Data go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 usage, 3 finished but
some documents failed, 5 the annotations have findings, 130 interrupted.
"""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run ``tongbao``; a foreseen failure is one line on standard error and exit code 1."""
    from tongbao.cli.app import app
    from tongbao.cli.console import complain
    from tongbao.errors import TongbaoError

    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except TongbaoError as error:
        complain(str(error))
        sys.exit(1)
    except ModuleNotFoundError as error:
        # Only reading is installed without the extra, and every verb is there.
        if error.name is None or error.name.partition(".")[0] == "tongbao":
            raise
        complain(f"{error.name}: 缺少此库 this library is not installed (pip install 'tongbao[train]')")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of standard output has gone (``| head``). What is still buffered has to go somewhere, or Python
        # complains at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            complain("已中断 interrupted")
        raise
