import ast
import doctest
import re
import subprocess
import sys

import pytest

import dedupe
from tests.readme import blocks


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


@pytest.mark.parametrize("name", ["NearDuplicateIndex", "find_near_duplicates", "signatures"])
def test_near_duplicates_need_no_scikit_learn(name):
    script = f"import sys, dedupe; dedupe.{name}; print('sklearn' in sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "False"


def test_the_first_python_of_the_readme_gives_what_it_shows():
    source, names = blocks("python")[0], {}
    lines = source.splitlines()
    n_shown = 0
    for statement in ast.parse(source).body:
        code = ast.unparse(statement)
        shown = lines[statement.end_lineno - 1].partition("  # ")[2]
        if isinstance(statement, ast.Expr) and shown:
            pattern = ".*".join(map(re.escape, shown.split("...")))
            assert re.fullmatch(pattern, repr(eval(code, names)), re.DOTALL), f"{code}\n{names}"
            n_shown += 1
        else:
            exec(code, names)
    assert n_shown == 7


@pytest.mark.parametrize("name", ["cluster_stories", "find_near_duplicates"])
def test_the_example_of_a_docstring_gives_what_it_shows(name):
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    (example,) = finder.find(
        getattr(dedupe, name), name, globs={name: getattr(dedupe, name), "Article": dedupe.Article}
    )

    result = runner.run(example)

    assert (result.attempted, result.failed) == (2, 0)
