"""The socket of a screen: signed in, listening, never asked to do anything but listen."""

import asyncio

from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from shushanwei.journal.hub import Client, hub
from shushanwei.people.access import Reach, all_permission_codes, permissions_of, reach_of

UNAUTHORISED = 4401
SEEN = {"incidents.view_incident", "dispatch.view_unit"}  # what a superuser sees where no role is loaded yet


class LiveConsumer(AsyncWebsocketConsumer):
    """`/ws/live/`: hello, beats, changes, positions, resync (shapes in docs/live.md)."""

    channel_layer_alias = "none"  # the hub listens for all; a subscription per screen would cost ten times as much

    async def connect(self) -> None:
        self.client: Client | None = None
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            # Accept first: a browser can read the code of a close, not of a refused handshake.
            await self.accept()
            await self.close(UNAUTHORISED)
            return
        reach = await database_sync_to_async(_reach)(user)
        session = self.scope.get("session")
        self.client = Client(user.pk, getattr(session, "session_key", None), reach)
        await self.accept()
        await hub().join(self.client)
        self.sender = asyncio.create_task(self._send_all())

    async def receive(self, text_data=None, bytes_data=None) -> None:
        """Nothing that a screen says is acted upon; a reader that floods is cut."""
        if (text_data and len(text_data) > 1_000) or bytes_data:
            await self.close(1009)

    async def disconnect(self, code) -> None:
        if self.client is not None:
            hub().leave(self.client)
            self.sender.cancel()
        raise StopConsumer()

    async def _send_all(self) -> None:
        assert self.client is not None
        queue, send = self.client.queue, self.base_send  # for a thousand screens every call in between counts
        while True:
            text = await queue.get()
            if text is None:
                await self.close(UNAUTHORISED)
                return
            await send({"type": "websocket.send", "text": text})


def _reach(user) -> dict[str, Reach]:
    # An audience may name any permission: alarms are told to those who may acknowledge them.
    codes = SEEN | all_permission_codes() if user.is_superuser else permissions_of(user)
    return {code: reach_of(user, code) for code in codes}
