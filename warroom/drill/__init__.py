"""Rehearsals: scenario, traffic, score and a real bot to attack."""
