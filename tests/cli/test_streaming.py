"""``dedupe duplicates`` holds a block of its articles in memory, and not the files."""

import json
import random
import subprocess
import sys

import pytest

MEASURED = """
import resource, sys
from dedupe.cli.root import run
from dedupe.text import kernels

kernels.choose("never")  # loading them takes memory of its own, and more where they have to be compiled
code = run(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak if sys.platform == "darwin" else 1024 * peak)
sys.exit(code)
"""


def write_articles(path, n_articles):
    """Articles of a million characters each, in long words, so that their shingles weigh little."""
    draw = random.Random(n_articles)
    vocabulary = [f"{draw.getrandbits(240):060x}" for _ in range(2_000)]
    with path.open("w") as file:
        for n in range(n_articles):
            file.write(json.dumps({"id": str(n), "text": " ".join(draw.choices(vocabulary, k=16_000))}) + "\n")


def peak_bytes(path, *options):
    out = f"{path}.out.jsonl"
    command = [sys.executable, "-c", MEASURED, "duplicates", "-q", str(path), "-o", out, *options]
    return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


@pytest.mark.parametrize("options", [[], ["--keep", "longest"]], ids=" ".join)
def test_four_times_the_text_takes_no_more_memory(tmp_path, options):
    write_articles(tmp_path / "few.jsonl", 10)
    write_articles(tmp_path / "many.jsonl", 40)

    more_bytes = peak_bytes(tmp_path / "many.jsonl", *options) - peak_bytes(tmp_path / "few.jsonl", *options)

    assert (tmp_path / "many.jsonl").stat().st_size > 38_000_000
    assert more_bytes < 15_000_000
