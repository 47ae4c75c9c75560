"""Stories that cross every layer: real processes, real files, real terminals."""
