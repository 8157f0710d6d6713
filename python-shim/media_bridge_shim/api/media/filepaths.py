"""Where Synapse's media store keeps what."""

from __future__ import annotations

import os
import re
import string

ALLOWED_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_-.:[]")
# Since Synapse 1.0 the ids of previewed URLs begin with a date.
DATED_ID = re.compile(r"\d\d\d\d-\d\d-\d\d.")
DATE_LENGTH = 10


class MediaFilePaths:
    """Paths under `primary_base_path`; the `_rel` ones are relative to it. `ValueError` for ids that could leave it."""

    def __init__(self, primary_base_path: str) -> None:
        self.base_path = os.path.abspath(primary_base_path)

    def local_media_filepath_rel(self, media_id: str) -> str:
        return join("local_content", *split_id(media_id))

    def local_media_filepath(self, media_id: str) -> str:
        return self._full(self.local_media_filepath_rel(media_id))

    def local_media_thumbnail_rel(self, media_id: str, width: int, height: int, content_type: str, method: str) -> str:
        return join("local_thumbnails", *split_id(media_id), thumbnail_name(width, height, content_type, method))

    def local_media_thumbnail(self, media_id: str, width: int, height: int, content_type: str, method: str) -> str:
        return self._full(self.local_media_thumbnail_rel(media_id, width, height, content_type, method))

    def local_media_thumbnail_dir(self, media_id: str) -> str:
        return self._full(join("local_thumbnails", *split_id(media_id)))

    def remote_media_filepath_rel(self, server_name: str, file_id: str) -> str:
        return join("remote_content", server_name, *split_id(file_id))

    def remote_media_filepath(self, server_name: str, file_id: str) -> str:
        return self._full(self.remote_media_filepath_rel(server_name, file_id))

    def remote_media_thumbnail_rel(
        self, server_name: str, file_id: str, width: int, height: int, content_type: str, method: str
    ) -> str:
        name = thumbnail_name(width, height, content_type, method)
        return join("remote_thumbnail", server_name, *split_id(file_id), name)

    def remote_media_thumbnail(
        self, server_name: str, file_id: str, width: int, height: int, content_type: str, method: str
    ) -> str:
        return self._full(self.remote_media_thumbnail_rel(server_name, file_id, width, height, content_type, method))

    def remote_media_thumbnail_rel_legacy(
        self, server_name: str, file_id: str, width: int, height: int, content_type: str
    ) -> str:
        name = thumbnail_name(width, height, content_type)
        return join("remote_thumbnail", server_name, *split_id(file_id), name)

    def remote_media_thumbnail_dir(self, server_name: str, file_id: str) -> str:
        return self._full(join("remote_thumbnail", server_name, *split_id(file_id)))

    def url_cache_filepath_rel(self, media_id: str) -> str:
        return join("url_cache", *split_cached_id(media_id))

    def url_cache_filepath(self, media_id: str) -> str:
        return self._full(self.url_cache_filepath_rel(media_id))

    def url_cache_filepath_dirs_to_delete(self, media_id: str) -> list[str]:
        """The folders above a file, innermost first: to be removed where they are empty."""
        return self._up("url_cache", split_cached_id(media_id)[:-1])

    def url_cache_thumbnail_rel(self, media_id: str, width: int, height: int, content_type: str, method: str) -> str:
        name = thumbnail_name(width, height, content_type, method)
        return join("url_cache_thumbnails", *split_cached_id(media_id), name)

    def url_cache_thumbnail(self, media_id: str, width: int, height: int, content_type: str, method: str) -> str:
        return self._full(self.url_cache_thumbnail_rel(media_id, width, height, content_type, method))

    def url_cache_thumbnail_directory_rel(self, media_id: str) -> str:
        return join("url_cache_thumbnails", *split_cached_id(media_id))

    def url_cache_thumbnail_directory(self, media_id: str) -> str:
        return self._full(self.url_cache_thumbnail_directory_rel(media_id))

    def url_cache_thumbnail_dirs_to_delete(self, media_id: str) -> list[str]:
        """The folders above the thumbnails of a file, innermost first: to be removed where they are empty."""
        return self._up("url_cache_thumbnails", split_cached_id(media_id))

    def _full(self, relative: str) -> str:
        return os.path.join(self.base_path, relative)

    def _up(self, folder: str, parts: tuple[str, ...]) -> list[str]:
        return [self._full(join(folder, *parts[:count])) for count in range(len(parts), 0, -1)]


def split_id(media_id: str) -> tuple[str, ...]:
    return media_id[:2], media_id[2:4], media_id[4:]


def split_cached_id(media_id: str) -> tuple[str, ...]:
    if DATED_ID.match(media_id):
        return media_id[:DATE_LENGTH], media_id[DATE_LENGTH + 1 :]
    return split_id(media_id)


def thumbnail_name(width: int, height: int, content_type: str, method: str | None = None) -> str:
    kind, slash, subtype = content_type.partition("/")
    if not slash or "/" in subtype:
        raise ValueError(f"{content_type!r} is not a content type")
    return "-".join(str(part) for part in (width, height, kind, subtype, method) if part is not None)


def join(*parts: str) -> str:
    for part in parts:
        if part in ("", ".", "..") or not ALLOWED_CHARACTERS.issuperset(part):
            raise ValueError(f"{part!r} is not allowed in a path of the media store")
    return os.path.join(*parts)
