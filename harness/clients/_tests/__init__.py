"""Tests of the clients of model vendors."""
