"""Tests of the engine; `small` is their scenario, `broken` their negative controls."""
