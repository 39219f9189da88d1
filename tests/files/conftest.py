from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def seeds():
    return Path(__file__).parents[2] / "seeds"


@pytest.fixture
def write(tmp_path):
    def write_file(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write_file
