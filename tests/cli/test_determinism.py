import json
import os
import subprocess
import sys

import pytest

EVENTS = (
    "Flood waters close the northern railway after heavy rain in the valleys",
    "Minister resigns over the budget vote as the coalition loses its majority",
    "Central bank raises the interest rate to fight inflation and a weak currency",
    "Team wins the championship final after extra time and a late penalty",
)


def rows():
    """Stories of several articles whose words tie in many ways, so that labels have ties to break."""
    for n in range(48):
        event = EVENTS[n % 4].split()
        turned = event[n % 5 :] + event[: n % 5]
        yield {"id": f"r{n}", "text": f"{' '.join(turned)}. {' '.join(reversed(event))} number {n} {' '.join(event)}."}


@pytest.mark.parametrize("command", ["cluster", "duplicates"])
def test_the_output_does_not_depend_on_the_hash_seed_of_the_process(tmp_path, command):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows())))

    outputs = {
        subprocess.run(
            [sys.executable, "-m", "dedupe", command, "-q", str(path)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2", "3")
    }

    assert len(outputs) == 1
