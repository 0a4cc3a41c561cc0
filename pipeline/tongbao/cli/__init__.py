"""The command line: a module a verb, and the only room that prints.

Data go to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 usage, 3 finished but
some documents failed, 130 interrupted.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``tongbao``; a foreseen failure is one line on standard error and exit code 1."""
    from tongbao.cli.app import app
    from tongbao.cli.console import complain
    from tongbao.errors import TongbaoError

    try:
        app()
    except TongbaoError as error:
        complain(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        complain("已中断 interrupted")
        sys.exit(130)
    except BrokenPipeError:
        # The reader of standard output has gone (``| head``); Python would complain once more at exit.
        sys.stderr.close()
        sys.exit(0)
