import subprocess
import sys

import pytest

import dedupe


@pytest.mark.parametrize("name", dedupe.__all__)
def test_every_public_name_is_there(name):
    assert getattr(dedupe, name).__doc__


def test_the_list_of_public_names_is_complete_and_sorted():
    assert dedupe.__all__ == sorted(dedupe._HOMES)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        dedupe.nothing  # noqa: B018


def test_importing_the_package_loads_nothing_heavy():
    heavy = {"numpy", "scipy", "sklearn", "hdbscan", "celery", "redis"}
    script = f"import sys, dedupe; print(sorted({heavy} & set(sys.modules)))"

    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"
