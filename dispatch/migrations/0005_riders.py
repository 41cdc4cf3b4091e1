"""The volunteer riders: who they are, reports, requests for help, certificates of delay."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0004_forces_in_turn"),
        ("incidents", "0009_grids_uncovered"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RiderRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("effective_from", models.DateTimeField(unique=True)),
                ("ask_at_once", models.PositiveSmallIntegerField(default=12)),
                ("position_kept_min", models.PositiveSmallIntegerField(default=10)),
                ("lapse_min", models.PositiveSmallIntegerField(default=60)),
                ("cases_before", models.PositiveIntegerField(default=0)),
                ("people_before", models.PositiveIntegerField(default=0)),
                ("hazards_before", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "rules of the volunteer riders",
                "verbose_name_plural": "rules of the volunteer riders",
                "ordering": ["-effective_from"],
            },
        ),
        migrations.CreateModel(
            name="HelpCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "asking"),
                            ("filled", "enough are coming"),
                            ("finished", "finished"),
                            ("expired", "nobody came"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(max_length=200)),
                ("wanted", models.PositiveSmallIntegerField(default=2)),
                ("taken", models.PositiveSmallIntegerField(default=0)),
                ("radius_m", models.PositiveSmallIntegerField(default=1000)),
                ("asked_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("danger", "it has become dangerous"),
                            ("ended", "the incident has ended"),
                            ("seat", "the seat took it back"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.incident"
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Rider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rev", models.BigIntegerField(default=0)),
                ("vest_no", models.CharField(max_length=12, unique=True)),
                ("nickname", models.CharField(max_length=20)),
                ("platform", models.CharField(max_length=30)),
                ("station", models.CharField(blank=True, max_length=60)),
                ("area", models.CharField(blank=True, max_length=60)),
                ("phone_sealed", models.TextField(blank=True)),
                ("phone_masked", models.CharField(blank=True, max_length=20)),
                ("joined_at", models.DateTimeField()),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("pause_reason", models.CharField(blank=True, max_length=200)),
                ("helps_nearby", models.BooleanField(default=False)),
                ("radius_m", models.PositiveSmallIntegerField(default=1000)),
                ("on_duty_since", models.DateTimeField(blank=True, null=True)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("fix_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rider", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "volunteer rider",
                "verbose_name_plural": "volunteer riders",
                "ordering": ["vest_no"],
            },
        ),
        migrations.CreateModel(
            name="HelpPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rev", models.BigIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("accepted", "on the way"),
                            ("arrived", "there"),
                            ("finished", "helped"),
                            ("declined", "cannot come"),
                            ("full", "enough others came"),
                            ("expired", "no answer in time"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("distance_m", models.PositiveIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("arrived_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("did", models.CharField(blank=True, max_length=200)),
                ("people", models.PositiveSmallIntegerField(default=0)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="dispatch.helpcall"
                    ),
                ),
                (
                    "rider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="dispatch.rider"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="RiderReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("hazard", models.CharField(max_length=12)),
                ("joined", models.BooleanField(default=False)),
                ("police", models.BooleanField(default=False)),
                ("found_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField()),
                ("solved_at", models.DateTimeField(blank=True, null=True)),
                ("solved_note", models.CharField(blank=True, max_length=200)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.incident"
                    ),
                ),
                (
                    "rider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="dispatch.rider"
                    ),
                ),
                (
                    "solved_by",
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
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="DelayNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("code", models.CharField(max_length=10, unique=True)),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("place", models.CharField(max_length=200)),
                ("did", models.CharField(max_length=300)),
                ("issued_at", models.DateTimeField()),
                ("voided_at", models.DateTimeField(blank=True, null=True)),
                ("void_reason", models.CharField(blank=True, max_length=200)),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="dispatch.helppart",
                    ),
                ),
                (
                    "rider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="dispatch.rider"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="dispatch.riderreport",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="helpcall",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["expires_at"], name="help_running"
            ),
        ),
        migrations.AddConstraint(
            model_name="helpcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken__lte", models.F("wanted"))), name="help_not_more_than_wanted"
            ),
        ),
        migrations.AddConstraint(
            model_name="helpcall",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("incident",),
                name="help_one_running_per_incident",
            ),
        ),
        migrations.AddConstraint(
            model_name="helpcall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status__in", ["open", "filled"])),
                    models.Q(models.Q(("status__in", ["open", "filled"]), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="help_ended_when_not_running",
            ),
        ),
        migrations.AddIndex(
            model_name="rider",
            index=models.Index(condition=models.Q(("fix_at__isnull", False)), fields=["fix_at"], name="rider_placed"),
        ),
        migrations.AddConstraint(
            model_name="rider",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fix_at__isnull", True), ("lat__isnull", True), ("lon__isnull", True)),
                    models.Q(
                        ("fix_at__isnull", False),
                        ("helps_nearby", True),
                        ("lat__isnull", False),
                        ("lon__isnull", False),
                        ("on_duty_since__isnull", False),
                        ("paused_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="rider_placed_only_when_agreed",
            ),
        ),
        migrations.AddConstraint(
            model_name="rider",
            constraint=models.CheckConstraint(
                condition=models.Q(("radius_m__gte", 300), ("radius_m__lte", 3000)), name="rider_radius"
            ),
        ),
        migrations.AddIndex(
            model_name="helppart",
            index=models.Index(fields=["rider", "-id"], name="help_part_of_rider"),
        ),
        migrations.AddIndex(
            model_name="helppart",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False)), fields=["finished_at"], name="help_part_finished"
            ),
        ),
        migrations.AddIndex(
            model_name="helppart",
            index=models.Index(
                condition=models.Q(("status", "accepted")), fields=["accepted_at"], name="help_part_coming"
            ),
        ),
        migrations.AddConstraint(
            model_name="helppart",
            constraint=models.UniqueConstraint(fields=("call", "rider"), name="help_asked_once"),
        ),
        migrations.AddConstraint(
            model_name="helppart",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["accepted", "arrived"])),
                fields=("rider",),
                name="help_one_place_per_rider",
            ),
        ),
        migrations.AddIndex(
            model_name="riderreport",
            index=models.Index(fields=["rider", "-id"], name="rider_report_of_rider"),
        ),
        migrations.AddIndex(
            model_name="riderreport",
            index=models.Index(fields=["sent_at"], name="rider_report_by_time"),
        ),
        migrations.AddIndex(
            model_name="delaynote",
            index=models.Index(fields=["rider", "-id"], name="delay_note_of_rider"),
        ),
        migrations.AddConstraint(
            model_name="delaynote",
            constraint=models.CheckConstraint(
                condition=models.Q(("begun_at__lt", models.F("ended_at"))), name="delay_note_begins_before_it_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="delaynote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)), fields=("part",), name="delay_note_per_help"
            ),
        ),
        migrations.AddConstraint(
            model_name="delaynote",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)), fields=("report",), name="delay_note_per_report"
            ),
        ),
    ]
