"""What the helpers of `synapse.http` answer, value by value, as JSON: for a real Synapse, or for our packages."""

import asyncio
import enum
import inspect
import json
import re
import sys
from types import SimpleNamespace

from twisted.internet import asyncioreactor

asyncioreactor.install(asyncio.new_event_loop())

from fake_request import ARGS, BODIES, FakeRequest  # noqa: E402
from synapse.api.errors import (  # noqa: E402
    CodeMessageException,
    Codes,
    LimitExceededError,
    NotFoundError,
    RedirectException,
    SynapseError,
)
from synapse.http import (  # noqa: E402
    redact_uri,  # noqa: E402
    server,
    servlet,
    site,
)
from synapse.rest.client._base import client_patterns, set_timeline_upper_limit  # noqa: E402
from twisted.python.failure import Failure  # noqa: E402


class Colour(enum.Enum):
    RED = "abc"
    BLUE = "blue"


class Numbers(enum.Enum):
    ONE = 1


def outcome(function, *args, **kwargs):
    try:
        return ["value", plain(function(*args, **kwargs))]
    except SynapseError as error:
        return ["error", int(error.code), error.msg, str(getattr(error.errcode, "value", error.errcode))]
    except Exception as error:
        return ["raised", type(error).__name__]


def plain(value):
    if isinstance(value, enum.Enum):
        return str(value)
    if isinstance(value, bytes):
        return ["bytes", value.decode("latin-1")]
    return value


def parameters():
    request = FakeRequest()
    names = [name.decode() for name in ARGS] + ["missing"]
    for name in names:
        for kwargs in ({}, {"default": 4}, {"required": True}, {"negative": True}):
            yield f"integer {name} {kwargs}", outcome(servlet.parse_integer, request, name, **kwargs)
        yield f"integer from args {name}", outcome(servlet.parse_integer_from_args, ARGS, name, 9)
        for kwargs in ({}, {"default": True}, {"required": True}):
            yield f"boolean {name} {kwargs}", outcome(servlet.parse_boolean, request, name, **kwargs)
        yield f"boolean from args {name}", outcome(servlet.parse_boolean_from_args, ARGS, name, False)
        for kwargs in ({}, {"default": b"d"}, {"required": True}):
            yield f"bytes {name} {kwargs}", outcome(servlet.parse_bytes_from_args, ARGS, name, **kwargs)
        for kwargs in (
            {},
            {"default": "d"},
            {"required": True},
            {"encoding": "utf-8"},
            {"allowed_values": ["abc", "true"]},
            {"default": "other", "allowed_values": ["abc"]},
        ):
            yield f"string {name} {kwargs}", outcome(servlet.parse_string, request, name, **kwargs)
            defaults = {**kwargs, "default": [kwargs["default"]]} if "default" in kwargs else kwargs
            yield f"strings {name} {kwargs}", outcome(servlet.parse_strings_from_args, ARGS, name, **defaults)
        for kwargs in ({}, {"default": Colour.BLUE}, {"required": True}):
            yield f"enum {name} {kwargs}", outcome(servlet.parse_enum, request, name, Colour, **kwargs)
        for kwargs in ({}, {"default": {"d": 1}}, {"required": True}, {"encoding": "utf-8"}):
            yield f"json {name} {kwargs}", outcome(servlet.parse_json, request, name, **kwargs)
    yield "enum of numbers", outcome(servlet.parse_enum, request, "n", Numbers)


def bodies():
    for body in BODIES:
        for allow_empty in (False, True):
            for parse in (servlet.parse_json_value_from_request, servlet.parse_json_object_from_request):
                yield f"{parse.__name__} {body} {allow_empty}", outcome(parse, FakeRequest(body=body), allow_empty)
    unreadable = FakeRequest()
    unreadable.content = None
    yield "a body that cannot be read", outcome(servlet.parse_json_value_from_request, unreadable)
    for required in ([], ["a"], ["a", "b", "c"]):
        yield f"assert_params {required}", outcome(servlet.assert_params_in_dict, {"a": None}, required)


ERRORS = {
    "synapse": SynapseError(418, "Tea <only>", "ORG_TEA", {"pot": 1}, {"X-Pot": "brown"}),
    "not found": NotFoundError(),
    "limit": LimitExceededError("name", retry_after_ms=1500),
    "code message": CodeMessageException(403, "no & no", {"X-A": "b"}),
    "redirect": RedirectException(b"https://elsewhere.test/", 303),
    "other": ValueError("secret"),
}


