"""What two centres share: 110 transfers, the desk's side of an escalation, and the link's books."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dispatch.police.lifecycle import OURS, Channel, Quality, ReturnReason, Transfer, Urgency


class PoliceRules(models.Model):
    """The numbers of the co-operation, from a date on; the newest row in force counts. An edit wants a new row."""

    effective_from = models.DateTimeField(unique=True)
    accept_s = models.PositiveSmallIntegerField(default=120)  # a transfer is accepted or returned within
    feedback_s = models.PositiveIntegerField(default=3600)  # first feedback within, as the city profile asks
    seat_phone = models.CharField(max_length=24, blank=True)  # by which the police reach the seats

    class Meta:
        ordering = ["-effective_from"]
        verbose_name = _("rules of police co-operation")
        verbose_name_plural = _("rules of police co-operation")

    def __str__(self) -> str:
        return f"{self.effective_from:%Y-%m-%d}"


class PoliceTransfer(models.Model):
    """A non-police 110 call handed to the street (警情分流单).

    Who called is kept encrypted and shown masked; what the police know about persons has no column here. `rev` is the
    id of its newest journal entry, `peer_rev` the newest version of the other side's book that was taken.
    """

    Status, Reason, Quality, Urgency, Channel = Transfer, ReturnReason, Quality, Urgency, Channel

    police_no = models.CharField(max_length=40, unique=True)  # 接警单号
    status = models.CharField(max_length=10, choices=Transfer.choices, default=Transfer.OFFERED)
    rev = models.BigIntegerField(default=0)
    peer_rev = models.BigIntegerField(default=0)
    offers = models.PositiveSmallIntegerField(default=1)  # offered again after a return
    by_link = models.BooleanField(default=False)  # from the station's own system, not from our desk
    call_time = models.DateTimeField()
    transfer_time = models.DateTimeField()
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.ORDER)
    urgency = models.CharField(max_length=10, choices=Urgency.choices, default=Urgency.NON_URGENT)
    alarm_code = models.CharField(max_length=24)
    alarm_name = models.CharField(max_length=60, blank=True)
    caller_name_sealed = models.TextField(blank=True)
    caller_phone_sealed = models.TextField(blank=True)
    caller_name_masked = models.CharField(max_length=40, blank=True)
    caller_phone_masked = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200)
    lon = models.FloatField()
    lat = models.FloatField()
    description = models.TextField(blank=True)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    offered_at = models.DateTimeField()
    accept_deadline = models.DateTimeField()
    accept_missed_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    incident = models.ForeignKey("incidents.Incident", models.PROTECT, null=True, blank=True, related_name="+")
    return_reason = models.CharField(max_length=24, choices=ReturnReason.choices, blank=True)
    return_note = models.TextField(blank=True)
    returned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(null=True, blank=True)
    first_feedback_at = models.DateTimeField(null=True, blank=True)
    first_feedback = models.TextField(blank=True)
    result = models.JSONField(default=dict, blank=True)  # found, contacted, done, remains: the first closing
    closed_at = models.DateTimeField(null=True, blank=True)  # the first result
    quality = models.CharField(max_length=14, choices=Quality.choices, blank=True)
    quality_note = models.TextField(blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    returned_by_district_at = models.DateTimeField(null=True, blank=True)
    second_closing_text = models.TextField(blank=True)
    second_closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("110 transfer")
        verbose_name_plural = _("110 transfers")
        constraints = [
            models.CheckConstraint(
                name="transfer_missed_when_due",
                condition=Q(accept_missed_at__isnull=True) | Q(accept_missed_at=F("accept_deadline")),
            ),
            # Whatever the street works on, or has worked on, has its incident.
            models.CheckConstraint(
                name="transfer_has_incident",
                condition=Q(status__in=[Transfer.OFFERED, Transfer.RETURNED]) | Q(incident__isnull=False),
            ),
            models.CheckConstraint(
                name="transfer_returned_with_reason",
                condition=~Q(status=Transfer.RETURNED) | ~Q(return_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["accept_deadline"],
                condition=Q(status=Transfer.OFFERED, accept_missed_at__isnull=True),
                name="transfer_unanswered",
            ),
            models.Index(fields=["incident"], condition=Q(status__in=OURS), name="transfer_at_work"),
            models.Index(fields=["status", "-id"], name="transfer_by_status"),
            models.Index(fields=["offered_at"], name="transfer_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.police_no} ({self.status})"


class PoliceCall(models.Model):
    """What the police desk said to one call for the police (`Reinforcement`): an escalation 升级警情."""

    call = models.OneToOneField("dispatch.Reinforcement", models.PROTECT, primary_key=True, related_name="police")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    peer_rev = models.BigIntegerField(default=0)  # the newest version of the other side's book that was taken

    class Meta:
        verbose_name = _("police answer")
        verbose_name_plural = _("police answers")

    def __str__(self) -> str:
        return f"{self.call_id}"


class LinkSubject(models.Model):
    """How far the other side knows one thing: `told_rev` was written to it last, `known_rev` it has confirmed."""

    subject = models.CharField(max_length=60, primary_key=True)  # escalation:17, transfer:JJ2026…
    last_seq = models.BigIntegerField(default=0)
    told_rev = models.BigIntegerField(default=0)
    known_rev = models.BigIntegerField(default=0)
    is_live = models.BooleanField(default=True)  # its versions are still compared

    class Meta:
        verbose_name = _("shared subject")
        verbose_name_plural = _("shared subjects")
        indexes = [models.Index(fields=["subject"], condition=Q(is_live=True), name="link_subject_live")]

    def __str__(self) -> str:
        return self.subject


class PoliceMessage(models.Model):
    """One message to the other side, written with the change it tells of; the row is the queue.

    `seq` counts within the subject. A message that was refused for good, or too often, is dead until a person
    sends it again; a line that is cut kills none.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting to be sent")
        SENT = "sent", _("sent")
        DEAD = "dead", _("given up")

    key = models.UUIDField(unique=True)  # Idempotency-Key
    subject = models.ForeignKey(LinkSubject, models.PROTECT, related_name="messages", db_index=False)
    seq = models.BigIntegerField()
    event = models.CharField(max_length=40)
    rev = models.BigIntegerField()
    payload = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("message to the police")
        verbose_name_plural = _("messages to the police")
        constraints = [models.UniqueConstraint(fields=["subject", "seq"], name="police_message_in_order")]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state="pending"), name="police_message_due"),
            models.Index(fields=["-id"], condition=Q(state="dead"), name="police_message_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id}#{self.seq} {self.event} ({self.state})"


class PoliceReceipt(models.Model):
    """One message of the other side by its Idempotency-Key, with the answer it got: the same key is answered alike."""

    key = models.CharField(max_length=80, primary_key=True)
    door = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField(default=dict)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("message from the police")
        verbose_name_plural = _("messages from the police")
        indexes = [models.Index(fields=["received_at"], name="police_receipt_by_time")]

    def __str__(self) -> str:
        return self.key


class PoliceLink(models.Model):
    """How the line to the other side stands, one row: when it last carried something, since when it is cut."""

    last_ok_at = models.DateTimeField(null=True, blank=True)  # an own message was confirmed
    last_heard_at = models.DateTimeField(null=True, blank=True)  # a signed message came in
    down_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_probe_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    rev = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("line to the police")
        verbose_name_plural = _("line to the police")

    def __str__(self) -> str:
        return f"down since {self.down_since}" if self.down_since else "up"
