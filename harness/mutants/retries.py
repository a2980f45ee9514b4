"""Bugs in trying again: too soon, too often, in two layers, or without memory of the life before."""

from __future__ import annotations

from harness.faults import Hang, RateLimit, ServerError, Strike
from harness.mutants.grounds import FAILURES, RESUMED, SHELL, STATE, paying
from harness.mutants.mutant import Change, Ground, Mutant

DOWN = Strike("model", 2, ServerError(), None)

MUTANTS = (
    Mutant(
        "retry_after_ignored",
        "a wait that the vendor asked for is not kept to",
        (Change(FAILURES, "asked_ms + asked_ms * spread // 10_000", "1"),),
        "backoff_respected",
        (Ground(paying(Strike("model", 2, RateLimit(60_000)))),),
    ),
    Mutant(
        "retries_stacked",
        "the shell tries again inside of every try",
        (
            Change(
                SHELL,
                "self.host.model(request, timeout_ms=self.state.limits.model_timeout_ms)",
                "self._patiently(request)",
            ),
            Change(
                SHELL,
                "    def _replied(self, reply: Reply)",
                "    async def _patiently(self, request):\n"
                "        try:\n"
                "            return await self.host.model(request, timeout_ms=120_000)\n"
                "        except DoorError:\n"
                "            await self.host.sleep(60_000)\n"
                "        return await self.host.model(request, timeout_ms=120_000)\n\n"
                "    def _replied(self, reply: Reply)",
            ),
        ),
        "backoff_respected",
        (Ground(paying(DOWN), progress=False),),
    ),
    Mutant(
        "same_error_for_ever",
        "a request that keeps failing is sent for ever",
        (Change(FAILURES, 'failure.remedy == "again" and state.failures >= limits.tries', "False"),),
        "backoff_respected",
        (Ground(paying(DOWN), progress=False),),
    ),
    Mutant(
        "wait_forgotten",
        "a crash ends the wait that the vendor asked for",
        (Change(STATE, RESUMED, f"{RESUMED}, failure=None"),),
        "backoff_respected",
        (Ground(paying(Strike("model", 2, RateLimit(60_000))), ("sleep",)),),
    ),
    Mutant(
        "tries_reset_on_resume",
        "every life has all its tries again",
        (Change(STATE, RESUMED, f"{RESUMED}, failures=0"),),
        "backoff_respected",
        (Ground(paying(DOWN), ("sleep",), progress=False),),
    ),
    Mutant(
        "no_deadline_for_model",
        "a model that never answers is waited for for ever",
        (
            Change(
                SHELL,
                "self.host.model(request, timeout_ms=self.state.limits.model_timeout_ms)",
                "self.host.model(request)",
            ),
        ),
        "ending_sane",
        (Ground(paying(Strike("model", 2, Hang()))),),
    ),
    Mutant(
        "error_swallowed",
        "a failed request is sent again, nobody is told",
        (
            Change(
                SHELL,
                "            self.note(failed(what, error, self.state.failures, self._now()))\n            return None\n",
                "            await self.host.sleep(60_000)\n            return None\n",
            ),
        ),
        "error_named",
        (Ground(paying(Strike("model", 2, ServerError()))),),
    ),
)
