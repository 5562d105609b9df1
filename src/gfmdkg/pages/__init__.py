"""The pages that are no list and no record: start, documentation, questions."""
