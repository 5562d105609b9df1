"""The validating process of the service, asked about one version after the other."""

import json
import shutil
from pathlib import Path

from tests.curation.changes.samples import no_rules

from gfmdkg.curation.checker import create_handler
from gfmdkg.curation.writing import MergeGraph, write
from gfmdkg.engine.frames import Frame
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.paths import shipped_content
from gfmdkg.store.versions import VersionStore

TABLE = (
    b"passage,cites,matched text,intent,assertion,confidence,review status,asserted by\n"
    b"gfmd-dialogue-gcm-2017-04-06-c1/p01,ZZQX,words,adhere,explicit,1.0,accepted,"
    b"group-gfmdkg-curators\n"
)
PACT = b"""@base <https://w3id.org/gfmdkg/> .
<id/instrument/zzqx> a <ontology#Instrument> ;
    <http://www.w3.org/2004/02/skos/core#prefLabel> "ZZQX"@en ."""


def test_a_table_is_read_by_the_names_of_the_version_that_is_asked_for(
    shipped_store: Path, tmp_path: Path
) -> None:
    root = tmp_path / "store"
    shutil.copytree(shipped_store, root)
    versions = VersionStore(root)
    first = versions.require_current().number
    handle = create_handler({"store": str(root), "content": str(shipped_content().root)})

    def codes(version: int) -> set[str]:
        documents = [("t.csv", "text/csv", len(TABLE))]
        head = {"documents": documents, "view": "json", "version": version}
        reply = handle(Frame(head=json.dumps(head).encode(), body=TABLE))
        return {finding["code"] for finding in json.loads(reply.body)["findings"]}

    assert "unknown-name" in codes(first)
    change = MergeGraph(graph=GRAPH_BASE + "data/zzqx", body=PACT, media_type="text/turtle")
    written = write(change, versions, validate=no_rules, message="a pact")
    assert "unknown-name" not in codes(written.version.number)
    assert "unknown-name" in codes(first)
