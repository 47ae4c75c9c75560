"""The post-mortem, written from the record."""
