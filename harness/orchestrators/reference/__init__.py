"""The reference orchestrator: a pure core (entries, state, rules) and a thin shell around the door."""

from harness.orchestrators.reference.shell import run

__all__ = ["run"]
