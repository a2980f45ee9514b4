"""Asks the model once more after it was finished, in each life."""

from harness._tests.broken.sound import LOOP as SOUND
from harness.host import Host
from harness.types import Message, Request


async def run(host: Host) -> None:
    """Work as it should be, and a farewell."""
    await SOUND.run(host)
    await host.model(Request((Message("user", "Say goodbye.", pinned=True),)))
