"""The plugin in a foreign repository: ten lines kill a loop everywhere, and nothing happens where nobody asks."""

from __future__ import annotations

from longhaul._tests.foreign import STRANGERS, Foreign

FORGETFUL = """
from longhaul import Message, Request

async def run(host):
    view = [Message("user", host.goal, pinned=True)]
    while True:
        reply = await host.model(Request(tuple(view), host.tools))
        view.append(Message("assistant", reply.text, reply.calls))
        if not reply.calls:
            return reply.text
        for call in reply.calls:
            result = await host.tool(call, key=call.id)
            view.append(Message("tool", result.content or result.error, call_id=call.id))
"""


def with_loop(repository: Foreign) -> Foreign:
    for name in ("my_loop.py", "water_plants.py"):
        repository.copy(name)
    repository.copy("ten_lines.py", "test_my_loop.py")
    return repository


def test_ten_lines_put_a_loop_through_every_crash_point(repository: Foreign) -> None:
    assert len((STRANGERS / "ten_lines.py").read_text().strip().splitlines()) == 10
    done = with_loop(repository).pytest("-v")
    assert done.code == 0, done.out
    assert "[water_plants-my_loop-h6-tool:water#3-after] PASSED" in done.out
    assert "[water_plants-queryable-my_loop-h6-disk:append#3-torn] PASSED" in done.out
    assert " 172 passed" in done.out


def test_a_failure_is_a_spec_to_paste_and_no_traceback(repository: Foreign) -> None:
    with_loop(repository).write("my_loop.py", FORGETFUL)
    done = repository.pytest("-k", "queryable and water and after", "--tb=short")
    assert done.code == 1
    assert "fail: effect_once:" in done.out
    assert 'longhaul repro "Spec(' in done.out
    assert done.out.count("event  L virtual time") == done.out.count("longhaul repro")
    assert "Traceback" not in done.out and "trial.py" not in done.out


def test_the_command_line_puts_another_loop_on_trial(repository: Foreign) -> None:
    with_loop(repository).write("other.py", FORGETFUL)
    done = repository.pytest("-q", "--orchestrator", "other.py:run", "--tier", "smoke")
    assert "water_plants-other-h6" in done.out
    environment = Foreign(repository.root, {"LONGHAUL_ORCHESTRATOR": "other.py:run", "LONGHAUL_TIER": "smoke"})
    assert environment.pytest("-q").out.splitlines()[0] == done.out.splitlines()[0]


def test_the_plugin_is_inert_where_nobody_asks(repository: Foreign) -> None:
    repository.write("reports/__init__.py", "MINE = True\n")
    repository.write("harness.py", "MINE = True\n")
    repository.write(
        "test_theirs.py",
        "import sys\nimport harness, reports\n\n"
        "def test_theirs():\n    assert harness.MINE and reports.MINE\n"
        "    assert not {'msgspec', 'scenarios', 'fakes', 'pandas', 'pyarrow'} & set(sys.modules)\n",
    )
    done = repository.pytest()
    assert done.code == 0, done.out


def test_a_mistake_is_told_before_anything_runs(repository: Foreign) -> None:
    with_loop(repository)
    for arguments, said in (
        (["--tier", "huge"], "tier is 'huge'; it must be one of smoke, pr, nightly, release"),
        (["--scenario", "pay_invoice"], "did you mean pay_invoices?"),
        (["--policy", "keep_al"], "did you mean keep_all"),
        (["--orchestrator", "nobody.py:run"], "no file 'nobody.py' for the orchestrator"),
        (["--seeds", "none"], "seeds are 'none'"),
    ):
        done = repository.pytest(*arguments)
        assert done.code == 4, done.out
        assert said in done.err
        assert "Traceback" not in done.err


def test_a_marker_with_a_mistake_is_a_collection_error_without_a_traceback(repository: Foreign) -> None:
    repository.write(
        "test_wrong.py",
        "import pytest\n\n@pytest.mark.longhaul(policies='x')\ndef test_wrong(crash_spec):\n    pass\n",
    )
    done = repository.pytest()
    assert done.code == 2
    assert "the marker longhaul does not know policies; it knows orchestrator" in done.out
    assert "plugin.py" not in done.out
