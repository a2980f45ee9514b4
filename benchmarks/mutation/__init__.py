"""Mechanical mutation of the reference: a tool breaks one expression at a time, and the kill suite must notice.

    tox -e mutation                      # python -m benchmarks.mutation
    python -m benchmarks.mutation --kept # judge the results that an earlier run left in mutants/

What is broken and which tests must notice stands in `pyproject.toml`, `[tool.mutmut]`; survivors, each with the reason why
it may live, in `survivors.toml`; the figures of the last run that was kept in `result.json`.
"""
