"""How uvicorn runs an application of ours, whichever it is."""

import asyncio
from typing import Any

import uvicorn

from gfmdkg.http.request_log import logging_config
from gfmdkg.settings import Settings

__all__ = ["server_config"]


def server_config(
    app: Any, settings: Settings, *, connection: type[asyncio.Protocol], **more: Any
) -> uvicorn.Config:
    """The configuration for an application, or the name of its factory; ``more`` as uvicorn's."""
    return uvicorn.Config(
        app,
        access_log=False,
        log_config=logging_config(settings.log_format),
        log_level="warning",
        lifespan="on",
        http=connection,
        ws="none",
        # Front reads X-Forwarded-Proto itself, which is all that an answer depends on.
        proxy_headers=False,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_seconds)),
        server_header=False,
        **more,
    )
