"""Failed requests: which are tried again, how long to wait, and when to stop trying."""

from __future__ import annotations

from zlib import crc32

from harness.errors import DoorError, InvalidRequest
from harness.orchestrators.reference.commands import Command, Note
from harness.orchestrators.reference.config import BACKOFF_MAX_MS, BACKOFF_MS, Config
from harness.orchestrators.reference.entries import Failed, Finished
from harness.orchestrators.reference.state import State


def give_up(state: State, config: Config) -> Command | None:
    """End the session after a failure that cannot be mended, or park it after too many, or too long a wait."""
    failure = state.failure
    if failure is None or failure.what != "model":
        return None
    wait = failure.not_before - failure.at
    if failure.final and not state.overflowed:
        entry = Finished(rule="failures", outcome="failed", reason=f"{failure.error}: {failure.message}")
    elif state.overflowed and state.compacted_turn == state.turn:
        reason = f"the request does not fit the window, and the policy cannot help: {failure.message}"
        entry = Finished(rule="failures", outcome="failed", reason=reason)
    elif wait > state.limits.retry_wait_ms:
        reason = f"asked to wait {wait} ms, the cap is {state.limits.retry_wait_ms}: {failure.error}"
        entry = Finished(rule="failures", outcome="parked", reason=reason)
    elif state.failures >= state.limits.tries:
        entry = Finished(
            rule="failures", outcome="parked", reason=f"{state.failures} tries failed, the last with {failure.error}"
        )
    else:
        return None
    return Note(rule="failures", entries=(entry,), flush=True)


def failed(what: str, error: DoorError, failures: int, now: int) -> Failed:
    """The entry for a failure: final for a malformed request, else to be repeated after a wait.

    A usable Retry-After is kept to exactly (plus up to 10 % jitter); absent or negative ones give way to exponential
    backoff. Jitter is a hash, so that a resumed run waits as long as the first one meant to.
    """
    attempt = failures + 1
    spread = crc32(f"{what}/{attempt}/{now}".encode()) % 1_000
    asked = error.retry_after_ms
    if asked is not None and asked >= 0:
        wait = asked + asked * spread // 10_000
    else:
        step = min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** (attempt - 1))
        wait = step + step * spread // 2_000
    final = isinstance(error, InvalidRequest)
    return Failed(
        rule="failures", facts={"attempt": attempt, "status": error.status, "asked_ms": asked, "wait_ms": wait},
        what=what, error=type(error).__name__, message=error.message, not_before=0 if final else now + wait, final=final,
    )  # fmt: skip
