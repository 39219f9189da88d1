import sys
from pathlib import Path

import processes
import pytest
from processes import measured, peak_megabytes, run_script


def test_the_cost_of_work_counts_the_memory_it_held_for_a_while():
    most = int(peak_megabytes() + 64) << 20

    n_bytes, cost = measured(lambda: len(bytearray(b"x") * most))

    assert n_bytes == most
    assert cost.peak_megabytes >= cost.start_megabytes + 60
    assert cost.wall_seconds > 0


def test_a_script_answers_with_its_last_line_and_has_the_threads_it_is_given(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import json, os, sys\n"
        "print('first')\n"
        "print(json.dumps({'a': sys.argv[1:], 'n': os.environ['OMP_NUM_THREADS']}))\n"
    )

    assert run_script(script, ["x", "y"], n_threads=3) == {"a": ["x", "y"], "n": "3"}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the parent's memory for the child")
def test_the_peak_of_a_script_is_its_own_and_not_its_parents(tmp_path, monkeypatch):
    script = tmp_path / "script.py"
    script.write_text("import json\nfrom processes import peak_megabytes\nprint(json.dumps(peak_megabytes()))\n")
    monkeypatch.setenv("PYTHONPATH", str(Path(processes.__file__).parent))
    held = bytearray(b"x") * (128 << 20)

    assert 1 < run_script(script, []) < len(held) >> 20
