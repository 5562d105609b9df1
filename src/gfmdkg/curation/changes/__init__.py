"""Change sets and history: submit, review, publish, compare, undo, rebuild, export."""
