"""The near side of the engine's socket."""
