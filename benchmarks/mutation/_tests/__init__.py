"""Tests of the judge of mechanical mutation."""
