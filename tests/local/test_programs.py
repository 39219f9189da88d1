import sys
from pathlib import Path

from dedupe.local.programs import Plan, child_environment, pool_options, service_programs
from dedupe.local.server import ServerAddress
from tests.semaphores import needs_semaphores

SERVER = ServerAddress("unix:///s", "redis+socket:///s")
PLAN = Plan(SERVER, Path("/data"), 7, workers=3, environment={"LANG": "C", "DEDUPE_STORE_URL": "x"})


def test_every_part_of_the_service_has_a_program():
    assert {program.name for program in service_programs(PLAN)} == {"api", "worker", "recluster", "scheduler"}


def test_every_program_runs_with_this_python_and_knows_the_server():
    for program in service_programs(PLAN):
        assert program.command[:2] == (sys.executable, "-m")
        assert program.environment["DEDUPE_STORE_URL"] == "unix:///s"
        assert program.environment["DEDUPE_BROKER_URL"] == "redis+socket:///s"
        assert program.environment["LANG"] == "C"


def test_programs_run_where_the_package_workers_is_this_project_s_own():
    for program in service_programs(PLAN):
        assert (program.directory / "workers" / "__init__.py").exists()


@needs_semaphores
def test_reclusters_run_one_at_a_time_and_articles_side_by_side():
    concurrency = {p.name: p.command[p.command.index("--concurrency") + 1] for p in service_programs(PLAN)[::2]}

    assert concurrency == {"worker": "3", "recluster": "1"}


def test_the_stack_s_own_settings_win_over_the_caller_s():
    environment = child_environment({"DEDUPE_DATA": "elsewhere"}, server=SERVER, data=Path("/data"))

    assert environment["DEDUPE_DATA"] == "/data"


def test_a_worker_works_alone_where_the_system_has_no_semaphores_to_share():
    def refuse() -> None:
        raise PermissionError(13, "Permission denied")

    assert pool_options(2, make_lock=refuse) == ("--pool", "solo")
    assert pool_options(2, make_lock=lambda: None) == ("--concurrency", "2")
