"""rdflib-endpoint over its Oxigraph store; run by the Python of the venv that has it.

Usage: ``python rdflib_endpoint_app.py STORE PORT``.
"""

import sys

import pyoxigraph
import uvicorn
from oxrdflib.store import OxigraphStore
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint


def main() -> None:
    store = OxigraphStore(store=pyoxigraph.Store.read_only(sys.argv[1]))
    app = SparqlEndpoint(graph=Dataset(store=store, default_union=True), path="/sparql")
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")


if __name__ == "__main__":
    main()
