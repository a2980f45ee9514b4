"""The engine: virtual time, the one door, faults, specs, the reference orchestrator, policies, checks and metrics."""
