"""Conformance levels for any orchestrator: what its user may believe, and the run that shows where that ends.

    longhaul conformance --orchestrator my_loop.py:run
    assert_conforms("my_loop.py:run", "DURABLE")

Levels and requirements are in `requirements.py`; everything is judged from the outside, in runs that are derived from the
orchestrator's own clean ones.
"""
