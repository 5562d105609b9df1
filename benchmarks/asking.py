"""One query on a connection of its own."""

import http.client
import time
from urllib.parse import urlencode

__all__ = ["ask"]

_ACCEPT = {"Accept": "application/sparql-results+json, application/n-triples;q=0.9"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_LONGEST_ADDRESS = 2000


def ask(port: int, path: str, text: str, *, limit_seconds: float) -> str:
    """The status of the answer; else how it ended. Reads at most until the limit."""
    deadline = time.monotonic() + limit_seconds
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=limit_seconds)
    try:
        form = urlencode({"query": text})
        if len(form) < _LONGEST_ADDRESS:
            connection.request("GET", f"{path}?{form}", headers=_ACCEPT)
        else:
            connection.request("POST", path, form, _ACCEPT | _FORM)
        answer = connection.getresponse()
        while answer.read1(1 << 20):
            if time.monotonic() > deadline:
                return f"{answer.status}, still sending"
        return str(answer.status)
    except TimeoutError:
        return "no answer"
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()
