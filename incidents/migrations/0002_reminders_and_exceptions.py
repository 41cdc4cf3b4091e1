"""Reminders, requests for time, supervision, rules of the flow, and stage limits as data."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REMINDED = {"R30": (0, 60), "A5": (0, 120), "S15": (0, 300), "F24": (75, 14_400)}


def remind_shipped_clocks(apps, schema_editor):
    """The street's own promises are reminded from now on; a clock that somebody renamed keeps silent."""
    for code, (percent, every) in REMINDED.items():
        apps.get_model("incidents", "SlaClock").objects.filter(policy__code="street_30515", code=code).update(
            remind_percent=percent, remind_every_s=every
        )


# Of limits that were never held or extended it is known how they were laid out; the others stay as they are.
LAY_OUT = """
update incidents_deadline d set counted_from = d.started_at, counted_s = d.target_s
from incidents_incident i
where i.id = d.incident_id and d.paused_s = 0 and i.extension_count = 0 and d.stopped_at is null and d.void_at is null
"""


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen", models.CharField(max_length=32)),
                ("seen_at", models.DateTimeField()),
                ("applied", models.CharField(blank=True, max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="FlowRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateTimeField(unique=True)),
                ("extensions_most", models.PositiveSmallIntegerField(default=2)),
                ("suspension_longest_days", models.PositiveSmallIntegerField(default=366)),
                ("reopen_within_days", models.PositiveSmallIntegerField(default=7)),
                ("closing_brief_chars", models.PositiveSmallIntegerField(default=30)),
                ("supervise_after_returns", models.PositiveSmallIntegerField(default=2)),
                ("supervise_after_rework", models.PositiveSmallIntegerField(default=2)),
                ("supervision_reply_work_hours", models.PositiveSmallIntegerField(default=4)),
                ("leader_supervision_after_limits", models.FloatField(default=2.0)),
            ],
            options={
                "verbose_name": "rules of the flow",
                "verbose_name_plural": "rules of the flow",
                "ordering": ["-effective_from"],
            },
        ),
        migrations.CreateModel(
            name="Supervision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "level",
                    models.PositiveSmallIntegerField(choices=[(1, "supervision"), (2, "supervision by the leader")]),
                ),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("overdue", "handling overdue"),
                            ("rework", "rework twice"),
                            ("returned", "sent back twice"),
                            ("unanswered", "supervision unanswered"),
                            ("superior", "instruction of a superior"),
                            ("long_open", "open longer than twice the limit"),
                            ("judgement", "judgement of the one who signs"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("issued_at", models.DateTimeField()),
                ("reply_due_at", models.DateTimeField()),
                ("reply", models.TextField(blank=True)),
                ("replied_at", models.DateTimeField(null=True)),
                ("cleared_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="TimeRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(choices=[("extension", "extension"), ("suspension", "suspension")], max_length=10),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "awaiting the department"),
                            ("endorsed", "awaiting the dispatcher"),
                            ("approved", "approved"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("reason", models.TextField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("asked_at", models.DateTimeField()),
                ("endorsed_at", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_note", models.TextField(blank=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.RemoveField(
            model_name="deadline",
            name="warned_at",
        ),
        migrations.AddField(
            model_name="deadline",
            name="counted_from",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="deadline",
            name="counted_s",
            field=models.FloatField(db_default=0.0, default=0.0),
        ),
        migrations.AddField(
            model_name="deadline",
            name="remind_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="deadline",
            name="remind_count",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="deadline",
            name="remind_every_s",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="deadline",
            name="remind_percent",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="slaclock",
            name="limit_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("urgent_hour", "urgent hours"),
                    ("work_hour", "work hours"),
                    ("work_day", "workdays"),
                    ("natural_day", "natural days"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="slaclock",
            name="remind_every_s",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="slaclock",
            name="remind_percent",
            field=models.PositiveSmallIntegerField(
                default=0, validators=[django.core.validators.MaxValueValidator(100)]
            ),
        ),
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("r30_missed", "no response within 30 seconds"),
                    ("a5_missed", "nobody on site within 5 minutes"),
                    ("s15_missed", "no reinforcement within 15 minutes"),
                    ("f24_missed", "no follow-up within 24 hours"),
                    ("no_unit", "no unit can be sent"),
                    ("no_progress", "still nothing after the promised time"),
                    ("supervision_due", "a case for supervision"),
                    ("level_2_undecided", "reinforcement neither requested nor declined"),
                    ("outage_digest", "promises missed while the system was down"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="slaclock",
            name="start",
            field=models.CharField(blank=True, max_length=4),
        ),
        migrations.AlterField(
            model_name="slaclock",
            name="stop",
            field=models.CharField(blank=True, max_length=4),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(
                    ("paused_at__isnull", True),
                    ("remind_at__isnull", False),
                    ("stopped_at__isnull", True),
                    ("void_at__isnull", True),
                ),
                fields=["remind_at"],
                name="deadline_reminder",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(
                    ("limit_kind__in", ["work_hour", "work_day"]),
                    ("missed_at__isnull", True),
                    ("stopped_at__isnull", True),
                    ("void_at__isnull", True),
                ),
                fields=["limit_kind", "id"],
                name="deadline_on_calendar",
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="cleared_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="department",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.department"
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="supervisions", to="incidents.incident"
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="issued_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="supervision",
            name="replied_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="timerequest",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="timerequest",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="timerequest",
            name="department",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.department"
            ),
        ),
        migrations.AddField(
            model_name="timerequest",
            name="endorsed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="timerequest",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="time_requests", to="incidents.incident"
            ),
        ),
        migrations.AddIndex(
            model_name="supervision",
            index=models.Index(
                condition=models.Q(("cleared_at__isnull", True)), fields=["reply_due_at"], name="supervision_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="supervision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cleared_at__isnull", True)),
                fields=("incident", "level"),
                name="supervision_one_open_per_level",
            ),
        ),
        migrations.AddConstraint(
            model_name="timerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "endorsed"])),
                fields=("incident", "kind"),
                name="time_request_one_open_per_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="timerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", False), models.Q(("kind", "suspension"), _negated=True), _connector="OR"
                ),
                name="time_request_suspension_has_an_end",
            ),
        ),
        migrations.RunPython(remind_shipped_clocks, migrations.RunPython.noop),
        migrations.RunSQL(LAY_OUT, migrations.RunSQL.noop),
    ]
