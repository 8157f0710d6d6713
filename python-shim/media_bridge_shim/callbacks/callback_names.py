"""What Synapse 1.163 lets a module register: the method `register_<group>_callbacks` and its keywords."""

from __future__ import annotations

from .kinds import KINDS

CALLBACKS: dict[str, tuple[str, ...]] = {
    "account_data": ("on_account_data_updated",),
    "account_validity": (
        "is_user_expired",
        "on_user_registration",
        "on_user_login",
        "on_legacy_send_mail",
        "on_legacy_renew",
        "on_legacy_admin_request",
    ),
    "add_extra_fields_to_unsigned_client_event": ("add_field_to_unsigned_callback",),
    "background_update_controller": ("on_update", "default_batch_size", "min_batch_size"),
    "federation": ("on_event_delivered_over_federation",),
    "media_repository": (
        "get_media_config_for_user",
        "is_user_allowed_to_upload_media_of_size",
        "get_media_upload_limits_for_user",
        "on_media_upload_limit_exceeded",
    ),
    "password_auth_provider": (
        "check_3pid_auth",
        "on_logged_out",
        "auth_checkers",
        "is_3pid_allowed",
        "get_username_for_registration",
        "get_displayname_for_registration",
    ),
    "presence_router": ("get_users_for_states", "get_interested_users"),
    "ratelimit": ("get_ratelimit_override_for_user",),
    "spam_checker": (
        "check_event_for_spam",
        "should_drop_federated_event",
        "user_may_join_room",
        "user_may_invite",
        "federated_user_may_invite",
        "user_may_send_3pid_invite",
        "user_may_create_room",
        "user_may_create_room_alias",
        "user_may_publish_room",
        "user_may_send_state_event",
        "check_username_for_spam",
        "check_registration_for_spam",
        "check_media_file_for_spam",
        "check_login_for_spam",
    ),
    "third_party_rules": (
        "check_event_allowed",
        "on_create_room",
        "check_threepid_can_be_invited",
        "check_visibility_can_be_modified",
        "on_new_event",
        "check_can_shutdown_room",
        "check_can_deactivate_user",
        "on_profile_update",
        "on_user_deactivation_status_changed",
        "on_threepid_bind",
        "on_add_user_third_party_identifier",
        "on_remove_user_third_party_identifier",
    ),
}

REQUIRED: dict[str, tuple[str, ...]] = {"background_update_controller": ("on_update",)}

EXTENSIONS: dict[str, tuple[str, ...]] = {
    group: tuple(kind.name for kind in KINDS.values() if kind.group == group and kind.name not in names)
    for group, names in CALLBACKS.items()
}
"""What this service fires beyond Synapse."""

UNSUPPORTED_METHODS: tuple[str, ...] = (
    "complete_sso_login_async",
    "create_login_token",
    "get_monthly_active_users_by_service",
    "record_user_external_id",
    "register",
    "register_device",
    "register_user",
    "send_http_push_notification",
    "send_local_online_presence_to",
    "send_mail",
    "set_presence_for_users",
    "set_push_rule_action",
    "set_user_admin",
    "store_remote_3pid_association",
)
"""Methods of `ModuleApi` that refuse when they are called."""

UNSUPPORTED_VALUES: tuple[str, ...] = ("email_app_name",)
"""Properties of `ModuleApi` that are not there."""
