"""Pure functions from typed models to Block Kit."""
