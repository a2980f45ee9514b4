"""The catalogue: every crash point, fault and invariant by its id, with cause, usual fix and source."""
