"""Programs in real processes: killed, misbehaving, leaving something behind; and the server that they talk to."""
