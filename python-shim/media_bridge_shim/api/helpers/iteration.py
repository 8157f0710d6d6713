"""Small helpers of `synapse.util`: pieces of sequences, orders, hashes, addresses of e-mail."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")

MAX_EMAIL_ADDRESS_LENGTH = 500


def batch_iter(iterable: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Tuples of `size` items, the last one of what is left."""
    items = iter(iterable)
    while batch := tuple(islice(items, size)):
        yield batch


def chunk_seq(iseq: Sequence[T], maxlen: int) -> Iterator[Sequence[T]]:
    """Slices of at most `maxlen` items."""
    return (iseq[start : start + maxlen] for start in range(0, len(iseq), maxlen))


def partition(iterable: Iterable[T], predicate: Callable[[T], bool]) -> tuple[list[T], list[T]]:
    """The items that fulfil it, and the others."""
    parts: tuple[list[T], list[T]] = ([], [])
    for item in iterable:
        parts[0 if predicate(item) else 1].append(item)
    return parts


def sorted_topologically(nodes: Iterable[T], graph: Mapping[T, Collection[T]]) -> Generator[T, None, None]:
    """The nodes, each after those that `graph` leads to from it."""
    for batch in sorted_topologically_batched(nodes, graph):
        yield from batch


def sorted_topologically_batched(
    nodes: Iterable[T], graph: Mapping[T, Collection[T]]
) -> Generator[Collection[T], None, None]:
    """Lists of nodes, each node in a later list than those that `graph` leads to from it."""
    left = dict.fromkeys(nodes)
    while left:
        batch = [node for node in left if not any(other in left for other in graph.get(node, ()))]
        if not batch:
            # A circle has no order.
            return
        yield batch
        for node in batch:
            del left[node]


def sha256_and_url_safe_base64(input_text: str) -> str:
    """The hash of a text, in URL-safe base64 without padding."""
    digest = hashlib.sha256(input_text.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def canonicalise_email(address: str) -> str:
    """The address as it is compared: in lower case, trimmed. `ValueError` for what is not an address."""
    parts = address.strip().split("@")
    if len(parts) != 2:
        raise ValueError(f"{address!r} is not an e-mail address")
    return f"{parts[0].casefold()}@{parts[1].lower()}"


def validate_email(address: str) -> str:
    """As `canonicalise_email`; `ValueError` for one that is too long as well."""
    canonical = canonicalise_email(address)
    if len(canonical) < 3:
        raise ValueError(f"{address!r} is not an e-mail address")
    if len(canonical) > MAX_EMAIL_ADDRESS_LENGTH:
        raise ValueError(f"an e-mail address has at most {MAX_EMAIL_ADDRESS_LENGTH} characters")
    return canonical


def create_resource_tree(desired_tree: Mapping[str, Any], root_resource: Any) -> Any:
    """Puts Twisted's resources under their paths (`/a/b`), with empty ones in between."""
    from twisted.web.resource import NoResource, Resource

    for path, resource in sorted(desired_tree.items(), key=lambda entry: entry[0].count("/")):
        node: Any = root_resource
        *folders, last = path.strip("/").encode().split(b"/")
        for name in folders:
            child = node.children.get(name)
            if child is None:
                child = Resource() if isinstance(node, Resource) else NoResource()
                node.putChild(name, child)
            node = child
        # What is below a path already stays below it.
        former = node.children.get(last)
        node.putChild(last, resource)
        for name, child in getattr(former, "children", {}).items():
            resource.putChild(name, child)
    return root_resource
