"""The commands of `python -m twin`, one a module."""
