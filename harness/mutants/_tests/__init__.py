"""Tests of the mutants: each is killed by the check that was named beforehand, and the clean reference by none."""
