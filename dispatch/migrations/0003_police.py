"""110 transfers, the desk's answers to escalations, and the books of the link to the police."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0002_why_as_facts"),
        ("incidents", "0006_alarm_of_transfers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PoliceLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last_ok_at", models.DateTimeField(blank=True, null=True)),
                ("last_heard_at", models.DateTimeField(blank=True, null=True)),
                ("down_since", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("next_probe_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("rev", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "line to the police",
                "verbose_name_plural": "line to the police",
            },
        ),
        migrations.CreateModel(
            name="PoliceRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateTimeField(unique=True)),
                ("accept_s", models.PositiveSmallIntegerField(default=120)),
                ("feedback_s", models.PositiveIntegerField(default=3600)),
                ("seat_phone", models.CharField(blank=True, max_length=24)),
            ],
            options={
                "verbose_name": "rules of police co-operation",
                "verbose_name_plural": "rules of police co-operation",
                "ordering": ["-effective_from"],
            },
        ),
        migrations.CreateModel(
            name="LinkSubject",
            fields=[
                ("subject", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("last_seq", models.BigIntegerField(default=0)),
                ("told_rev", models.BigIntegerField(default=0)),
                ("known_rev", models.BigIntegerField(default=0)),
                ("is_live", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "shared subject",
                "verbose_name_plural": "shared subjects",
                "indexes": [
                    models.Index(condition=models.Q(("is_live", True)), fields=["subject"], name="link_subject_live")
                ],
            },
        ),
        migrations.CreateModel(
            name="PoliceCall",
            fields=[
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="police",
                        serialize=False,
                        to="dispatch.reinforcement",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("peer_rev", models.BigIntegerField(default=0)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "police answer",
                "verbose_name_plural": "police answers",
            },
        ),
        migrations.CreateModel(
            name="PoliceReceipt",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("door", models.CharField(max_length=20)),
                ("digest", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("answer", models.JSONField(default=dict)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "message from the police",
                "verbose_name_plural": "messages from the police",
                "indexes": [models.Index(fields=["received_at"], name="police_receipt_by_time")],
            },
        ),
        migrations.CreateModel(
            name="PoliceMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("seq", models.BigIntegerField()),
                ("event", models.CharField(max_length=40)),
                ("rev", models.BigIntegerField()),
                ("payload", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "waiting to be sent"), ("sent", "sent"), ("dead", "given up")],
                        default="pending",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "subject",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="dispatch.linksubject",
                    ),
                ),
            ],
            options={
                "verbose_name": "message to the police",
                "verbose_name_plural": "messages to the police",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["next_try_at", "id"],
                        name="police_message_due",
                    ),
                    models.Index(condition=models.Q(("state", "dead")), fields=["-id"], name="police_message_dead"),
                ],
                "constraints": [models.UniqueConstraint(fields=("subject", "seq"), name="police_message_in_order")],
            },
        ),
        migrations.CreateModel(
            name="PoliceTransfer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("police_no", models.CharField(max_length=40, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("offered", "awaiting acceptance"),
                            ("accepted", "accepted"),
                            ("fed_back", "first feedback given"),
                            ("closed", "result given"),
                            ("returned", "returned"),
                            ("sent_back", "sent back for a second closing"),
                        ],
                        default="offered",
                        max_length=10,
                    ),
                ),
                ("rev", models.BigIntegerField(default=0)),
                ("peer_rev", models.BigIntegerField(default=0)),
                ("offers", models.PositiveSmallIntegerField(default=1)),
                ("by_link", models.BooleanField(default=False)),
                ("call_time", models.DateTimeField()),
                ("transfer_time", models.DateTimeField()),
                (
                    "channel",
                    models.CharField(
                        choices=[("one_key", "one-key transfer"), ("order", "order")], default="order", max_length=8
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[
                            ("non_urgent", "not urgent, no police matter"),
                            ("urgent", "urgent, no police matter: the police go too"),
                        ],
                        default="non_urgent",
                        max_length=10,
                    ),
                ),
                ("alarm_code", models.CharField(max_length=24)),
                ("alarm_name", models.CharField(blank=True, max_length=60)),
                ("caller_name_sealed", models.TextField(blank=True)),
                ("caller_phone_sealed", models.TextField(blank=True)),
                ("caller_name_masked", models.CharField(blank=True, max_length=40)),
                ("caller_phone_masked", models.CharField(blank=True, max_length=20)),
                ("address", models.CharField(max_length=200)),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                ("description", models.TextField(blank=True)),
                ("offered_at", models.DateTimeField()),
                ("accept_deadline", models.DateTimeField()),
                ("accept_missed_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "return_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_our_area", "not our area"),
                            ("police_matter", "police matter"),
                            ("insufficient_information", "insufficient information"),
                            ("duplicate", "duplicate"),
                        ],
                        max_length=24,
                    ),
                ),
                ("return_note", models.TextField(blank=True)),
                ("returned_at", models.DateTimeField(blank=True, null=True)),
                ("first_feedback_at", models.DateTimeField(blank=True, null=True)),
                ("first_feedback", models.TextField(blank=True)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "quality",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("pass", "passed"),
                            ("interim", "interim closing"),
                            ("too_brief", "too-brief closing"),
                            ("wrong_handling", "wrong handling"),
                        ],
                        max_length=14,
                    ),
                ),
                ("quality_note", models.TextField(blank=True)),
                ("judged_at", models.DateTimeField(blank=True, null=True)),
                ("returned_by_district_at", models.DateTimeField(blank=True, null=True)),
                ("second_closing_text", models.TextField(blank=True)),
                ("second_closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="incidents.incident",
                    ),
                ),
                (
                    "offered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "110 transfer",
                "verbose_name_plural": "110 transfers",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("accept_missed_at__isnull", True), ("status", "offered")),
                        fields=["accept_deadline"],
                        name="transfer_unanswered",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["accepted", "fed_back", "sent_back"])),
                        fields=["incident"],
                        name="transfer_at_work",
                    ),
                    models.Index(fields=["status", "-id"], name="transfer_by_status"),
                    models.Index(fields=["offered_at"], name="transfer_by_time"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accept_missed_at__isnull", True),
                            ("accept_missed_at", models.F("accept_deadline")),
                            _connector="OR",
                        ),
                        name="transfer_missed_when_due",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["offered", "returned"]), ("incident__isnull", False), _connector="OR"
                        ),
                        name="transfer_has_incident",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "returned"), _negated=True),
                            models.Q(("return_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="transfer_returned_with_reason",
                    ),
                ],
            },
        ),
    ]
