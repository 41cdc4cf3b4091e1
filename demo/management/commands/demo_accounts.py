"""`manage.py demo_accounts`: who may sign in to the demonstration street, and where each of them starts."""

import unicodedata

from django.core.management.base import BaseCommand

from demo.residents.people import SHOWN as NEIGHBOURS
from demo.residents.people import phone, uuid_of
from demo.street.loading import password
from points.models import Resident
from shushanwei.nav import landing_for
from shushanwei.people.models import User

# One account of each kind; the others of a kind differ only by their number.
SHOWN = [
    "admin", "commander", "lead1", "seat1", "seat2", "dispatcher", "video", "evaluator", "police", "leader", "wall",
    "squad01-1", "enf1-1", "police1-1", "fire1-1", "volunteer1-1", "dept-enf", "dept-san", "handler-enf", "grid-015",
    "collector-015", "grid01", "grid02", "part-worker", "micro-worker", "team-member", "mediator", "health-015",
    "merchant", "rider", "resident", "sysadmin", "secadmin", "auditadmin",
]  # fmt: skip
FAMILIES = [
    ("seat1 … seat8, lead1 … lead4", "坐席员、值班长"),
    ("squad01-1 … squad12-4", "十二个综治队班组，每班四人"),
    ("enf1-1 … enf3-10, police1-1 … police2-2, fire1-1 … fire1-6", "执法、派出所、消防"),
    ("rider, rider-kd002 … rider-kd234", "先锋骑手（快递蜀黍）"),
    ("dept-CODE, handler-CODE", "十七个部门：账号与处置人员"),
    ("health-NNN", "每个村社的健康专员(NNN 为村社代码后三位)"),
    (
        "grid-NNN, collector-NNN, worker-NNN-NN",
        "每个村社的网格长、采集员、专职网格员（NNN 为村社代码后三位；朝阳社区前两个网格为 grid01、grid02）",
    ),
]


class Command(BaseCommand):
    """Prints a table: role, person, user name, password, start page."""

    help = "List the accounts of the demonstration street."

    def handle(self, *args, **options):
        users = {
            user.username: user for user in User.objects.filter(username__in=SHOWN).prefetch_related("grants__role")
        }
        rows = [("role", "person", "user", "password", "start page")]
        for username in SHOWN:
            if username in users:
                user = users[username]
                roles = "、".join(dict.fromkeys(grant.role.name_zh for grant in user.grants.all())) or "超级用户"
                start = "/admin/" if user.is_superuser else landing_for(user) or "/start/"
                rows.append((roles, user.display_name, username, password(), start))
        if len(rows) == 1:
            self.stderr.write("No accounts yet: run `manage.py load_street` first.")
            return
        self._table(rows)
        self.stdout.write("")
        for names, meaning in FAMILIES:
            self.stdout.write(f"{names}: {meaning}")
        self._residents()

    def _residents(self) -> None:
        """Who may sign in at the residents' page: a phone and the code that the page itself shows."""
        there = dict(Resident.objects.filter(erased_at=None, level__gt=0).values_list("uuid", "nickname"))
        shown = [(number, who) for number, _name, who in NEIGHBOURS if uuid_of(number) in there]
        if not shown:
            return
        rows = [("resident", "nickname", "phone", "code", "start page")]
        rows += [(who, there[uuid_of(number)], phone(number), "页面显示", "/m/") for number, who in shown]
        self.stdout.write("")
        self._table(rows)

    def _table(self, rows: list[tuple[str, ...]]) -> None:
        widths = [max(_width(row[column]) for row in rows) for column in range(5)]
        for row in rows:
            self.stdout.write("  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _width(text: str) -> int:
    """Columns that `text` takes in a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
