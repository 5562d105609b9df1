"""Lists of the main kinds of things, with filters, facets and orders.

``definitions.LISTS`` has the definition of each list. ``index.build_indexes`` reads a version by
these definitions into one ``ListIndex`` a list, which answers from memory what a ``Selection``
asks for. ``selection.selection_query`` writes the SPARQL query that gives the same items in the
same order: both come from the same patterns.
"""
