"""The composition root: rooms and drills get their parts here, and nowhere else."""
