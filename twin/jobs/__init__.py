"""Long work that people ask for on a page and that a process of its own does: imports of buildings."""
