"""A sound journaling loop, and loops that are each wrong in one way: what the checks must tell apart."""
