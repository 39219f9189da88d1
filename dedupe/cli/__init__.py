"""The command line: ``dedupe``."""

from dedupe.cli.entry import main

__all__ = ["main"]
