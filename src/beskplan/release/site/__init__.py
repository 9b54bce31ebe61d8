"""The planners' pages: static files that open from disk and from any web server.

`kommune_pages` writes the pages that there is one of for each kommune (`release/kommuner.py` calls
it), `country_pages` the rest. Every figure on a page stands in a `Sheet`, as in the workbooks.
"""
