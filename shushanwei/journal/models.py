"""The append-only journal: every change of every case, written in the transaction of the change."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from shushanwei.journal.wording import note_of


class XactId(models.Func):
    """The number of the present transaction, 64 bit."""

    function = "pg_current_xact_id"
    template = "%(function)s()::text::bigint"
    arity = 0
    output_field = models.BigIntegerField()


class Entry(models.Model):
    """One line of history. Its id is the `rev` that screens compare; a trigger refuses UPDATE and DELETE.

    `at` is the instant of the fact by the database's clock (a miss carries the instant it fell due);
    `written_at` is when the line was written. `data` holds what the reader needs: before, after, note.
    """

    at = models.DateTimeField()
    written_at = models.DateTimeField(db_default=Now())
    subject_type = models.CharField(max_length=24)
    subject_id = models.BigIntegerField()
    verb = models.CharField(max_length=48)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=60, blank=True)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    trace = models.CharField(max_length=40, blank=True)
    is_live = models.BooleanField(default=False)  # a push was announced for it
    # Ids are drawn before the commit, so a reader with a cursor goes by transaction: all below the oldest
    # running one are complete.
    xid = models.BigIntegerField(db_default=XactId())

    class Meta:
        ordering = ["id"]
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="entry_of_subject"),
            models.Index(fields=["written_at"], name="entry_by_time"),
            models.Index(fields=["xid", "id"], name="entry_by_xid"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.verb} {self.subject_type}:{self.subject_id}"

    @property
    def said(self) -> str:
        """The note in the reader's language where the entry keeps facts, else as it was written down."""
        return note_of(self.note, self.data)


class Seal(models.Model):
    """A hash over a closed run of entries, chained to the seal before it: a later change shows.

    It covers the entries of all transactions from `from_xid` up to, not including, `to_xid`, by (xid, id).
    """

    from_xid = models.BigIntegerField(unique=True)
    to_xid = models.BigIntegerField(unique=True)
    count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["to_xid"]
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return f"{self.from_xid}–{self.to_xid} {self.sha256[:12]}"
