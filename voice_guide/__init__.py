"""A voice that guides you through self-massage for the low back, eyes closed and hands busy."""

__version__ = "0.1.0"
