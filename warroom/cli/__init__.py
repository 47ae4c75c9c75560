"""Command line: one small module a verb; heavy imports are deferred."""