def answers():
    for name, error in ERRORS.items():
        for answer, extra in ((server.return_json_error, None), (server.return_html_error, "{code}: {msg}")):
            request = FakeRequest()
            answer(Failure(error), request, extra)
            yield f"{answer.__name__} {name}", request.summary
    jinja = SimpleNamespace(render=lambda code, msg: f"rendered {int(code)} {msg}")
    request = FakeRequest()
    server.return_html_error(Failure(ERRORS["synapse"]), request, jinja)
    yield "return_html_error with a template", request.summary
    value = {"z": 1.5, "a": "ü\u2028", "e": Codes.FORBIDDEN, "n": None, "l": [True, {}]}
    for kwargs in ({}, {"send_cors": True}, {"canonical_json": False}):
        request = FakeRequest()
        server.respond_with_json(request, 201, value, **kwargs)
        yield f"respond_with_json {kwargs}", request.summary
    request = FakeRequest()
    request.setHeader(b"Cache-Control", b"public")
    server.respond_with_json_bytes(request, 200, b"{}", send_cors=True)
    yield "respond_with_json_bytes", request.summary
    request = FakeRequest(path=b"/_synapse/client/rendezvous/x")
    server.set_cors_headers(request)
    server.set_corp_headers(request)
    yield "cors of a rendezvous", request.summary
    for answer, args in (
        (server.respond_with_html, (200, "<p>ü")),
        (server.respond_with_html_bytes, (404, b"<p>")),
        (server.respond_with_redirect, (b"https://x/",)),
        (server.respond_with_redirect, (b"https://x/", 307, True)),
    ):
        request = FakeRequest()
        answer(request, *args)
        yield f"{answer.__name__} {args}", request.summary
    for answer, args in (
        (server.respond_with_json, (200, {})),
        (server.respond_with_json_bytes, (200, b"{}")),
        (server.respond_with_html_bytes, (200, b"")),
    ):
        request = FakeRequest()
        request._disconnected = True
        answer(request, *args)
        yield f"{answer.__name__} to a client that has left", request.summary
    request = FakeRequest(method=b"OPTIONS")
    resource = server.OptionsResource()
    resource.getChildWithDefault(b"x", request).render(request)
    yield "options", request.summary
    request = FakeRequest()
    child = server.UnrecognizedRequestResource().getChild(b"x", request)
    child.render(request)
    yield "unrecognized", request.summary


URIS = ["/a?access_token=x", "/a?b=1&access_token=x&c=2", "/a?access%5Ftoken=x", "/a?client_secret=s&d", "/a?x=y"]
URIS.append("/access_token=x")


def texts():
    for uri in URIS:
        yield f"redact {uri}", redact_uri(uri)
    for kwargs in ({}, {"releases": ("v3",), "unstable": False}, {"v1": True}, {"releases": ()}):
        yield f"patterns {kwargs}", [pattern.pattern for pattern in client_patterns("/x/(?P<y>[^/]*)$", **kwargs)]
    yield "patterns of nothing", outcome(client_patterns, "/x", releases=(), unstable=False)
    for limit in (-1, 5, 50):
        wanted = {"room": {"timeline": {"limit": 10}}}
        set_timeline_upper_limit(wanted, limit)
        yield f"timeline {limit}", wanted


class Servlet(servlet.RestServlet):
    PATTERNS = [re.compile("^/a$"), re.compile("^/b$")]

    def on_GET(self, request): ...

    def on_DELETE(self, request): ...


class Unpatterned(servlet.RestServlet):
    def on_GET(self, request): ...


def servlets():
    registered = []
    keep = SimpleNamespace(
        register_paths=lambda m, p, c, n: registered.append([m, [x.pattern for x in p], c.__name__, n])
    )
    Servlet().register(keep)
    yield "servlet", registered
    yield "a servlet without patterns", outcome(Unpatterned().register, keep)


def signatures():
    for module, names in (
        (server, "DirectServeJsonResource DirectServeHtmlResource JsonResource _AsyncResource"),
        (server, "respond_with_json respond_with_json_bytes respond_with_html respond_with_html_bytes"),
        (server, "respond_with_redirect finish_request set_cors_headers return_json_error return_html_error"),
        (servlet, "parse_integer parse_integer_from_args parse_boolean parse_boolean_from_args parse_string"),
        (servlet, "parse_bytes_from_args parse_string_from_args parse_strings_from_args parse_enum parse_json"),
        (servlet, "parse_json_from_args parse_json_value_from_request parse_json_object_from_request"),
        (servlet, "assert_params_in_dict validate_json_object parse_and_validate_json_object_from_request"),
        (site, "SynapseRequest RequestInfo"),
    ):
        for name in names.split():
            parameters = inspect.signature(getattr(module, name)).parameters.values()
            yield f"signature of {name}", [f"{p.name}{'=' if p.default is not p.empty else ''}" for p in parameters]


async def main():
    from twisted.internet import reactor
    from twisted.internet.task import deferLater

    groups = (parameters, bodies, texts, servlets, signatures, answers)
    found = [(name, value) for group in groups for name, value in group()]
    # Synapse encodes JSON in a thread.
    await deferLater(reactor, 1, lambda: None)
    result = {name: value() if callable(value) else value for name, value in found}
    sys.stdout.write(json.dumps(result, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    reactor.stop()


if __name__ == "__main__":
    from twisted.internet import reactor
    from twisted.internet.defer import ensureDeferred

    failed = []
    reactor.callWhenRunning(lambda: ensureDeferred(main()).addErrback(lambda f: (failed.append(f), reactor.stop())))
    FakeRequest.reactor = reactor
    reactor.run()
    if failed:
        failed[0].raiseException()
