"""The engine: pipeline, desk task, effects and the socket."""
