"""Tests of the checks: each has a run that fails it and one that passes."""
