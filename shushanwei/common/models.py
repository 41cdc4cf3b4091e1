"""The one table of the common room: when each part of the running system was last seen at work."""

from django.db import models


class Heartbeat(models.Model):
    """A part (`worker`, `clocks`, `beat`) and the instant, by the database's clock, it last did something."""

    part = models.CharField(max_length=24, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.part} {self.at:%F %T}"
