"""Says something else each time it is asked for the answer of a finished session."""

from harness._tests.broken.sound import LOOP as SOUND
from harness.host import Host


async def run(host: Host) -> str:
    """Work as it should be, and the time of day."""
    await SOUND.run(host)
    return f"finished at {host.now()} ms"
