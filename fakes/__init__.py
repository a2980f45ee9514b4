"""Fakes: scripted and reading models, tool doubles, and the vendors' wire."""
