"""A JT/T 808 terminal for the tests: registers, signs in, reports, and reads what it is answered."""

import asyncio

from worksites.jt808 import messages
from worksites.jt808.frames import Frame, Splitter, address_of, write_frame


class TestTerminal:
    """One terminal on one connection."""

    __test__ = False

    def __init__(self, phone: str, version: int = 2013) -> None:
        self.phone, self.version = phone, version
        self.address = address_of(phone, version)
        self.serial, self.token = 0, ""
        self.splitter, self.read = Splitter(), []

    async def connect(self, port: int, host: str = "127.0.0.1") -> "TestTerminal":
        self.reader, self.writer = await asyncio.open_connection(host, port)
        return self

    def send(self, message: int, body: bytes = b"", **more) -> int:
        """Send one frame; returns its serial number."""
        self.serial = (self.serial + 1) & 0xFFFF
        self.writer.write(
            write_frame(message, body, address=self.address, serial=self.serial, version=self.version, **more)
        )
        return self.serial

    async def next(self, patience_s: float = 60) -> Frame | None:
        """The next frame from the platform, or None when it hung up."""
        while not self.read:
            data = await asyncio.wait_for(self.reader.read(65_536), patience_s)
            if not data:
                return None
            self.read += self.splitter.feed(data)
        return self.read.pop(0)

    async def ask(self, message: int, body: bytes = b"") -> int:
        """Send, and return the result of the general answer."""
        serial = self.send(message, body)
        answer = await self.next()
        assert answer is not None and answer.message == messages.ANSWER
        told, of, result = messages.read_answer(answer.body)
        assert (told, of) == (serial, message)
        return result

    async def register(self, plate: str = "浙A1D234", serial: str = "0000001") -> int:
        """The result of 0x8100; the token is kept."""
        self.send(messages.REGISTER, messages.write_registration(plate, version=self.version, serial=serial))
        answer = await self.next()
        assert answer is not None and answer.message == messages.REGISTERED
        self.token = answer.body[3:].decode("gbk")
        return answer.body[2]

    async def sign_in(self, token: str | None = None) -> int:
        token = self.token if token is None else token
        return await self.ask(messages.AUTHENTICATE, messages.write_token(token, self.version))

    def close(self) -> None:
        self.writer.close()
