"""A stranger's fault: the answer comes late, and then the connection is gone."""

from dataclasses import dataclass

from longhaul import ConnectionLost


@dataclass(frozen=True)
class LateAndLost:
    """Everything happens, `ms` later nobody listens any more."""

    ms: int = 5_000

    async def __call__(self, passage, proceed):
        await proceed()
        await passage.sleep(self.ms)
        raise ConnectionLost("the other side hung up")
