"""The pure heart: facts, commands, the desk that folds them, and the one exit for untrusted text."""
