"""The validating process of the service, asked about one version after the other."""

import json
import pickle
import shutil
from pathlib import Path

from tests.curation.changes.samples import no_rules, put

from gfmdkg.curation.documents import SubmittedDocument
from gfmdkg.curation.worker import ValidationRequest, create_handler, curation_roles
from gfmdkg.curation.writing import write
from gfmdkg.engine.frames import Frame
from gfmdkg.namespaces import GRAPH_BASE
from gfmdkg.paths import shipped_content
from gfmdkg.settings import Settings
from gfmdkg.store.versions import VersionStore

TABLE = (
    b"passage,cites,matched text,intents,assertion,confidence,review status,asserted by\n"
    b"gfmd-dialogue-gcm-2017-04-06-c1/p01,ZZQX,words,comply,explicit,1.0,accepted,"
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
    settings = Settings(store=root)
    handle = create_handler(curation_roles(settings, shipped_content())["validate"].options)

    def codes(version: int) -> set[str]:
        table = SubmittedDocument(name="t.csv", media_type="text/csv", body=TABLE)
        work = ValidationRequest(documents=[table], view="json", version=version)
        reply = handle(Frame(head=b"", body=pickle.dumps(work)))
        return {finding["code"] for finding in json.loads(reply.body)["findings"]}

    assert "unknown-name" in codes(first)
    change = put(GRAPH_BASE + "data/zzqx", PACT)
    written = write(change, versions, validate=no_rules, message="a pact")
    assert "unknown-name" not in codes(written.version.number)
    assert "unknown-name" in codes(first)
