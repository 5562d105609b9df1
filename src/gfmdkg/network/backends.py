"""Backends of networkx, which take large graphs to more cores or to a graphics processor."""

from importlib.metadata import entry_points

from gfmdkg.errors import ParameterError

__all__ = ["check_backend", "installed_backends"]

# Where packages announce their backends to networkx.
_GROUP = "networkx.backends"
# Comes with networkx, for its own tests; it works out nothing by itself.
_LOOPBACK = "nx_loopback"


def installed_backends() -> tuple[str, ...]:
    """The names of the backends that are installed, sorted."""
    return tuple(sorted(entry_points(group=_GROUP).names - {_LOOPBACK}))


def check_backend(name: str, *, parameter: str = "backend") -> str | None:
    """The backend's name, ``None`` for an empty one, which is networkx itself.

    Raises ``ParameterError`` with the installed ones for any other.
    """
    if not name or name == "networkx":
        return None
    installed = installed_backends()
    if name not in installed:
        detail = f"is “{name}”, which is not installed"
        if not installed:
            detail += "; no backend of networkx is, so leave it out or install one"
        raise ParameterError(
            parameter, detail, value=name, allowed=("networkx", *installed) if installed else ()
        )
    return name
