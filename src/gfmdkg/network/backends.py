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

    Raises ``ParameterError`` for one that is not installed, with those that are, and for one
    that cannot be loaded.
    """
    if not name or name == "networkx":
        return None
    installed = installed_backends()
    if name in installed:
        _load(name, parameter)
    else:
        detail = f"is “{name}”, which is not installed"
        if not installed:
            detail += "; no backend of networkx is, so leave it out or install one"
        raise ParameterError(
            parameter, detail, value=name, allowed=("networkx", *installed) if installed else ()
        )
    return name


def _load(name: str, parameter: str) -> None:
    """Load the backend, as networkx does at its first use, when it would be too late to tell."""
    (entry_point, *_) = entry_points(group=_GROUP, name=name)
    try:
        entry_point.load()
    except (ImportError, AttributeError) as error:
        detail = f"is “{name}”, which is installed but cannot be loaded: {error}"
        raise ParameterError(parameter, detail, value=name) from error
