"""Networks of what is cited, by whom and about what: built, measured, laid out and written.

Only ``network``, ``formats`` and ``worker`` import networkx: the server passes requests on.
"""
