"""`synapse.logging.opentracing` of a Synapse that traces nothing: every name works, and records nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


class SynapseTags:
    """The names of tags."""

    TO_DEVICE_EDU_ID = "to_device.edu_id"
    TO_DEVICE_TYPE = "to_device.type"
    TO_DEVICE_SENDER = "to_device.sender"
    TO_DEVICE_RECIPIENT = "to_device.recipient"
    TO_DEVICE_RECIPIENT_DEVICE = "to_device.recipient_device"
    TO_DEVICE_MSGID = "to_device.msgid"
    SYNC_RESULT = "sync.new_data"
    INSTANCE_NAME = "instance_name"
    REQUEST_ID = "request_id"
    REQUEST_TAG = "request_tag"
    DB_TXN_DESC = "db.txn_desc"
    DB_TXN_ID = "db.txn_id"
    CACHE_NAME = "cache.name"
    SEND_JOIN_RESPONSE_IS_PARTIAL_STATE = "send_join.partial_state_response"
    FUNC_ARG_PREFIX = "ARG."
    FUNC_ARGS = "args"
    FUNC_KWARGS = "kwargs"
    RESULT_PREFIX = "RESULT."


class SynapseBaggage:
    """The names of what spans carry along."""

    FORCE_TRACING = "synapse-force-tracing"


class InvalidTags(type):
    """Every name of a tag, while nothing is traced."""

    def __getattr__(cls, name: str) -> str:
        if not name.isupper():
            raise AttributeError(name)
        return "invalid-tag"


class tags(metaclass=InvalidTags):
    """The standard tags of opentracing."""


def set_tag(key: str, value: str | bool | int | float) -> None:
    """Records nothing."""


def log_kv(key_values: dict[str, Any], timestamp: float | None = None) -> None:
    """Records nothing."""


def set_operation_name(operation_name: str) -> None:
    """Records nothing."""


def force_tracing(span: Any = None) -> None:
    """Records nothing."""


def set_homeserver_whitelist(homeserver_whitelist: Iterable[str]) -> None:
    """Changes nothing."""


def init_tracer(hs: Any) -> None:
    """Starts nothing."""


def active_span(*, tracer: Any = None) -> None:
    """There is none."""


def active_span_context_as_string() -> str:
    return "{}"


def get_active_span_text_map(destination: str | None = None) -> dict[str, str]:
    return {}


def extract_text_map(carrier: dict[str, str]) -> None:
    """Always None: nothing is traced here."""


def span_context_from_request(request: Any) -> None:
    """Always None: nothing is traced here."""


def span_context_from_string(carrier: str) -> None:
    """Always None: nothing is traced here."""


def is_context_forced_tracing(span_context: Any) -> bool:
    return False


def whitelisted_homeserver(destination: str) -> bool:
    return False


def inject_header_dict(
    headers: dict[bytes, list[bytes]], destination: str | None = None, check_destination: bool = True
) -> None:
    """Adds nothing."""


def inject_request_headers(headers: dict[str, str]) -> None:
    """Adds nothing."""


def inject_response_headers(response_headers: Any) -> None:
    """Adds nothing."""


def start_active_span(
    operation_name: str,
    child_of: Any = None,
    references: list[Any] | None = None,
    tags: dict[str, str] | None = None,
    start_time: float | None = None,
    ignore_active_span: bool = False,
    finish_on_close: bool = True,
    *,
    tracer: Any = None,
) -> AbstractContextManager[None]:
    """A block without a span."""
    return nullcontext()


def start_active_span_follows_from(
    operation_name: str,
    contexts: Collection[Any],
    child_of: Any = None,
    tags: dict[str, str] | None = None,
    start_time: float | None = None,
    ignore_active_span: bool = False,
    *,
    inherit_force_tracing: bool = False,
    tracer: Any = None,
) -> AbstractContextManager[None]:
    """A block without a span."""
    return nullcontext()


def start_active_span_from_edu(
    edu_content: dict[str, Any],
    operation_name: str,
    references: list[Any] | None = None,
    tags: dict[str, str] | None = None,
    start_time: float | None = None,
    ignore_active_span: bool = False,
    finish_on_close: bool = True,
) -> AbstractContextManager[None]:
    """A block without a span."""
    return nullcontext()


@contextmanager
def trace_servlet(request: Any, extract_context: bool = False) -> Generator[None, None, None]:
    """A block without a span."""
    yield


def trace(func: Function) -> Function:
    """The function itself."""
    return func


def tag_args(func: Function) -> Function:
    """The function itself."""
    return func


def trace_with_opname(opname: str, *, tracer: Any = None) -> Callable[[Function], Function]:
    return trace


def only_if_tracing(func: Callable[..., Any]) -> Callable[..., None]:
    """A function that does nothing."""

    @wraps(func)
    def do_nothing(*args: Any, **kwargs: Any) -> None:
        return None

    return do_nothing


def ensure_active_span(message: str, ret: Any = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Functions that answer `ret`, since there is no span."""

    def decorate(func: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(func)
        def answer(*args: Any, **kwargs: Any) -> Any:
            return ret

        return answer

    return decorate
