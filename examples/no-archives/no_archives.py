"""A Synapse module: no ZIP files, unless an administrator uploads them."""

from synapse.logging.context import current_context
from synapse.module_api import NOT_SPAM, ModuleApi
from synapse.module_api.errors import Codes, SynapseError

# Of a file, of an empty archive, and of one in several parts.
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


class NoArchives:
    def __init__(self, config: dict, api: ModuleApi):
        self.api = api
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)

    async def check_media_file_for_spam(self, file_wrapper, file_info):
        # None for media of another server, which no user of ours uploads.
        uploader = current_context().request.requester
        if read_start(file_wrapper.path) not in ZIP:
            return NOT_SPAM
        if uploader is not None and await self.api.is_user_admin(uploader):
            return NOT_SPAM
        raise SynapseError(400, "ZIP files cannot be shared here", Codes.FORBIDDEN)


def read_start(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(4)
