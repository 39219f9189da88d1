import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from dedupe.errors import StackError
from dedupe.local.process import Child, Program
from dedupe.local.signals import StopSignals
from dedupe.local.supervisor import Patience, StopRequested, Supervisor, describe

IMPATIENT = Patience(first_seconds=0.01, most_seconds=0.02, quick_seconds=10, limit=3)
FOREVER = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {FOREVER}"


class Shown(list[tuple[str, str]]):
    def add(self, name: str, line: str) -> None:
        self.append((name, line))


def program(name: str, code: str, **more: object) -> Program:
    return Program(name, (sys.executable, "-I", "-S", "-c", code), Path.cwd(), **more)


def test_what_programs_print_is_shown_line_by_line_with_their_names():
    shown = Shown()
    code = "import sys; sys.stdout.write('one\\ntw'); sys.stdout.flush(); print('o\\nnoise: x\\nthree', end='')"

    with StopSignals() as signals, Supervisor(show=shown.add, signals=signals) as supervisor:
        supervisor.start(program("a", code, quiet=("noise",)))
        supervisor.wait_until(lambda: ("a", "three") in shown, seconds=20, waiting_for="output")

    assert shown[:3] == [("a", "one"), ("a", "two"), ("a", "three")]


def test_a_program_that_ends_is_started_again():
    shown = Shown()

    with StopSignals() as signals, Supervisor(show=shown.add, signals=signals, patience=IMPATIENT) as supervisor:
        supervisor.start(program("a", "print('born', flush=True); raise SystemExit(7)"))
        supervisor.wait_until(lambda: shown.count(("a", "born")) == 2, seconds=20, waiting_for="two lives")

    assert ("a", "ended with exit status 7; starting again in 0.0 s") in shown


def test_a_program_that_keeps_dying_is_given_up_with_its_last_words():
    with StopSignals() as signals, Supervisor(show=Shown().add, signals=signals, patience=IMPATIENT) as supervisor:
        supervisor.start(program("a", "raise SystemExit('no config')"))

        with pytest.raises(StackError, match=r"a keeps failing \(ended with exit status 1\).*\n  no config"):
            supervisor.wait_until(lambda: False, seconds=20, waiting_for="nothing")


def test_waiting_gives_up_after_its_time_and_says_for_what():
    with (
        StopSignals() as signals,
        Supervisor(show=Shown().add, signals=signals) as supervisor,
        pytest.raises(StackError, match="the moon"),
    ):
        supervisor.wait_until(lambda: False, seconds=0.05, waiting_for="the moon")


def test_a_program_over_its_time_is_killed():
    shown = Shown()

    with StopSignals() as signals, Supervisor(show=shown.add, signals=signals) as supervisor:
        supervisor.start(program("a", STUBBORN, stop_seconds=0.1))
        supervisor.wait_until(lambda: ("a", "deaf") in shown, seconds=20, waiting_for="output")
        started = time.monotonic()
        supervisor.stop(["a"])

    assert time.monotonic() - started < 5


def test_a_second_request_to_stop_kills_at_once():
    shown = Shown()

    with StopSignals() as signals, Supervisor(show=shown.add, signals=signals) as supervisor:
        supervisor.start(program("a", STUBBORN, stop_seconds=600))
        supervisor.wait_until(lambda: ("a", "deaf") in shown, seconds=20, waiting_for="output")
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(StopRequested):
            supervisor.wait_until(lambda: False, seconds=20, waiting_for="nothing")

        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        supervisor.stop(["a"])

    assert signals.urgent


def test_one_press_that_arrives_twice_is_one_request():
    with StopSignals() as signals:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)

        assert signals.requested
        assert not signals.urgent


def test_the_handlers_of_before_are_back_afterwards():
    before = signal.getsignal(signal.SIGTERM)

    with StopSignals():
        assert signal.getsignal(signal.SIGTERM) is not before

    assert signal.getsignal(signal.SIGTERM) is before


def test_an_owner_that_is_not_the_parent_any_more_is_a_request():
    assert not StopSignals(owner=os.getppid()).requested
    assert StopSignals(owner=os.getpid()).requested


def test_the_wait_doubles_with_each_quick_death_up_to_its_limit():
    patience = Patience(first_seconds=0.2, most_seconds=1.0)

    assert [patience.wait_seconds(n) for n in range(6)] == pytest.approx([0.2, 0.2, 0.4, 0.8, 1.0, 1.0])


@pytest.mark.parametrize(
    ("status", "words"), [(None, "still runs"), (0, "ended with exit status 0"), (-9, "was ended by signal 9")]
)
def test_an_exit_status_is_described(status, words):
    assert describe(status) == words


@pytest.mark.skipif(sys.platform != "linux", reason="the leash is Linux's")
def test_a_leashed_program_does_not_start_for_a_parent_that_is_gone():
    # The launcher is told a parent that is not its own, as after a death between fork and exec.
    child = Child(program("a", FOREVER))
    child.close()
    leash = Path(__file__).parents[2] / "dedupe" / "local" / "leash.py"
    orphan = Child(Program("b", (sys.executable, str(leash), "1", sys.executable, "-c", "print('ran')"), Path.cwd()))

    while orphan.exit_status() is None:
        time.sleep(0.005)
    orphan.read_lines()
    orphan.close()

    assert list(orphan.tail) == []
