"""The settings other than `sim`: each module has `live(spec, run) -> Live`, one life of the same spec by other means."""
