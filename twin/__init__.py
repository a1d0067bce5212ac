"""The twin: everything about the hospital that would be true without a browser."""
