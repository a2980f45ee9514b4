"""What a simulated run may not do is refused with the place in the code; what cannot be refused is ended."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from harness._tests.small import HERE, small
from harness.checks import judge
from harness.guard import Refused, Watchdog, guarded, unguarded, watchdog
from harness.run import execute
from harness.spec import Spec

ROOT = HERE.parent.parent
MISBEHAVING = HERE / "broken" / "misbehaving.py"


def misbehaving(name: str) -> Spec:
    return small(f"misbehaving.py:{name}")


@pytest.mark.parametrize(
    ("name", "statement", "advice"),
    [
        ("sleeps_for_real", "time.sleep(60)", "sleeps for real; use `await host.sleep(ms)`"),
        ("starts_a_thread", "threading.Thread(target=print).start()", "starts a thread; use tasks, or the process setting"),
        ("uses_an_executor", "await asyncio.to_thread(print)", "starts a thread; use tasks, or the process setting"),
        ("opens_a_socket", "socket.socket()", "opens a real socket; reach models and tools through `host`"),
        ("resolves_a_name", 'socket.getaddrinfo("localhost", 80)', "resolves a real host name"),
        ("starts_a_process", 'subprocess.run(["true"])', "starts a real process; use the process setting"),
        ("starts_a_shell", 'os.system("true")', "starts a real process; use the process setting"),
        ("starts_a_low_thread", "_thread.start_new_thread(print, ())", "starts a thread; use tasks"),
    ],
)  # fmt: skip
def test_the_real_world_is_refused_with_the_call_site(name: str, statement: str, advice: str) -> None:
    run = execute(misbehaving(name))
    line = 1 + MISBEHAVING.read_text().splitlines().index(f"    {statement}")
    assert run.ending == "raised"
    assert run.reason.startswith(f"Refused: {MISBEHAVING}:{line} ({statement}) {advice}")


def test_a_sleep_imported_by_name_is_refused_too(tmp_path: Path) -> None:
    own = tmp_path / "imports_sleep.py"
    own.write_text("from time import sleep\n\nasync def loop(host):\n    sleep(60)\n")
    code = (
        "import sys\nfrom harness._tests.small import small\nfrom harness.run import execute\n"
        "from harness.spec import Orchestrator\nprint(execute(small(Orchestrator(sys.argv[1] + ':loop'))).reason)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(own)], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.startswith(f"Refused: {own}:4 (sleep(60)) sleeps for real")


def test_outside_of_a_run_nothing_is_refused() -> None:
    execute(misbehaving("sleeps_for_real"))
    time.sleep(0.001)
    socket.socket().close()
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    assert subprocess.run([sys.executable, "-c", ""], check=False).returncode == 0


def test_other_threads_may_do_what_they_like_during_a_run() -> None:
    begin, done = threading.Event(), threading.Event()

    def other() -> None:
        begin.wait()
        time.sleep(0.001)
        done.set()

    thread = threading.Thread(target=other)
    thread.start()
    with guarded():
        begin.set()
        assert done.wait(5)
    thread.join()


def test_the_harness_itself_may_reach_out_inside_a_run() -> None:
    with guarded():
        with unguarded():
            socket.socket().close()
        with pytest.raises(Refused, match="opens a real socket"):
            socket.socket()


def test_a_guard_inside_of_a_guard_stays_on_until_the_outer_one_ends() -> None:
    with guarded():
        with guarded():
            pass
        with pytest.raises(Refused):
            time.sleep(0)
    time.sleep(0)


def test_a_watchdog_ends_a_loop_that_never_waits() -> None:
    with pytest.raises(Watchdog), watchdog(0.05):
        while True:
            pass


def test_a_watchdog_barks_again_where_it_was_swallowed() -> None:
    barks = 0
    with pytest.raises(Watchdog), watchdog(0.05):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                barks += 1
                if barks == 3:
                    raise


def test_a_watchdog_that_was_left_in_time_does_not_bark() -> None:
    with watchdog(0.05):
        pass
    time.sleep(0.1)


def test_in_another_thread_the_block_runs_without_a_watchdog() -> None:
    log: list[str] = []

    def work() -> None:
        with watchdog(0.001):
            time.sleep(0.01)
            log.append("through")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert log == ["through"]


def _ending_with_short_watchdog(name: str) -> str:
    """The ending of a run in another process, whose watchdog barks after half a second."""
    program = (
        "import harness.run; harness.run.WALL_SECONDS_MAX = 0.5\n"
        "from harness._tests.small import small\n"
        "from harness.checks import judge\n"
        f"run = harness.run.execute(small('misbehaving.py:{name}'))\n"
        "print(run.ending, run.valid, judge(run).outcome, run.reason, run.events[-1].detail)\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["spins", "writes_for_ever"])
def test_an_orchestrator_that_never_gives_up_the_thread_makes_the_run_invalid(name: str) -> None:
    expected = {"spins": "watchdog False invalid no end after", "writes_for_ever": "limit True fail"}
    assert _ending_with_short_watchdog(name).startswith(expected[name])


def test_an_orchestrator_that_spins_in_awaits_is_stuck() -> None:
    run = execute(misbehaving("spins_awaiting"))
    assert run.ending == "stuck"
    assert "spins_awaiting at spins_awaiting:" in run.reason
    assert judge(run).outcome == "fail"


def test_the_guard_leaves_no_trace_in_what_it_wraps() -> None:
    execute(misbehaving("sleeps_for_real"))
    assert time.sleep.__doc__
    assert Path(MISBEHAVING).is_file()
