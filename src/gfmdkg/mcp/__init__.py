"""The service as tools of the Model Context Protocol, for language models.

A tool asks one operation of the service's own HTTP API, so there is one way of answering. This
package alone knows the protocol's SDK, an optional extra (``gfmdkg[mcp]``); absolute imports keep
the SDK, ``mcp``, and this package, ``gfmdkg.mcp``, apart.
"""
