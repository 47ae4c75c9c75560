"""Adapters that tell people: channels, and the outbox that remembers what must still be sent."""
