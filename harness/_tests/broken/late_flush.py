"""Flushes before requests only: calls start before the reply and the intent are durable."""

from harness._tests.broken.sound import Loop

LOOP = Loop(barrier=lambda host, before: host.flush() if before != "call" else None)
