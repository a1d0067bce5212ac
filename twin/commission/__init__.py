"""Commissioning: gateways placed, surveys walked, and the files that hold both."""
