"""The HTTP server: requests, answers and what every route of a slice needs."""
