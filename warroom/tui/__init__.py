"""The console: draws the view, sends commands."""
