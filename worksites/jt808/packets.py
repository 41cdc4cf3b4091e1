"""Messages that come in pieces (分包), put together in any order, with limits and a time-out. No database here."""

from dataclasses import dataclass, field

from worksites.jt808.frames import Frame
from worksites.jt808.messages import BadBody

MOST_OPEN = 4  # messages in pieces of one connection at a time
MOST_PIECES = 256
MOST_BYTES = 128 * 1024
MOST_OF_ALL = 64 * 1024 * 1024  # bytes of unfinished messages of all connections together
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


@dataclass
class Budget:
    """Bytes that all connections together hold in unfinished messages."""

    most: int = MOST_OF_ALL
    taken: int = 0


class Piles:
    """All messages in pieces of one connection."""

    def __init__(self, budget: Budget | None = None) -> None:
        self.budget = budget or Budget()
        self.open: dict[tuple[int, int], Pile] = {}
        self.dropped = 0  # piles given up: too many at a time or too slow

    def add(self, frame: Frame, now: float) -> Frame | None:
        """The whole message once its last piece is here (`total` is 0 then), else None.

        A piece that came before changes nothing. Pieces belong together by message and serial number of the first.
        Raises BadBody for `pieces` when they are too many or too large to be kept.
        """
        first = (frame.serial - frame.number + 1) & 0xFFFF
        key = (frame.message, first)
        pile = self.open.get(key)
        if pile is not None and pile.total != frame.total:
            self._drop(key)
            pile = None
        if frame.total > MOST_PIECES:
            raise BadBody("pieces")
        if pile is None:
            while len(self.open) >= MOST_OPEN:
                self._drop(min(self.open, key=lambda one: self.open[one].touched))
            pile = self.open[key] = Pile(frame.message, first, frame.total, now, now, frame)
        if frame.number not in pile.pieces:
            pile.pieces[frame.number] = frame.body
            pile.size += len(frame.body)
            self.budget.taken += len(frame.body)
            pile.touched, pile.newest = now, frame
        if pile.size > MOST_BYTES or self.budget.taken > self.budget.most:
            self._forget(key)
            raise BadBody("pieces")
        if len(pile.pieces) < pile.total:
            return None
        self._forget(key)
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

    def close(self) -> None:
        """The connection is gone, and with it what was unfinished."""
        for key in list(self.open):
            self._forget(key)

    def _drop(self, key: tuple[int, int]) -> None:
        self._forget(key)
        self.dropped += 1

    def _forget(self, key: tuple[int, int]) -> None:
        self.budget.taken -= self.open.pop(key).size
