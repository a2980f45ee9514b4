"""Tests of the wire scripts of vendors."""
