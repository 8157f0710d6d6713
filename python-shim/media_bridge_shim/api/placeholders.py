"""Names that stand for parts of a homeserver: they can be imported and annotated with, and refuse to be used."""

from __future__ import annotations

from .unsupported import make_class, make_function

PresenceRouter = make_class("PresenceRouter")
DataStore = make_class("DataStore")
SQLBaseStore = make_class("SQLBaseStore")
AuthHandler = make_class("AuthHandler")
StateFilter = make_class("StateFilter")
FederationEventDeliveryEvent = make_class("FederationEventDeliveryEvent")
MediaStorage = make_class("MediaStorage")
HttpPusher = make_class("HttpPusher")
RuleSpec = make_class("RuleSpec")
SpamCheckerModuleApiCallbacks = make_class("SpamCheckerModuleApiCallbacks")

StorageProviderWrapper = make_class("StorageProviderWrapper")
MultipartFileConsumer = make_class("MultipartFileConsumer")
ShardedWorkerHandlingConfig = make_class("ShardedWorkerHandlingConfig")
RoutableShardedWorkerHandlingConfig = make_class("RoutableShardedWorkerHandlingConfig")
ContentRepositoryConfig = make_class("ContentRepositoryConfig")
ModuleApiCallbacks = make_class("ModuleApiCallbacks")
AccountValidityModuleApiCallbacks = make_class("AccountValidityModuleApiCallbacks")
FederationModuleApiCallbacks = make_class("FederationModuleApiCallbacks")
MediaRepositoryModuleApiCallbacks = make_class("MediaRepositoryModuleApiCallbacks")
RatelimitModuleApiCallbacks = make_class("RatelimitModuleApiCallbacks")
SpamCheckerModuleApiCallbacks = make_class("SpamCheckerModuleApiCallbacks")
ThirdPartyEventRulesModuleApiCallbacks = make_class("ThirdPartyEventRulesModuleApiCallbacks")
UserDevicePresenceState = make_class("UserDevicePresenceState")

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
respond_with_304 = make_function("respond_with_304")
respond_with_multipart_responder = make_function("respond_with_multipart_responder")
add_file_headers = make_function("add_file_headers")
get_filename_from_headers = make_function("get_filename_from_headers")
check_for_cached_entry_and_respond = make_function("check_for_cached_entry_and_respond")
make_event_from_dict = make_function("make_event_from_dict")
make_event_from_json = make_function("make_event_from_json")
relation_from_event = make_function("relation_from_event")
is_creator = make_function("is_creator")
prune_event = make_function("prune_event")
load_legacy_presence_router = make_function("load_legacy_presence_router")
load_legacy_third_party_event_rules = make_function("load_legacy_third_party_event_rules")
load_legacy_spam_checkers = make_function("load_legacy_spam_checkers")


class RestServlet:
    """The base of servlets, which modules derive from."""

    PATTERNS: object = None

    def register(self, http_server: object) -> None:
        """Accepted; nothing serves them yet."""
