"""Who is on duty: shifts, rosters, swaps, leave, seats, hand-over, duty log."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyShift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
            ],
            options={
                "verbose_name": "duty shift",
                "verbose_name_plural": "duty shifts",
                "ordering": ["period"],
            },
        ),
        migrations.CreateModel(
            name="ShiftTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=16, unique=True)),
                ("name_zh", models.CharField(max_length=20)),
                ("name_en", models.CharField(max_length=40)),
                ("starts", models.TimeField()),
                ("ends", models.TimeField()),
                ("leads_least", models.PositiveSmallIntegerField(default=1)),
                ("seats_least", models.PositiveSmallIntegerField(default=2)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "shift template",
                "verbose_name_plural": "shift templates",
                "ordering": ["starts"],
            },
        ),
        migrations.CreateModel(
            name="RosterLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "post",
                    models.CharField(
                        choices=[
                            ("commander", "commander"),
                            ("shift_lead", "shift leader"),
                            ("seat", "seat"),
                            ("dispatcher", "dispatcher"),
                            ("unit", "unit"),
                            ("grid_worker", "grid worker"),
                            ("collector", "collector"),
                        ],
                        max_length=12,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("place", models.CharField(blank=True, max_length=24)),
                ("is_backup", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "planned"), ("on_leave", "on leave"), ("cancelled", "cancelled")],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("planned_at", models.DateTimeField()),
                (
                    "planned_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="grid.dutyshift",
                    ),
                ),
                (
                    "stands_in_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.rosterline",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "roster line",
                "verbose_name_plural": "roster lines",
                "ordering": ["period", "post", "id"],
            },
        ),
        migrations.AddField(
            model_name="dutyshift",
            name="template",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="shifts", to="grid.shifttemplate"
            ),
        ),
        migrations.CreateModel(
            name="SignOn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "post",
                    models.CharField(
                        choices=[
                            ("commander", "commander"),
                            ("shift_lead", "shift leader"),
                            ("seat", "seat"),
                            ("dispatcher", "dispatcher"),
                            ("unit", "unit"),
                            ("grid_worker", "grid worker"),
                            ("collector", "collector"),
                        ],
                        max_length=12,
                    ),
                ),
                ("seat", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                ("heard_at", models.DateTimeField()),
                ("off_at", models.DateTimeField(null=True)),
                (
                    "line",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_ons",
                        to="grid.rosterline",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Swap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "awaiting the shift leader"),
                            ("approved", "approved"),
                            ("refused", "refused"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "back",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.rosterline",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="swaps", to="grid.rosterline"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="DutyLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client_uuid", models.UUIDField(unique=True)),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("call", "phone call"), ("radio", "radio"), ("order", "order"), ("other", "other")],
                        max_length=6,
                    ),
                ),
                ("caller", models.CharField(max_length=60)),
                ("called", models.CharField(max_length=60)),
                ("content", models.TextField()),
                ("case_no", models.CharField(blank=True, max_length=19)),
                ("written_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "shift",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="log", to="grid.dutyshift"
                    ),
                ),
            ],
            options={
                "verbose_name": "duty log",
                "verbose_name_plural": "duty log",
                "ordering": ["-at", "-id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("case_no", ""), _negated=True), fields=["case_no"], name="log_by_case"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("open_incidents", models.JSONField(default=list)),
                ("due_soon", models.JSONField(default=list)),
                ("equipment", models.JSONField(default=list)),
                ("counted", models.JSONField(default=list)),
                ("instructions", models.TextField(blank=True)),
                ("watch", models.TextField(blank=True)),
                ("restricted", models.TextField(blank=True)),
                ("written_at", models.DateTimeField()),
                ("signed_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("remark", models.TextField(blank=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shift",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handover", to="grid.dutyshift"
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over note",
                "verbose_name_plural": "hand-over notes",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_at__isnull", True), ("signed_at__isnull", False), _connector="OR"
                        ),
                        name="handover_signed_first",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("signed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="handover_by_two_persons",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Leave",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ("reason", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "awaiting the shift leader"),
                            ("approved", "approved"),
                            ("refused", "refused"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "stand_in",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("state", "refused"), _negated=True),
                        expressions=[("user", "="), ("period", "&&")],
                        name="leave_once_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("user", models.F("stand_in")), _negated=True),
                        name="leave_stand_in_is_another",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="rosterline",
            index=models.Index(fields=["shift", "post"], name="roster_by_shift"),
        ),
        migrations.AddConstraint(
            model_name="rosterline",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("is_backup", False), ("state", "planned")),
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                expressions=[("user", "="), ("period", "&&")],
                name="roster_nobody_in_two_places",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyshift",
            constraint=models.UniqueConstraint(fields=("day", "template"), name="shift_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="dutyshift",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("period", "&&")], name="shift_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="signon",
            constraint=models.UniqueConstraint(
                condition=models.Q(("off_at__isnull", True)), fields=("user",), name="sign_on_one_per_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="signon",
            constraint=models.UniqueConstraint(
                condition=models.Q(("off_at__isnull", True), ("seat__isnull", False)),
                fields=("seat",),
                name="seat_held_by_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="swap",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")), fields=("line",), name="swap_one_open_per_line"
            ),
        ),
    ]
