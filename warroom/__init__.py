"""warroom: a terminal war room for security incidents of AI bots."""

__version__ = "0.1.0"
