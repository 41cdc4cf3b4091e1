"""Reports of residents and calls to communities."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0007_one_at_a_seat"),
        ("incidents", "0010_units_absent"),
        ("points", "0002_ledger_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ResidentReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("kind", models.CharField(max_length=12)),
                ("is_emergency", models.BooleanField(default=False)),
                ("joined", models.BooleanField(default=False)),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                (
                    "place_by",
                    models.CharField(
                        choices=[("phone", "phone"), ("map", "map"), ("community", "community")], max_length=10
                    ),
                ),
                ("accuracy_m", models.FloatField(blank=True, null=True)),
                ("address", models.CharField(blank=True, max_length=100)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("voice", models.FileField(blank=True, upload_to="reports/%Y/%m/%d")),
                ("voice_type", models.CharField(blank=True, max_length=20)),
                ("voice_s", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("found_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField()),
                ("from_hash", models.CharField(blank=True, max_length=64)),
                ("doubts", models.JSONField(blank=True, default=list)),
                (
                    "look",
                    models.CharField(
                        choices=[
                            ("clear", "no doubt"),
                            ("held", "being looked at"),
                            ("released", "released"),
                            ("refused", "no points"),
                            ("malicious", "malicious"),
                        ],
                        default="clear",
                        max_length=10,
                    ),
                ),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("look_note", models.CharField(blank=True, max_length=200)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("rating", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rating_note", models.CharField(blank=True, max_length=200)),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
                ("not_solved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "followed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="incidents.incident",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.incident"
                    ),
                ),
                (
                    "looked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="points.resident",
                    ),
                ),
            ],
            options={
                "verbose_name": "resident's report",
                "verbose_name_plural": "residents' reports",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="ReportPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phash", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.attachment"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="points.residentreport"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ServiceCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("repair", "repair"),
                            ("environment", "environment"),
                            ("noise", "noise"),
                            ("parking", "parking"),
                            ("elderly", "elderly"),
                            ("policy", "policy question"),
                            ("hardship", "hardship"),
                            ("other", "other"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("called", "called"),
                            ("answered", "answered"),
                            ("processing", "processing"),
                            ("done", "done"),
                            ("rated", "rated"),
                        ],
                        default="called",
                        max_length=10,
                    ),
                ),
                ("is_safety", models.BooleanField(default=False)),
                ("is_anonymous", models.BooleanField(default=False)),
                ("text", models.CharField(max_length=500)),
                ("address", models.CharField(blank=True, max_length=100)),
                ("called_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("look_at", models.DateTimeField(blank=True, null=True)),
                ("secretary_at", models.DateTimeField(blank=True, null=True)),
                ("street_at", models.DateTimeField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("reply", models.CharField(blank=True, max_length=500)),
                ("handed_on_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("result", models.CharField(blank=True, max_length=500)),
                ("rating", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rating_note", models.CharField(blank=True, max_length=200)),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
                ("reopened_at", models.DateTimeField(blank=True, null=True)),
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
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.community"
                    ),
                ),
                (
                    "holder",
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
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="points.resident"
                    ),
                ),
            ],
            options={
                "verbose_name": "call",
                "verbose_name_plural": "calls",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="CallPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("when", models.CharField(choices=[("before", "before"), ("after", "after")], max_length=6)),
                ("file", models.FileField(upload_to="calls/%Y/%m/%d")),
                ("thumb", models.FileField(upload_to="calls/%Y/%m/%d")),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="points.servicecall"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="residentreport",
            index=models.Index(fields=["resident", "-sent_at"], name="reports_of_resident"),
        ),
        migrations.AddIndex(
            model_name="residentreport",
            index=models.Index(fields=["incident"], name="reports_of_incident"),
        ),
        migrations.AddIndex(
            model_name="residentreport",
            index=models.Index(
                condition=models.Q(("settled_at__isnull", True), models.Q(("look", "held"), _negated=True)),
                fields=["id"],
                name="reports_to_settle",
            ),
        ),
        migrations.AddIndex(
            model_name="residentreport",
            index=models.Index(condition=models.Q(("look", "held")), fields=["-id"], name="reports_held"),
        ),
        migrations.AddIndex(
            model_name="residentreport",
            index=models.Index(
                condition=models.Q(("from_hash", ""), _negated=True),
                fields=["from_hash", "-sent_at"],
                name="reports_from_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="residentreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating", None), ("rating__range", (1, 5)), _connector="OR"),
                name="report_rated_one_to_five",
            ),
        ),
        migrations.AddConstraint(
            model_name="residentreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("resident__isnull", False), ("settled_at__isnull", False), _connector="OR"),
                name="report_nobody_earns_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="residentreport",
            constraint=models.CheckConstraint(
                condition=models.Q(("look__in", ["clear", "held"]), ("looked_by__isnull", False), _connector="OR"),
                name="report_look_by_whom",
            ),
        ),
        migrations.AddIndex(
            model_name="reportphoto",
            index=models.Index(fields=["at"], name="report_photos_by_time"),
        ),
        migrations.AddIndex(
            model_name="servicecall",
            index=models.Index(
                condition=models.Q(("look_at__isnull", False), ("status", "called")),
                fields=["look_at"],
                name="calls_to_look_at",
            ),
        ),
        migrations.AddIndex(
            model_name="servicecall",
            index=models.Index(
                condition=models.Q(("incident__isnull", False), ("status", "processing")),
                fields=["incident"],
                name="calls_handed_on",
            ),
        ),
        migrations.AddIndex(
            model_name="servicecall",
            index=models.Index(fields=["resident", "-id"], name="calls_of_resident"),
        ),
        migrations.AddIndex(
            model_name="servicecall",
            index=models.Index(fields=["community", "status", "due_at"], name="calls_of_community"),
        ),
        migrations.AddIndex(
            model_name="servicecall",
            index=models.Index(fields=["called_at"], name="calls_by_time"),
        ),
        migrations.AddConstraint(
            model_name="servicecall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("holder__isnull", True), ("status", "called")),
                    models.Q(
                        models.Q(("status", "called"), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("holder__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="call_answered_by_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicecall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rated_at__isnull", True), ("rating__isnull", True)),
                    models.Q(("rated_at__isnull", False), ("rating__range", (1, 5))),
                    _connector="OR",
                ),
                name="call_rated_one_to_five",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicecall",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_anonymous", False), ("is_safety", True), _connector="OR"),
                name="call_anonymous_for_safety",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicecall",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gt", models.F("called_at"))), name="call_due_after_it"
            ),
        ),
        migrations.AddConstraint(
            model_name="servicecall",
            constraint=models.CheckConstraint(
                condition=models.Q(("street_at__isnull", True), ("secretary_at__isnull", False), _connector="OR"),
                name="call_street_after_secretary",
            ),
        ),
    ]
