"""Looks at a bot from outside, each independent of every adapter."""
