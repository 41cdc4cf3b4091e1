"""What the peer's people do: take escalations with a car, refuse some, hand calls over, judge results."""

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from demo.peer.store import Store

BRIEF = 30


class Desk:
    """Acts on what the store holds; asked again after every message and every start, it repeats nothing."""

    def __init__(
        self, store: Store, *, answer: str = "accept", cars: tuple[str, ...] = (), judges: bool = True
    ) -> None:
        """`answer` is accept, refuse or none; `cars` are codes of police units to send in turn."""
        self.store, self.answer, self.cars, self.judges = store, answer, cars, judges
        self.told: Callable[[], None] = lambda: None

    def act(self) -> int:
        """Say what is due; returns how much was said."""
        said = 0
        with self.store.lock:
            for subject, known in list(self.store.subjects.items()):
                if subject.startswith("escalation:"):
                    said += self._escalation(subject, known["data"])
                elif self.judges:
                    said += self._transfer(subject, known["data"])
            for line in list(self.store.refused):
                said += self._without_car(line)
        if said:
            self.told()
        return said

    def hand_over(self, call: dict[str, Any]) -> None:
        """A call for the street; the same number again is handed over once."""
        subject = f"transfer:{call['police_no']}"
        if subject not in self.store.revs:
            self.store.say("transfers", subject, call, key=_key("offer", subject, 1))
            self.told()

    def _escalation(self, subject: str, data: dict[str, Any]) -> int:
        if self.answer == "none" or subject in self.store.revs or data["call"]["status"] != "requested":
            return 0
        if self.answer == "refuse":
            body = {"subject": subject, "answer": "refused", "reason": "警力均在处置上级警情"}
        else:
            body = {"subject": subject, "answer": "accepted", "car": self._car(subject, data)}
        self.store.say("answers", subject, body, key=_key("answer", subject, 1))
        return 1

    def _without_car(self, line: dict[str, Any]) -> int:
        """The car was busy over there (409): we come all the same, and name another later."""
        key = _key("answer", line["subject"], 2)
        if line["status"] != 409 or not line["body"].get("car") or key in self.store.spoken:
            return 0
        body = {"subject": line["subject"], "answer": "accepted"}
        self.store.say("answers", line["subject"], body, key=key)
        return 1

    def _car(self, subject: str, data: dict[str, Any]) -> str:
        """The car that the street has ordered already, else one of ours in turn."""
        ordered = [o["unit"]["code"] for o in data["orders"] if o["of_call"] and not o["ended_at"] and o["unit"]]
        if ordered:
            return ordered[0]
        return self.cars[int(subject.split(":")[1]) % len(self.cars)] if self.cars else ""

    def _transfer(self, subject: str, data: dict[str, Any]) -> int:
        """A result is judged once, and its second closing passes."""
        if data["status"] != "closed" or data["quality"] == "pass":
            return 0
        second = bool(data["second_closing_text"])
        key = _key("verdict", subject, 2 if second else 1)
        if key in self.store.spoken:
            return 0
        brief = sum(map(len, data["result"].values())) < BRIEF and not second
        body = {"police_no": data["police_no"], "quality": "too_brief" if brief else "pass"}
        if brief:
            body["note"] = "未写明联系对象与处置结果"
        self.store.say("verdicts", subject, body, key=key)
        return 1


def _key(*parts: Any) -> str:
    return str(uuid5(NAMESPACE_URL, ":".join(map(str, parts))))
