"""Names that stand for parts of a homeserver: they can be imported and annotated with, and refuse to be used."""

from __future__ import annotations

from .unsupported import make_class, make_function

PresenceRouter = make_class("PresenceRouter")
DataStore = make_class("DataStore")
SQLBaseStore = make_class("SQLBaseStore")
AuthHandler = make_class("AuthHandler")
StateFilter = make_class("StateFilter")
FederationEventDeliveryEvent = make_class("FederationEventDeliveryEvent")
ThreadedFileSender = make_class("ThreadedFileSender")
MediaStorage = make_class("MediaStorage")
HttpPusher = make_class("HttpPusher")
RuleSpec = make_class("RuleSpec")
SpamCheckerModuleApiCallbacks = make_class("SpamCheckerModuleApiCallbacks")

parse_json_object_from_request = make_function("parse_json_object_from_request")
parse_json_value_from_request = make_function("parse_json_value_from_request")
parse_string = make_function("parse_string")
parse_strings_from_args = make_function("parse_strings_from_args")
parse_integer = make_function("parse_integer")
parse_boolean = make_function("parse_boolean")
assert_params_in_dict = make_function("assert_params_in_dict")
respond_with_html = make_function("respond_with_html")
respond_with_html_bytes = make_function("respond_with_html_bytes")
respond_with_json = make_function("respond_with_json")
respond_with_json_bytes = make_function("respond_with_json_bytes")
respond_with_redirect = make_function("respond_with_redirect")
respond_with_file = make_function("respond_with_file")
respond_with_responder = make_function("respond_with_responder")
respond_404 = make_function("respond_404")
set_cors_headers = make_function("set_cors_headers")
finish_request = make_function("finish_request")
load_legacy_spam_checkers = make_function("load_legacy_spam_checkers")


class RestServlet:
    """The base of servlets, which modules derive from."""

    PATTERNS: object = None

    def register(self, http_server: object) -> None:
        """Accepted; nothing serves them yet."""
