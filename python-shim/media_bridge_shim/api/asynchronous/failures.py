"""What becomes of failures: helpers of `synapse.util` around Twisted's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from twisted.internet.defer import FirstError
from twisted.python.failure import Failure

logger = logging.getLogger(__name__)


class ExceptionBundle(Exception):
    """Several exceptions at once."""

    def __init__(self, message: str, exceptions: Sequence[Exception]) -> None:
        super().__init__("\n  - ".join([message, *map(str, exceptions)]))
        self.exceptions = exceptions


def unwrapFirstError(failure: Failure) -> Failure:
    """The failure inside a `FirstError`; spelt as Synapse spells it."""
    failure.trap(FirstError)
    error: Any = failure.value
    return error.subFailure


def log_failure(failure: Failure, msg: str, consumeErrors: bool = True) -> Failure | None:
    """Logs it, and passes it on where `consumeErrors` is false."""
    logger.error(msg, exc_info=exc_info_of(failure))
    return None if consumeErrors else failure


def exc_info_of(failure: Failure) -> Any:
    """Type, value and traceback as logging wants them, of which Twisted's types say that each can be None."""
    return failure.type, failure.value, failure.getTracebackObject()
