"""SPARQL over HTTP: the Protocol, the Graph Store Protocol, what the service is."""
