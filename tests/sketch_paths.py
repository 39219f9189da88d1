"""Runs the tests of a module on both paths from text to sketch: the plain one and the compiled one."""

import pytest

from dedupe.text import kernels


@pytest.fixture(autouse=True, scope="module", params=["never", "always"], ids=["plain", "compiled"])
def sketch_path(request):
    kernels.choose(request.param)
    kernels.are_used()  # loaded now, and not within a test's deadline
    yield request.param
    kernels.choose("by amount")
