"""What is wrong with a cell, before it is known where the cell stands."""

from gfmdkg.errors import RequestError

__all__ = ["CellFault"]


class CellFault(RequestError):
    """A value that cannot be read; ``code`` names the kind of fault as findings do."""

    problem = "bad-cell"

    def __init__(self, code: str, message: str, *, remedy: str, value: str) -> None:
        self.code, self.remedy, self.value = code, remedy, value
        super().__init__(message)
