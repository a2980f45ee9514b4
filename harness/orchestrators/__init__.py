"""Orchestrators that come with the harness: the reference, and the controls that must fail where they should."""
