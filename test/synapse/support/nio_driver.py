"""Does with matrix-nio what a test asks for: one JSON object a line in, one a line out, several at a time.

A request has `id`, `do` (the name of a method of `Driver`) and its arguments; the answer has `id` and either `answer`
or `failure`.
"""

import asyncio
import json
import logging
import sys
import traceback

from nio import AsyncClient, AsyncClientConfig

# It warns of every refusal.
logging.getLogger("nio").setLevel(logging.ERROR)


class Driver:
    def __init__(self):
        self.clients = {}

    async def open(self, client, url, user):
        """A client without a login yet."""
        # A refusal for being too fast would be a fault of the test, and is not waited out.
        config = AsyncClientConfig(max_limit_exceeded=0, max_timeouts=0)
        self.clients[client] = AsyncClient(url, user, config=config)

    async def login(self, client, password):
        return describe(await self.clients[client].login(password))

    async def logout(self, client):
        return describe(await self.clients[client].logout())

    async def adopt(self, client, user_id, access_token):
        """Takes over a token that was made elsewhere."""
        self.clients[client].restore_login(user_id, "DEVICE", access_token)

    async def config(self, client):
        return describe(await self.clients[client].content_repository_config())

    async def upload(self, client, path, content_type, filename, size):
        upload = self.clients[client].upload
        answer, _ = await upload(lambda *_: path, content_type, filename, filesize=size)
        return describe(answer)

    async def download(self, client, mxc, path):
        return describe(await self.clients[client].download(mxc, save_to=path))

    async def join(self, client, room_id):
        return describe(await self.clients[client].join(room_id))

    async def set_display_name(self, client, name):
        return describe(await self.clients[client].set_displayname(name))

    async def sync(self, client, since, timeout_ms):
        """Invitations, and the events of joined rooms, since a point; waited for where there are none yet."""
        answer = await self.clients[client].sync(timeout=timeout_ms, since=since)
        rooms = answer.rooms.join.items()
        events = {room_id: [event.source for event in room.timeline.events] for room_id, room in rooms}
        return {"next_batch": answer.next_batch, "events": events, "invites": list(answer.rooms.invite)}


def describe(response):
    """The fields of a response that JSON can say, with its class and its status."""
    status = response.transport_response.status
    fields = {name: value for name, value in vars(response).items() if isinstance(value, str | int | None)}
    return {"type": type(response).__name__, "status": status, **fields}


async def answer(driver, line):
    request = json.loads(line)
    number, method = request.pop("id"), getattr(driver, request.pop("do"))
    try:
        reply = {"answer": await method(**request)}
    except Exception:
        reply = {"failure": traceback.format_exc()}
    print(json.dumps({"id": number, **reply}), flush=True)


async def main():
    driver = Driver()
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    under_way = set()
    while line := await lines.readline():
        task = loop.create_task(answer(driver, line))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    for client in driver.clients.values():
        await client.close()


asyncio.run(main())
