"""Flushes before calls only: the model is shown outcomes that a crash would take back."""

from harness._tests.broken.sound import Loop

LOOP = Loop(barrier=lambda host, before: host.flush() if before != "request" else None)
