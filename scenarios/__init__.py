"""Scenarios: one file each, with a world, tools, a work graph, a check on the final world, and the constant SCENARIO."""
