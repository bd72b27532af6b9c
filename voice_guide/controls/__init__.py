"""How a listener steers: what they press becomes a command of the session."""
