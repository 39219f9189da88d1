import json
import threading
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from redis import Redis

from dedupe.cli import doctor as checks
from dedupe.cli import online, online_stories
from dedupe.cli.service import cell, service_url
from dedupe.environment import Settings
from dedupe.errors import BadInput, UnknownId
from dedupe.files.articles import format_time
from dedupe.local.directory import RunningStack, held, open_directory, write_state
from dedupe.local.seeds import SEED_STORIES, read_seeds
from dedupe.models import Article, ArticleId, Health
from dedupe.store.keys import Shard
from tests.serving import merge

pytest_plugins = ["tests.serving_fixtures"]


SEED_IDS = [seed.id for seed in read_seeds()]


@pytest.fixture
def dedupe(site, monkeypatch, tmp_path):
    """Runs a command against the service: its exit code, the rows on stdout, and stderr."""
    monkeypatch.setenv("DEDUPE_URL", site.url)
    monkeypatch.setenv("DEDUPE_DATA", str(tmp_path / "nothing runs here"))

    def run(command, *arguments):
        result = CliRunner().invoke(command, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr

    return run


@pytest.fixture
def seed_file(tmp_path):
    path = tmp_path / "seeds.jsonl"
    path.write_text("".join(json.dumps({"id": seed.id, "text": seed.text}) + "\n" for seed in read_seeds()))
    return path


@pytest.fixture
def bad_file(tmp_path):
    path = tmp_path / "bad.jsonl"
    rows = [
        {"id": "a", "text": "first"},
        {"id": "b", "text": 5},
        {"id": "a", "text": "first"},
        {"id": "c", "text": "last"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_submitted_files_are_accepted_once_and_known_after_that(dedupe, seed_file):
    first = dedupe(online.submit, seed_file)
    again = dedupe(online.submit, seed_file, "--json")

    assert first[:2] == (0, [])
    assert "accepted 5, known 0, refused 0, bad rows 0" in first[2]
    assert again[0] == 0
    assert {name: again[1][0][name] for name in ("accepted", "known", "refused")} == {
        "accepted": 0,
        "known": 5,
        "refused": 0,
    }


def test_bad_rows_are_named_and_everything_else_goes_on(dedupe, site, bad_file):
    code, rows, err = dedupe(online.submit, bad_file, "--json")

    assert code == 3
    assert f"{bad_file}:2: field 'text': must be a string" in err
    assert (rows[0]["accepted"], rows[0]["bad_rows"], rows[0]["repeats"]) == (2, 1, 1)
    assert site.service.health().accepted == 2


def test_the_first_bad_row_can_be_the_end(dedupe, bad_file):
    with pytest.raises(BadInput) as raised:
        dedupe(online.submit, bad_file, "--on-error", "stop")

    assert raised.value.line == 2


def test_a_refused_article_is_named_and_the_exit_code_is_three(dedupe, tmp_path):
    first, second = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    first.write_text('{"id": "a", "text": "one"}\n')
    second.write_text('{"id": "a", "text": "two"}\n{"id": "b", "text": "three"}\n')
    dedupe(online.submit, first)

    code, rows, err = dedupe(online.submit, second, "--json")

    assert (code, rows[0]["accepted"], rows[0]["refused"]) == (3, 1, 1)
    assert "article 'a' was refused" in err


def test_quiet_says_nothing(dedupe, seed_file):
    assert dedupe(online.submit, seed_file, "--quiet") == (0, [], "")


def test_waiting_ends_with_what_was_assigned_and_what_failed(dedupe, site, seed_file):
    dedupe(online.submit, seed_file)
    site.service._ledger.bury(ArticleId(SEED_IDS[0]), "it cannot be read")
    threading.Timer(0.1, site.service.drain, [Shard(0)]).start()

    code, rows, err = dedupe(online.submit, seed_file, "--wait", "--timeout", 30, "--json")

    assert code == 1
    assert (rows[0]["assigned"], rows[0]["failed"]) == (4, 1)
    assert f"article '{SEED_IDS[0]}' failed: it cannot be read" in err


def test_waiting_for_too_long_is_an_error_that_counts(dedupe, seed_file):
    code, _, err = dedupe(online.submit, seed_file, "--wait", "--timeout", 0.1)

    assert code == 1
    assert "5 articles are not finished" in err


def test_a_status_is_what_the_ledger_says(dedupe, site, seed_file):
    dedupe(online.submit, seed_file)
    queued = dedupe(online.status, SEED_IDS[0])
    site.service.drain(Shard(0))
    assigned = dedupe(online.status, *SEED_IDS)

    assert [row["status"] for row in queued[1]] == ["queued"]
    assert [(row["id"], row["status"], row["state"]) for row in assigned[1]] == [
        (i, "assigned", "provisional") for i in SEED_IDS
    ]


def test_an_unknown_article_is_said_and_the_known_ones_are_shown(dedupe, seed_file):
    dedupe(online.submit, seed_file)

    code, rows, err = dedupe(online.status, "nobody", SEED_IDS[0])

    assert (code, [row["id"] for row in rows]) == (1, SEED_IDS[:1])
    assert "'nobody'" in err


def test_without_ids_the_status_is_the_services(dedupe, seed_file):
    dedupe(online.submit, seed_file)

    assert dedupe(online.status)[1][0] | {"oldest_pending_seconds": 0} == {
        "accepted": 5, "assigned": 0, "failed": 0, "pending": 5, "oldest_pending_seconds": 0, "stories": 0,
    }  # fmt: skip


def test_a_recluster_prints_what_changed_and_the_stories_are_the_three(dedupe, site, seed_file):
    site.bell.works = True
    dedupe(online.submit, seed_file)

    dry = dedupe(online.recluster, "--dry-run")
    code, (job,), _ = dedupe(online.recluster)
    listed = dedupe(online_stories.stories)[1]
    whole = [dedupe(online_stories.story, row["story"])[1][0] for row in listed]

    assert (dry[0], dry[1][0]["dry_run"]) == (0, True)
    assert (code, job["status"], job["articles"], job["stories"]) == (0, "succeeded", 5, 3)
    assert job["churn"] == dry[1][0]["churn"] == len(job["moved"]) / 5
    assert {frozenset(m["id"] for m in row["members"]) for row in whole} == SEED_STORIES
    assert [row["articles"] for row in listed] == [len(row["members"]) for row in whole]


def test_stories_are_filtered_and_sorted_in_the_words_of_the_api(dedupe, site):
    rows = [
        Article(ArticleId("a"), "Floods close the northern railway after rain.", source="post", lang="en"),
        Article(ArticleId("b"), "FLOODS close the northern railway, after rain!", source="times", lang="en"),
        Article(ArticleId("c"), "Die Zentralbank lässt den Leitzins im März.", source="post", lang="de",
                published_at=datetime(2021, 5, 18, tzinfo=UTC)),
    ]  # fmt: skip
    site.bell.works = True
    site.service.submit(rows)
    site.service.start_recluster()

    def found(*options):
        return [row["representative"] for row in dedupe(online_stories.stories, *options)[1]]

    (flood,) = dedupe(online_stories.stories, "--min-articles", 2)[1]
    assert (flood["articles"], flood["copies"], flood["sources"]) == (2, 1, ["post"])
    assert (flood["state"], flood["settled"]) == ("emerging", True)
    assert found("--sort", "articles") == ["a", "c"]
    assert found("--lang", "de") == found("--q", "zentralbank") == found("--to", "2021-05-19") == ["c"]
    assert found("--source", "post", "--min-sources", 1, "--lang", "en") == ["a"]
    assert found("--from", "2021-05-18", "--to", "2021-05-18") == ["c"]
    assert dedupe(online_stories.stories, "--min-articles", 0)[0] == 2
    assert dedupe(online_stories.stories, "--sort", "loudness")[0] == 2


def test_the_history_of_a_story_is_told_oldest_first(dedupe, site):
    site.bell.works = True
    site.service.submit([Article(ArticleId("a"), "Floods close the northern railway after rain.")])
    story = site.service.article(ArticleId("a")).assignment.story_id
    site.service.submit([Article(ArticleId("b"), "FLOODS close the northern railway, after rain!")])

    code, rows, _ = dedupe(online_stories.story, story, "--history")

    assert code == 0
    assert rows[0]["change"] == "born"
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)


def test_a_merged_story_is_shown_as_the_survivor_and_said_to_be(dedupe, site, redis):
    site.bell.works = True
    site.service.submit([Article(ArticleId("a"), "Floods close the northern railway after rain.")])
    story = site.service.article(ArticleId("a")).assignment.story_id
    merge(redis, site, "old", story)

    code, (row,), err = dedupe(online_stories.story, "old")

    assert (code, row["story"]) == (0, story)
    assert f"the story 'old' was merged into '{story}'" in err


def test_a_second_recluster_is_refused_with_the_first_ones_id(dedupe, site):
    job = site.service.start_recluster()

    code, _, err = dedupe(online.recluster)

    assert code == 1
    assert job.id in err


def test_only_stories_that_changed_since_are_listed(dedupe, site, seed_file):
    site.bell.works = True
    dedupe(online.submit, seed_file)
    latest = max(view.updated_at for view in site.service.stories().stories)

    assert dedupe(online_stories.stories, "--since", format_time(latest))[1]
    assert dedupe(online_stories.stories, "--since", "2100-01-01")[1] == []
    assert dedupe(online_stories.stories, "--since", "yesterday")[0] == 2


def test_an_unknown_story_is_an_error(dedupe):
    with pytest.raises(UnknownId):
        dedupe(online_stories.story, "nobody")


def test_dead_letters_are_listed_and_put_back(dedupe, site, seed_file):
    dedupe(online.submit, seed_file)
    site.service._ledger.bury(ArticleId(SEED_IDS[0]), "it cannot be read")

    listed = dedupe(online.dead_letters)[1]
    requeued = dedupe(online.dead_letters, "--requeue")[1]

    assert [(row["id"], row["failure"]) for row in listed] == [(SEED_IDS[0], "it cannot be read")]
    assert requeued == [{"id": SEED_IDS[0]}]
    assert dedupe(online.dead_letters)[1] == []


def test_a_service_that_is_not_there_is_named_with_what_to_do(dedupe, unused_url):
    code, _, err = dedupe(online_stories.stories, "--url", unused_url)

    assert code == 1
    assert unused_url in err
    assert "dedupe up" in err


def test_an_address_that_is_none_is_a_usage_error(dedupe):
    assert dedupe(online_stories.stories, "--url", "nonsense")[0] == 2


def test_the_address_is_the_running_stacks_where_none_is_given(tmp_path, monkeypatch):
    monkeypatch.setenv("DEDUPE_DATA", str(tmp_path))
    directory = open_directory(tmp_path)

    assert service_url(None) == "http://127.0.0.1:8080"
    assert service_url("http://given") == "http://given"
    with held(directory.stack_lock, patience_seconds=1, refusal="taken"):
        write_state(directory, RunningStack(1, "unix:///s", "redis+socket:///s", "http://127.0.0.1:9999"))
        assert service_url(None) == "http://127.0.0.1:9999"


def test_a_table_cell_holds_nothing_that_acts_on_the_terminal():
    assert cell("a\x1b[31mb\r\u202ec") == "a[31mbc"
    assert (cell(None), cell(0.5), cell(["a", "b"])) == ("", "0.5", "a, b")


@pytest.fixture
def unused_url():
    return "http://127.0.0.1:9"  # the discard service, which nothing runs any more


def test_the_doctor_finds_a_service_without_workers_and_says_what_to_do(dedupe, server, monkeypatch):
    monkeypatch.setenv("DEDUPE_STORE_URL", server.store_url)

    code, rows, _ = dedupe(online.doctor)

    result = {row["check"]: row["result"] for row in rows}
    failed = {name for name, found in result.items() if found == "FAILED"}
    assert code == 1
    assert failed == {"workers of ingest", "workers of recluster"}
    assert {"service", "store", "pending", "dead letters", "appendonly", "maxmemory-policy", "server's version"} < set(
        result
    )
    assert all("dedupe worker" in row["advice"] for row in rows if row["result"] == "FAILED")


def test_the_doctor_skips_a_store_it_does_not_know(dedupe):
    code, rows, _ = dedupe(online.doctor)

    assert code == 0
    assert [row["check"] for row in rows if row["result"] == "skipped"] == ["store's settings"]


def test_the_doctor_names_a_service_and_a_store_that_are_not_there(dedupe, unused_url, tmp_path, monkeypatch):
    monkeypatch.setenv("DEDUPE_STORE_URL", f"unix://{tmp_path}/nowhere.sock")

    code, rows, _ = dedupe(online.doctor, "--url", unused_url)

    assert code == 1
    assert [row["result"] for row in rows] == ["FAILED", "FAILED"]
    assert all(row["advice"] for row in rows)


def test_a_server_that_forgets_is_found_out(redis: Redis):
    info = redis.info()
    forgetful = {
        **info,
        "aof_enabled": 0,
        "maxmemory_policy": "allkeys-lru",
        "redis_version": "6.2.14",
        "valkey_version": None,
    }

    assert [check.holds for check in checks.info_checks(info)] == [True] * 3
    assert [check.holds for check in checks.info_checks(forgetful)] == [False] * 3


def test_work_that_waits_too_long_is_found_out():
    def health(age_seconds):
        return Health(True, 1, 9, 0, 0, 9, age_seconds, 0)

    assert checks.pending_check(health(1.0)).holds
    assert not checks.pending_check(health(3_600.0)).holds


def test_each_queue_needs_a_worker():
    found = {"ingest@here": {"ingest"}, "both@there": {"ingest", "recluster"}}

    assert [check.holds for check in checks.worker_checks(found)] == [True, True]
    assert [check.holds for check in checks.worker_checks({"ingest@here": {"ingest"}})] == [True, False]


def test_a_service_of_another_version_is_found_out():
    assert not checks.version_check("0.0.0").holds


def test_settings_never_show_the_key():
    assert "letters" not in repr(Settings(api_key="a key of many letters"))
