"""Tests of the command, the plugin and the public imports."""
