"""What this software is called and which version it is."""

__all__ = ["VERSION"]

VERSION = "0.1.0"
