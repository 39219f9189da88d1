"""The qualities that were reached and must be kept, one section a benchmark in floors.json."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path


def check(quality: Mapping[str, float], floors: Path | None, section: str) -> int:
    """Name every quality under its floor; 1 if there is one. A quality that was not measured is not checked."""
    if floors is None:
        return 0
    fallen = [
        f"{name}: {quality[name]:.4f} is under the floor of {floor}"
        for name, floor in json.loads(floors.read_text(encoding="utf-8"))[section].items()
        if name in quality and quality[name] < floor
    ]
    for line in fallen:
        print(line, file=sys.stderr)
    return 1 if fallen else 0
