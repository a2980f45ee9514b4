"""The fork server: every life a child of its own, a kill touches nobody else, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.faults import CrashAfter, Strike
from harness.run import execute
from harness.settings import frames
from harness.settings._tests.alike import facts, of, pair
from harness.settings._tests.left import children, is_gone, open_files
from harness.settings.agreement import told
from harness.settings.spawn import BUILT_IN, Child, ForkServer, server_of

PATIENCE = 30.0


def born(tmp_path: Path) -> Child:
    """A child that nobody has told anything yet."""
    return Child(tmp_path / "stderr", PATIENCE)


# what must not survive


@pytest.mark.parametrize("kills", [40, pytest.param(1_000, marks=pytest.mark.nightly)])
def test_kills_leave_no_process_no_file_and_the_server_as_it_was(tmp_path: Path, kills: int) -> None:
    born(tmp_path).close()
    server, before = server_of(), children()
    files = open_files(os.getpid()), open_files(server.pid)
    for _ in range(kills):
        child = born(tmp_path)
        child.kill()
        child.close()
    assert server_of() is server
    assert children() == before
    assert (open_files(os.getpid()), open_files(server.pid)) == files


def test_a_run_of_many_lives_leaves_no_process_and_no_file() -> None:
    spec = of("replay", setting="process", strikes=(Strike("model", 1, CrashAfter(), times=8),))
    execute(spec)
    before, files = children(), (open_files(os.getpid()), open_files(server_of().pid))
    assert execute(spec).lives > 8
    assert children() == before
    assert (open_files(os.getpid()), open_files(server_of().pid)) == files


def test_a_killed_child_stays_a_zombie_until_it_was_waited_for_so_that_its_pid_is_nobodys(tmp_path: Path) -> None:
    child = born(tmp_path)
    os.kill(child.pid, signal.SIGKILL)
    while not is_gone(child.pid):
        pass
    assert str(child.pid) in children()
    assert child.wait() == -signal.SIGKILL
    assert str(child.pid) not in children()
    child.close()


def test_the_status_of_a_child_is_its_own(tmp_path: Path) -> None:
    first, second = born(tmp_path), born(tmp_path)
    second.pipe.close()
    assert second.wait() == 0
    first.kill()
    with pytest.raises(HarnessError, match="ended with status 0"):
        third = born(tmp_path)
        third.pipe.close()
        third.dies()
    first.close()


PARENT = """
import os, sys, time
from pathlib import Path
from harness.settings.spawn import Child, server_of
child = Child(Path(sys.argv[1]), 30.0)
print(server_of().pid, child.pid, flush=True)
if sys.argv[2] == "killed":
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize("how", ["killed", "returns"])
def test_server_and_children_end_when_the_parent_is_gone(tmp_path: Path, how: str) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, str(tmp_path / "stderr"), how],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))},
    )  # fmt: skip
    assert parent.returncode == (-signal.SIGKILL if how == "killed" else 0), parent.stderr
    for pid in map(int, parent.stdout.split()):
        _ends(pid)


def _ends(pid: int, seconds: float = 10.0) -> None:
    handle = os.pidfd_open(pid) if not is_gone(pid) else -1
    if handle < 0:
        return
    import select

    assert select.select([handle], [], [], seconds)[0], f"process {pid} still runs"
    os.close(handle)


# what must survive


def test_a_server_that_died_is_missed_by_the_life_it_carries_and_started_again_for_the_next() -> None:
    spec = of("own: kills_its_server", setting="process", strikes=(Strike("sleep", 1, CrashAfter()),))
    before = server_of().pid
    with pytest.raises(HarnessError, match="the fork server is gone"):
        execute(spec)
    assert is_gone(before)
    spec = of("replay", setting="process", strikes=(Strike("model", 2, CrashAfter()),))
    assert execute(spec).ending == "returned"
    assert server_of().pid != before


def test_a_child_whose_server_died_is_ended_all_the_same(tmp_path: Path) -> None:
    child = born(tmp_path)
    os.kill(server_of().pid, signal.SIGKILL)
    child.close()
    _ends(child.pid)
    assert born(tmp_path).pid != child.pid


FORKS = """
import os, sys
from pathlib import Path
from harness.settings.spawn import Child, server_of
server = server_of()
pid = os.fork()
child = Child(Path(sys.argv[1] + str(pid == 0)), 30.0)
child.kill()
child.close()
if not pid:
    os._exit(7 if server_of().pid != server.pid else 1)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
assert server_of() is server and server.running
"""


def test_a_fork_of_a_process_leaves_its_server_alone(tmp_path: Path) -> None:
    """In a process of its own: the one that runs the tests may have threads."""
    done = subprocess.run(
        [sys.executable, "-c", FORKS, str(tmp_path / "stderr")],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


# what a server is


def test_there_is_one_server_for_each_set_of_modules(tmp_path: Path) -> None:
    other = server_of(("harness.settings.child",))
    assert other is server_of(("harness.settings.child",))
    assert other is not server_of()
    other.close()


def test_modules_that_cannot_be_imported_are_named() -> None:
    with pytest.raises(HarnessError, match=r"the fork server is gone: it hung up; its last words: .*no_such_module"):
        ForkServer(("no_such_module",))


def test_modules_that_start_a_thread_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "starts_a_thread.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(HarnessError, match="to import starts_a_thread starts a thread"):
        ForkServer(("starts_a_thread",))


def test_what_a_stranger_does_to_a_module_stays_in_its_own_life() -> None:
    spec = of("own: poisons", setting="process", strikes=(Strike("model", 1, CrashAfter()),))
    run = execute(spec)
    assert (run.ending, run.lives, run.journal) == ("returned", 2, b"1\n1\n")
    sim, real = pair(of("naive"), "process")
    assert told(real) == told(sim)


def test_a_child_has_the_environment_and_the_folder_of_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server_of()
    monkeypatch.setenv("LONGHAUL_TOLD_LATE", "grüße")
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "found_late.py").write_text("WORD = 'found'\n")
    run = execute(of("own: looks_around", setting="process"))
    assert run.journal.decode().splitlines() == [str(tmp_path), "grüße", "None", "found", "300", "1"]


@pytest.mark.parametrize("loop", ["replay", "own: first"])
def test_the_seed_of_hash_randomisation_makes_no_difference(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Children of one server share its seed; so two servers with two seeds are compared."""
    spec = of(loop, setting="process", horizon=5, strikes=(Strike("tool:pay", 2, CrashAfter("half")),))
    runs = []
    for seed in ("1", "2"):
        server_of().close()
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        runs.append(execute(spec))
    server_of().close()
    assert runs[0].digest == runs[1].digest
    assert facts(runs[0]) == facts(runs[1])


def test_a_server_ignores_nobody_who_asks_twice() -> None:
    server = server_of()
    assert server._ask(frames.Hello()) == server._ask(frames.Hello()) == frames.Warm(1)
    assert set(BUILT_IN) >= {"harness.policies", "harness.orchestrators.reference"}
