"""The container files without a container engine: the schema, every command and every health check in them."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

from dedupe.cli.root import commands
from dedupe.environment import PREFIX, Settings

ROOT = Path(__file__).parents[1]
COMPOSE = ROOT / "docker-compose.yml"
SERVICES = YAML(typ="safe").load(COMPOSE)["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "dedupe"}


def parse(arguments: list[str]) -> click.Context:
    """The context of the subcommand, after its own parser has read the arguments."""
    name, *rest = arguments
    group = click.Context(commands)
    command = commands.get_command(group, name)
    assert command is not None
    return command.make_context(name, rest, parent=group)


def test_the_compose_file_follows_the_specification():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]

    checked = subprocess.run(command, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", OURS)
def test_every_command_of_a_service_is_one_that_dedupe_understands(name):
    assert parse(OURS[name]["command"]).info_name == OURS[name]["command"][0]


def test_every_queue_has_a_worker_and_there_is_one_scheduler():
    commands_ = [service["command"] for service in OURS.values()]

    queues = {parse(command).params["queues"] for command in commands_ if command[0] == "worker"}
    assert queues == {"ingest", "recluster"}
    assert [command for command in commands_ if command[0] == "scheduler"] == [["scheduler"]]


def test_the_api_is_checked_on_the_port_it_listens_on():
    api = OURS["api"]
    port = parse(api["command"]).params["port"]
    kind, program, option, code = api["healthcheck"]["test"]

    assert (kind, program, option) == ("CMD", "python", "-c")
    compile(code, "healthcheck", "exec")
    assert f"127.0.0.1:{port}/readyz" in code
    assert api["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_every_setting_of_a_service_is_one_that_dedupe_reads():
    known = {PREFIX + name.upper() for name in Settings.model_fields}

    assert {name for service in OURS.values() for name in service["environment"]} <= known


def test_the_server_keeps_what_it_is_told():
    words = SERVICES["server"]["command"]
    options = dict(zip(words[1::2], words[2::2], strict=True))

    assert options["--appendonly"] == "yes"
    assert options["--maxmemory-policy"] == "noeviction"
    assert SERVICES["server"]["volumes"] == ["store:/data"]
    assert "ports" not in SERVICES["server"]


def test_everything_the_image_is_built_from_is_there():
    names = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]

    assert [name for name in names if not os.path.exists(ROOT / name)] == []
