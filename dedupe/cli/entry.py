"""Where the process of a ``dedupe`` command begins."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line of this process and exit."""
    try:
        from dedupe.cli.root import run  # noqa: PLC0415 - so that Ctrl-C while it is imported ends in 130 too

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
