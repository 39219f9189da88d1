"""``python -m dedupe.cli`` is ``dedupe``."""

from dedupe.cli.entry import main

if __name__ == "__main__":
    main()
