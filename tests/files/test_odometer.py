import gzip

from dedupe.files import read_items
from dedupe.files.odometer import Odometer, total_bytes
from dedupe.files.places import input_files


def test_the_bytes_read_are_those_on_disk_and_all_of_them_at_the_end(write):
    line = b'{"text": "' + b"x" * 100_000 + b'"}\n'
    paths = [write("a.jsonl", line * 3), write("b.jsonl.gz", gzip.compress(line)), write("c.txt", "text")]
    odometer = Odometer()

    passed = [odometer.n_bytes for _ in read_items(paths, odometer=odometer)]

    total = total_bytes(input_files(paths))
    assert passed == sorted(passed)
    assert 0 < passed[0] < total
    assert odometer.n_bytes == total


def test_a_pipe_has_no_size(write):
    assert total_bytes(input_files([write("a.txt", "x"), "-"])) is None
