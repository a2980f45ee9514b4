"""The pytest plugin: options, fixtures, failures one can paste, and a report. Inert unless it is used.

    import pytest
    from longhaul import assert_survives

    @pytest.mark.longhaul(orchestrator="my_loop.py:MyLoop", scenario="pay_invoices", kind="queryable")
    def test_my_loop_survives_every_crash(crash_spec):
        assert_survives(crash_spec)

`crash_spec` is one spec after the other, one for every crash point; `clean_spec` the same runs without a crash. With
`--report DIR` every judged run goes into a report, and the session ends with its leaderboard.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from longhaul.asked import HELP, Asked, asked, problem
from longhaul.home import PACKAGES, claim

if TYPE_CHECKING:
    from longhaul.recorder import Recorder

ASKED = pytest.StashKey[Asked]()
RECORDER: pytest.StashKey[Recorder] = pytest.StashKey()
MARKER = (
    "longhaul(orchestrator, scenario, policy, model, kind, horizon, view_budget): what `crash_spec` and `clean_spec` "
    "run; several values as a list or comma-separated. Options on the command line come first."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The whole set of options; nothing else configures longhaul."""
    group = parser.getgroup("longhaul", "longhaul: crash-test agent orchestrators")
    for name, text in HELP.items():
        group.addoption(f"--{name}", dest=f"longhaul_{name}", default=None, metavar=name.upper(), help=text)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Import our packages before a repository's own folders of the same names are on the path."""
    wanted = asked(early_config.known_args_namespace)
    if wanted:
        _claim(*PACKAGES, *(["reports"] if wanted.report else []))


def pytest_configure(config: pytest.Config) -> None:
    """Refuse options that mean nothing before anything runs."""
    config.addinivalue_line("markers", MARKER)
    wanted = asked(config.option)
    config.stash[ASKED] = wanted
    if wanted:
        _check(wanted)
    if wanted.report and not config.option.collectonly:  # collecting judges nothing, and must not replace a report
        config.stash[RECORDER] = _recorder(config, wanted.report)


def _check(wanted: Asked) -> None:
    from harness.errors import UsageError
    from longhaul.marked import plan_of

    try:
        if problem(wanted):
            raise UsageError(problem(wanted))
        if wanted.names_something:
            plan_of(wanted).specs()
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def _recorder(config: pytest.Config, out: str) -> Recorder:
    _claim(*PACKAGES, "reports")
    from harness.errors import UsageError
    from longhaul.recorder import Recorder

    try:
        return Recorder.of(config, out)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None


def _claim(*names: str) -> None:
    try:
        claim(*names)
    except ImportError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrise `crash_spec` and `clean_spec`."""
    for name in ("crash_spec", "clean_spec"):
        if name in metafunc.fixturenames:
            specs = _specs(metafunc, name == "crash_spec")
            metafunc.parametrize(name, [spec for _, spec in specs], ids=[text for text, _ in specs])


def _specs(metafunc: pytest.Metafunc, crashed: bool) -> list[tuple[str, Any]]:
    _claim(*PACKAGES)
    from harness.errors import UsageError
    from longhaul.marked import plan_of
    from longhaul.names import short_name
    from longhaul.tiers import crashes

    marker = metafunc.definition.get_closest_marker("longhaul")
    wanted = metafunc.config.stash[ASKED]
    try:
        clean = plan_of(wanted, marker.kwargs if marker else {}).specs()
        specs = [crash for spec in clean for crash in crashes(spec, wanted.level)] if crashed else clean
    except UsageError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    return [(short_name(spec), spec) for spec in specs]


@pytest.fixture(scope="session")
def longhaul_asked(pytestconfig: pytest.Config) -> Asked:
    """What longhaul's options and environment variables ask for."""
    return pytestconfig.stash[ASKED]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Give every judged run of a test to the report."""
    recorder = item.config.stash.get(RECORDER, None)
    if recorder is None:
        return (yield)
    from longhaul.trial import listening

    with listening(recorder.add):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A broken run is told by its spec and its events; a traceback through longhaul would tell nothing."""
    report: Any = yield
    if call.excinfo is not None and type(call.excinfo.value).__name__ == "Broken":
        from longhaul.trial import Broken

        if isinstance(call.excinfo.value, Broken):
            report.longrepr = str(call.excinfo.value)
    return report


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which specs the report must hold in the end."""
    recorder = session.config.stash.get(RECORDER, None)
    if recorder is not None:
        recorder.plan(session.items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Close the report; a worker that was lost means missing cells and exit code 3."""
    recorder = session.config.stash.get(RECORDER, None)
    if recorder is not None:
        recorder.finish(session)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of pytest-xdist ended."""
    recorder = node.config.stash.get(RECORDER, None)
    if recorder is not None:
        recorder.worker_ended(node, error)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the leaderboard of the report and where it is."""
    recorder = config.stash.get(RECORDER, None)
    if recorder is not None:
        recorder.summarize(terminalreporter)
