"""A Synapse module: refuses programs, by the first bytes of the file."""

from synapse.module_api import NOT_SPAM, ModuleApi
from synapse.module_api.errors import Codes

PROGRAMS = (b"\x7fELF", b"MZ")


class NoExecutables:
    def __init__(self, config: dict, api: ModuleApi):
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.check_media_file_for_spam)

    async def check_media_file_for_spam(self, file_wrapper, file_info):
        with open(file_wrapper.path, "rb") as file:
            return Codes.FORBIDDEN if file.read(4).startswith(PROGRAMS) else NOT_SPAM
