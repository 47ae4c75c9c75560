"""Bytes to records: formats, their detection, lines that belong together."""
