"""Patrols: routes and points of the grids, the rounds and where somebody was last."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import grid.models.patrols


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0004_position_fixes"),
        ("people", "0002_names_in_the_administration"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonPosition",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                ("accuracy_m", models.FloatField()),
                ("fix_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Patrol",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("device", models.CharField(max_length=64)),
                ("skew_s", models.IntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("day", models.DateField()),
                ("seconds_inside", models.PositiveIntegerField(default=0)),
                ("points_needed", models.PositiveSmallIntegerField(default=0)),
                ("points_reached", models.PositiveSmallIntegerField(default=0)),
                ("metres", models.PositiveIntegerField(default=0)),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                ("normal", models.BooleanField(default=False)),
                ("late", models.BooleanField(default=False)),
                ("valid", models.BooleanField(default=False)),
                (
                    "failed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), blank=True, default=list, size=None
                    ),
                ),
                ("last_fix_at", models.DateTimeField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "grid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="patrols", to="grid.grid"
                    ),
                ),
                (
                    "worker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "patrol",
                "verbose_name_plural": "patrols",
                "ordering": ["-started_at"],
            },
        ),
        migrations.CreateModel(
            name="PatrolPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                ("radius_m", models.PositiveSmallIntegerField(default=30)),
                ("place", models.PositiveSmallIntegerField(default=1)),
                ("mandatory", models.BooleanField(default=True)),
                (
                    "token",
                    models.CharField(default=grid.models.patrols.new_token, editable=False, max_length=32, unique=True),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "grid",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="patrol_points", to="grid.grid"
                    ),
                ),
            ],
            options={
                "verbose_name": "patrol point",
                "verbose_name_plural": "patrol points",
                "ordering": ["grid_id", "place", "id"],
            },
        ),
        migrations.CreateModel(
            name="PatrolRoute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.JSONField()),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "grid",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="patrol_route", to="grid.grid"
                    ),
                ),
            ],
            options={
                "verbose_name": "patrol route",
                "verbose_name_plural": "patrol routes",
            },
        ),
        migrations.CreateModel(
            name="PatrolVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("how", models.CharField(choices=[("fix", "position"), ("code", "QR code")], max_length=4)),
                ("at", models.DateTimeField()),
                (
                    "patrol",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="visits", to="grid.patrol"
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.patrolpoint"
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.AddIndex(
            model_name="patrol",
            index=models.Index(condition=models.Q(("valid", True)), fields=["day", "grid"], name="patrol_covered"),
        ),
        migrations.AddIndex(
            model_name="patrol",
            index=models.Index(fields=["grid", "-started_at"], name="patrol_of_grid"),
        ),
        migrations.AddIndex(
            model_name="patrol",
            index=models.Index(fields=["worker", "-started_at"], name="patrol_of_worker"),
        ),
        migrations.AddIndex(
            model_name="patrol",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["started_at"], name="patrol_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="patrol",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid", False), models.Q(("ended_at__isnull", False), ("failed", [])), _connector="OR"
                ),
                name="patrol_valid_has_no_fault",
            ),
        ),
        migrations.AddConstraint(
            model_name="patrol",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__gte", models.F("started_at")), _connector="OR"
                ),
                name="patrol_ends_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="patrolpoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("radius_m__gte", 10), ("radius_m__lte", 200)), name="patrol_point_radius"
            ),
        ),
        migrations.AddConstraint(
            model_name="patrolvisit",
            constraint=models.UniqueConstraint(fields=("patrol", "point", "how"), name="patrol_visit_once"),
        ),
    ]
