"""Formats of answers: media types, solutions, tables."""
