"""Fake models: a script, a reader of the request's text, a recording played back. Each is `(request, nth) -> reply`."""
