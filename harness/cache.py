"""Prompt caching as a vendor bills it: the longest common prefix with the request before, in steps, for a while.

At least 1,024 tokens, in steps of 128, for five virtual minutes since the last use (OpenAI's documented rule); it lives at
the vendor and so survives a crash of ours.
"""

from __future__ import annotations

MINIMUM_TOKENS = 1_024
STEP_TOKENS = 128
LIFETIME_MS = 5 * 60_000


def cached_tokens(common: int, idle_ms: int) -> int:
    """Tokens read from the cache, given the tokens of the common prefix and the time since the request before."""
    if common < MINIMUM_TOKENS or idle_ms > LIFETIME_MS:
        return 0
    return common - common % STEP_TOKENS
