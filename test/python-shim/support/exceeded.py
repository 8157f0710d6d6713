"""The call of a callback whose answer is not asked for, as the host makes it."""

LIMIT = {"max_bytes": "1", "time_period_ms": "1", "info_uri": None, "can_upgrade": False, "extra": None}
EXCEEDED = ("on_media_upload_limit_exceeded", "@a:b", LIMIT, 1, 2)
