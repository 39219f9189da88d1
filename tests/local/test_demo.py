import os
import time

import pytest

from dedupe.local.demo import demo_directory, is_abandoned, is_expected
from dedupe.local.directory import held, open_directory
from dedupe.local.seeds import SEED_STORIES
from dedupe.models import ArticleId, Member, Story, StoryId


def story(*ids: str) -> Story:
    members = tuple(Member(ArticleId(id_), None, 1.0) for id_ in ids)
    return Story(StoryId(ids[0]), "topic", "label", (), ArticleId(ids[0]), members)


def test_the_three_stories_are_expected_in_any_order():
    stories = [story(*sorted(members, reverse=True)) for members in SEED_STORIES]

    assert is_expected(stories)
    assert is_expected(stories[::-1])


def test_any_other_partition_is_not():
    one, two, three = (sorted(members) for members in SEED_STORIES)

    assert not is_expected([])
    assert not is_expected([story(*one), story(*two)])
    assert not is_expected([story(*one, *two), story(*three)])


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def left_behind(root, *, age_seconds):
    directory = open_directory(root / "dedupe-demo-old")
    directory.stack_lock.touch()
    then = time.time() - age_seconds
    os.utime(directory.stack_lock, (then, then))
    return directory


def test_a_demo_takes_its_directory_with_it(temporary):
    with demo_directory() as path:
        assert path.parent == temporary

    assert list(temporary.iterdir()) == []


def test_what_a_killed_demo_left_behind_goes_at_the_next_start(temporary):
    directory = left_behind(temporary, age_seconds=60)

    with demo_directory():
        assert not directory.path.exists()


def test_a_demo_that_runs_or_is_just_starting_is_left_alone(temporary):
    running = left_behind(temporary, age_seconds=60)
    with held(running.processes_lock, patience_seconds=0, refusal="no"):
        assert not is_abandoned(running)

    starting = left_behind(temporary, age_seconds=0)
    assert not is_abandoned(starting)
