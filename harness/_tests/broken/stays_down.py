"""Gives up for good where it should wait for better times."""

from harness._tests.broken.sound import LOOP as SOUND
from harness.errors import RateLimited
from harness.host import Host
from harness.types import Message, Request


async def run(host: Host) -> None:
    """Look whether the model answers at all; work only if it does, and remember if not."""
    if host.read() == b"down":
        return
    try:
        await host.model(Request((Message("user", host.goal, pinned=True),)))
    except RateLimited:
        host.append(b"down")
        host.flush()
        return
    await SOUND.run(host)
