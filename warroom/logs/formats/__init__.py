"""One small module for each family of log formats: a line in, the fields of a record out."""
