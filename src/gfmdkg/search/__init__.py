"""Full-text search and completion of names: one SQLite index for each published version."""
