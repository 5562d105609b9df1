"""RDF and SPARQL as text and as values: terms, solutions, media types, tokens, writers."""
