"""Messages that come in pieces (分包), put together in any order, with limits and a time-out. No database here."""

from dataclasses import dataclass, field

from worksites.jt808.frames import Frame

MOST_OPEN = 4  # messages in pieces of one connection at a time
MOST_PIECES = 256
MOST_BYTES = 128 * 1024
ASK_AFTER_S = 5.0  # no further piece for so long: what is missing is asked for
GIVE_UP_S = 60.0


@dataclass
class Pile:
    """The pieces of one message so far; `first` is the serial number of piece 1."""

    message: int
    first: int
    total: int
    began: float
    touched: float
    newest: Frame
    asked: bool = False
    size: int = 0
    pieces: dict[int, bytes] = field(default_factory=dict)

    def missing(self) -> list[int]:
        """The numbers of the pieces that have not come."""
        return [number for number in range(1, self.total + 1) if number not in self.pieces]


class Piles:
    """All messages in pieces of one connection."""

    def __init__(self) -> None:
        self.open: dict[tuple[int, int], Pile] = {}
        self.dropped = 0  # piles given up: too many, too large or too slow

    def add(self, frame: Frame, now: float) -> Frame | None:
        """The whole message once its last piece is here (`total` is 0 then), else None.

        A piece that came before changes nothing. Pieces belong together by message and serial number of the first.
        """
        first = (frame.serial - frame.number + 1) & 0xFFFF
        key = (frame.message, first)
        pile = self.open.get(key)
        if pile is not None and pile.total != frame.total:
            self._drop(key)
            pile = None
        if frame.total > MOST_PIECES:
            self.dropped += 1
            return None
        if pile is None:
            while len(self.open) >= MOST_OPEN:
                self._drop(min(self.open, key=lambda one: self.open[one].touched))
            pile = self.open[key] = Pile(frame.message, first, frame.total, now, now, frame)
        if frame.number not in pile.pieces:
            pile.pieces[frame.number] = frame.body
            pile.size += len(frame.body)
            pile.touched, pile.newest = now, frame
        if pile.size > MOST_BYTES:
            self._drop(key)
            return None
        if len(pile.pieces) < pile.total:
            return None
        del self.open[key]
        body = b"".join(pile.pieces[number] for number in range(1, pile.total + 1))
        return frame._replace(body=body, total=0, number=0)

    def stale(self, now: float) -> list[Pile]:
        """Piles whose missing pieces should be asked for now, each once; those that took too long are dropped."""
        for key, pile in list(self.open.items()):
            if now - pile.began > GIVE_UP_S:
                self._drop(key)
        asking = [pile for pile in self.open.values() if not pile.asked and now - pile.touched > ASK_AFTER_S]
        for pile in asking:
            pile.asked = True
        return asking

    def _drop(self, key: tuple[int, int]) -> None:
        del self.open[key]
        self.dropped += 1
