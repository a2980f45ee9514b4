"""Our own clients of model vendors: a `Request` in, a `Reply` or a `DoorError` out. Each needs its extra only when
used.
"""
