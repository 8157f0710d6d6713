"""What a client gets when a resource fails: JSON of Matrix form, or a page."""

from __future__ import annotations

import html
import logging
from http import HTTPStatus
from typing import Any

from twisted.internet.defer import CancelledError
from twisted.python.failure import Failure

from ...api.asynchronous.failures import exc_info_of
from ...api.vocabulary.codes import Codes
from ...api.vocabulary.errors import CodeMessageException, RedirectException, SynapseError
from .answers import respond_with_html, respond_with_json

logger = logging.getLogger(__name__)

HTML_ERROR_TEMPLATE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{code}</title></head>
<body><h1>{code}</h1><p>{msg}</p></body>
</html>
"""
"""What `return_html_error` shows by default."""

REQUEST_CANCELLED = 499
"""The status of a request whose client has left: for the log alone, since the client does not receive it."""


def return_json_error(f: Failure, request: Any, config: Any) -> None:
    """A `SynapseError` answers as it says; everything else is logged and answers 500.

    Half an answer is cut off: only a broken connection tells that the rest is missing.
    """
    code, body = describe_as_json(f, request, config)
    if not request.startedWriting:
        respond_with_json(request, code, body, send_cors=True)
    elif request.channel:
        request.channel.forceAbortClient()


def describe_as_json(f: Failure, request: Any, config: Any) -> tuple[int, Any]:
    error: Any = f.value
    if isinstance(error, SynapseError):
        set_headers(request, error.headers)
        logger.info("%r: %s %s (%s)", request, error.code, error.msg, error.debug_context)
        return error.code, error.error_dict(config)
    if isinstance(error, CancelledError):
        log_cancelled(f, request)
        return REQUEST_CANCELLED, {"error": "Request cancelled", "errcode": Codes.UNKNOWN}
    log_failure(f, request)
    return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": "Internal server error", "errcode": Codes.UNKNOWN}


def return_html_error(f: Failure, request: Any, error_template: Any) -> None:
    """A page with the error's status and message, or a redirect.

    `error_template` is text with `{code}` and `{msg}`, or a template of Jinja's.
    """
    code, msg = describe_as_text(f, request)
    if isinstance(error_template, str):
        body = error_template.format(code=code, msg=html.escape(msg))
    else:
        body = error_template.render(code=code, msg=msg)
    respond_with_html(request, code, body)


def describe_as_text(f: Failure, request: Any) -> tuple[int, str]:
    error: Any = f.value
    if isinstance(error, CodeMessageException):
        set_headers(request, error.headers)
        if isinstance(error, RedirectException):
            request.setHeader(b"location", error.location)
            request.cookies.extend(error.cookies)
        elif isinstance(error, SynapseError):
            logger.info("%r: %s %s", request, error.code, error.msg)
        else:
            log_failure(f, request)
        return error.code, error.msg
    if isinstance(error, CancelledError):
        log_cancelled(f, request)
        return REQUEST_CANCELLED, "Request cancelled"
    log_failure(f, request)
    return HTTPStatus.INTERNAL_SERVER_ERROR, "Internal server error"


def set_headers(request: Any, headers: Any) -> None:
    for name, value in (headers or {}).items():
        request.setHeader(name, value)


def log_cancelled(f: Failure, request: Any) -> None:
    if not request._disconnected:
        logger.error("%r was cancelled though its client is there", request, exc_info=exc_info_of(f))


def log_failure(f: Failure, request: Any) -> None:
    logger.error("%r failed", request, exc_info=exc_info_of(f))
