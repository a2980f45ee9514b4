"""Tests of the wire and the process setting; `loops` are orchestrators that schedule in every way, or misbehave."""
