"""A Synapse module: refuses programs, by the first bytes of the file."""

from synapse.module_api import NOT_SPAM, ModuleApi
from synapse.module_api.errors import Codes

PROGRAMS = (b"\x7fELF", b"MZ")


class NoExecutables:
    def __init__(self, config: dict, api: ModuleApi):
        self.api = api
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)

    async def check_media_file_for_spam(self, file_wrapper, file_info):
        # Disks can be slow: other requests are served meanwhile.
        start = await self.api.defer_to_thread(read_start, file_wrapper.path)
        return Codes.FORBIDDEN if start.startswith(PROGRAMS) else NOT_SPAM


def read_start(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(4)
