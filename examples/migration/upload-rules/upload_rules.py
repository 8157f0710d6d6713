"""A Synapse module: the first rule that is for a user says how much the user may upload."""

from dataclasses import dataclass

from synapse.config._base import Config, ConfigError
from synapse.module_api import MediaUploadLimit, ModuleApi
from synapse.module_api.errors import SynapseError

UNITS_MS = (("day", 24 * 60 * 60 * 1000), ("hour", 60 * 60 * 1000), ("second", 1000))
RULE_KEYS = frozenset(("users", "servers", "admins", "appservices", "max_size", "limits"))


@dataclass(frozen=True)
class Rule:
    """A rule without users holds for all of them. The next module decides what a rule does not mention."""

    users: frozenset[str]
    servers: frozenset[str]
    admins: bool
    appservices: bool
    max_size: int | None
    limits: list[MediaUploadLimit] | None

    @property
    def is_for_everyone(self) -> bool:
        return not (self.users or self.servers or self.admins or self.appservices)


@dataclass(frozen=True)
class UploadRulesConfig:
    help: str
    rules: list[Rule]


class UploadRules:
    def __init__(self, config: UploadRulesConfig, api: ModuleApi):
        self.api = api
        self.help = config.help
        self.rules = config.rules
        api.register_media_repository_callbacks(
            get_media_config_for_user=self.get_media_config_for_user,
            is_user_allowed_to_upload_media_of_size=self.is_user_allowed_to_upload_media_of_size,
            get_media_upload_limits_for_user=self.get_media_upload_limits_for_user,
            on_media_upload_limit_exceeded=self.on_media_upload_limit_exceeded,
        )

    @staticmethod
    def parse_config(config: dict) -> UploadRulesConfig:
        return UploadRulesConfig(help=config["help"], rules=[parse_rule(rule) for rule in config["rules"]])

    async def get_media_config_for_user(self, user_id: str) -> dict | None:
        rule = await self.find_rule(user_id)
        if rule is None or rule.max_size is None:
            return None
        return {"m.upload.size": rule.max_size, "org.example.help": self.help}

    async def is_user_allowed_to_upload_media_of_size(self, user_id: str, size: int) -> bool:
        rule = await self.find_rule(user_id)
        return rule is None or rule.max_size is None or size <= rule.max_size

    async def get_media_upload_limits_for_user(self, user_id: str) -> list[MediaUploadLimit] | None:
        rule = await self.find_rule(user_id)
        return None if rule is None else rule.limits

    async def on_media_upload_limit_exceeded(
        self, user_id: str, limit: MediaUploadLimit, sent_bytes: int, attempted_bytes: int
    ) -> None:
        rule = await self.find_rule(user_id)
        if rule is None or not rule.limits:
            # The limit is not one of ours, and neither are its words.
            return
        left = max(0, limit.max_bytes - sent_bytes)
        period = describe_period(limit.time_period_ms)
        fields = {"info_uri": self.help, "org.example.attempted": attempted_bytes, "org.example.left": left}
        raise SynapseError(
            403, f"You may upload {left} more bytes within {period}", "ORG.EXAMPLE_UPLOADS_USED_UP", fields
        )

    async def find_rule(self, user_id: str) -> Rule | None:
        server = user_id.partition(":")[2]
        for rule in self.rules:
            if rule.is_for_everyone or user_id in rule.users or server in rule.servers:
                return rule
            if rule.admins and await self.api.is_user_admin(user_id):
                return rule
            if rule.appservices and await self.is_of_appservice(user_id):
                return rule
        return None

    async def is_of_appservice(self, user_id: str) -> bool:
        user = await self.api.get_userinfo_by_id(user_id)
        return user is not None and user.appservice_id is not None


def parse_rule(rule: dict) -> Rule:
    unknown = sorted(rule.keys() - RULE_KEYS)
    if unknown:
        raise ConfigError(f"a rule has no key {', '.join(unknown)}")
    limits = rule.get("limits")
    return Rule(
        users=frozenset(rule.get("users", ())),
        servers=frozenset(rule.get("servers", ())),
        admins=rule.get("admins", False),
        appservices=rule.get("appservices", False),
        max_size=Config.parse_size(rule["max_size"]) if "max_size" in rule else None,
        limits=None if limits is None else [parse_limit(limit) for limit in limits],
    )


def parse_limit(limit: dict) -> MediaUploadLimit:
    return MediaUploadLimit(
        max_bytes=Config.parse_size(limit["max_size"]),
        time_period_ms=Config.parse_duration(limit["time_period"]),
    )


def describe_period(period_ms: int) -> str:
    for unit, unit_ms in UNITS_MS:
        if period_ms % unit_ms == 0:
            count = period_ms // unit_ms
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{period_ms} ms"
