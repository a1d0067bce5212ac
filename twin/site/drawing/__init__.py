"""A building that people draw: drafts, their way into IMDF, and back from the building in use."""
