"""Vendors of models, as pure wire scripts: what they read, and what they answer, byte by byte."""
