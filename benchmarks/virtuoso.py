"""Virtuoso as a server that is measured."""

import shutil
import subprocess
import time

from benchmarks.generator import Generated
from benchmarks.peers import Peer
from benchmarks.processes import free_port

__all__ = ["Virtuoso"]


class Virtuoso(Peer):
    """Virtuoso 7 (Debian ``virtuoso-opensource``), if it is installed."""

    name = "virtuoso"
    path = "/sparql"

    @property
    def missing(self) -> str:
        if shutil.which("virtuoso-t") and shutil.which("isql-vt"):
            return ""
        return "virtuoso-t and isql-vt are not installed (Debian: virtuoso-opensource)"

    @property
    def version(self) -> str:
        if self.missing:
            return ""
        text = subprocess.run(["virtuoso-t", "--help"], capture_output=True, check=False)
        words = (text.stderr + text.stdout).decode(errors="replace").split()
        return words[words.index("Version") + 1] if "Version" in words else ""

    def load(self, generated: Generated) -> float | None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        data = self.folder / "load"
        data.mkdir()
        (data / "graph.nq").hardlink_to(generated.path)
        self.start()
        begun = time.perf_counter()
        sql = f"ld_dir('{data}', '*.nq', 'http://example.org/'); rdf_loader_run(); checkpoint;"
        try:
            subprocess.run(
                ["isql-vt", f"127.0.0.1:{self._sql_port}", "dba", "dba", f"exec={sql}"],
                capture_output=True,
                check=True,
            )
            return time.perf_counter() - begun
        finally:
            self.end()

    def _command(self, port: int, *, limit_seconds: float | None) -> list[str]:
        self._sql_port = free_port()
        ini = self.folder / "virtuoso.ini"
        ini.write_text(
            _VIRTUOSO_INI.format(
                folder=self.folder,
                sql=self._sql_port,
                http=port,
                limit=max(1, round(limit_seconds or 60)),
            )
        )
        return ["virtuoso-t", "+foreground", "+configfile", str(ini)]


_VIRTUOSO_INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
MaxCheckpointRemap = 20000
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
MaxCheckpointRemap = 2000
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 0
DirsAllowed = {folder}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
ThreadsPerQuery = 2
MaxQueryMem = 2G
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 20
MaxKeepAlives = 20
KeepAliveTimeout = 60
EnabledDavVSP = 0
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = {limit}
MaxQueryCostEstimationTime = 0
"""
