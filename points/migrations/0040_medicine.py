"""The medicine chest, health rooms, their roster, consultations."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0007_one_at_a_seat"),
        ("points", "0030_volunteering_and_market"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HealthRoom",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("place", models.CharField(max_length=80)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("hours", models.CharField(blank=True, max_length=60)),
                ("centre_name", models.CharField(blank=True, max_length=40)),
                ("centre_phone", models.CharField(blank=True, max_length=20)),
                ("has_chest", models.BooleanField(default=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
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
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.community"
                    ),
                ),
            ],
            options={
                "verbose_name": "health room",
                "verbose_name_plural": "health rooms",
                "ordering": ["community"],
            },
        ),
        migrations.CreateModel(
            name="Consultation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for the health officer"),
                            ("answered", "answered"),
                            ("handed_over", "handed over to the health centre"),
                            ("closed", "ended"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                ("is_urgent", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                ("said_at", models.DateTimeField()),
                ("waits_since", models.DateTimeField(blank=True, null=True)),
                ("escalate_at", models.DateTimeField(blank=True, null=True)),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
                ("first_answer_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("rating", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "officer",
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
                        related_name="consultations",
                        to="points.resident",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
                        to="points.healthroom",
                    ),
                ),
            ],
            options={
                "verbose_name": "health consultation",
                "verbose_name_plural": "health consultations",
                "ordering": ["-is_urgent", "waits_since", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Medicine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=40, unique=True)),
                ("name_zh", models.CharField(max_length=40, unique=True)),
                ("name_en", models.CharField(max_length=80)),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("pain", "fever and pain"),
                            ("cold", "colds"),
                            ("cough", "cough and throat"),
                            ("stomach", "stomach and digestion"),
                            ("allergy", "allergy and travel sickness"),
                            ("skin", "skin and small wounds"),
                            ("muscle", "bruises and muscles"),
                            ("mouth", "eyes and mouth"),
                            ("vitamin", "vitamins and minerals"),
                            ("care", "traditional home remedies"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "form",
                    models.CharField(
                        choices=[
                            ("tablet", "tablet"),
                            ("capsule", "capsule"),
                            ("pill", "pill"),
                            ("granules", "bag of granules or powder"),
                            ("vial", "single-dose vial"),
                            ("liquid", "bottle of liquid"),
                            ("ointment", "ointment or cream"),
                            ("patch", "patch"),
                            ("spray", "spray"),
                            ("drops", "drops"),
                        ],
                        max_length=10,
                    ),
                ),
                ("most", models.PositiveSmallIntegerField()),
                ("is_listed", models.BooleanField(default=True)),
                ("changed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_by",
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
                "verbose_name": "medicine of the white list",
                "verbose_name_plural": "medicines of the white list",
                "ordering": ["use", "id"],
            },
        ),
        migrations.CreateModel(
            name="MedicineItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("brand", models.CharField(max_length=40)),
                ("batch", models.CharField(max_length=30)),
                ("expires_on", models.DateField()),
                (
                    "packing",
                    models.CharField(
                        choices=[("sealed", "sealed pack"), ("blister", "intact blisters, bags or vials")], max_length=8
                    ),
                ),
                ("amount", models.PositiveSmallIntegerField()),
                ("left", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("offered", "awaiting approval"),
                            ("approved", "in the chest"),
                            ("refused", "not accepted"),
                            ("withdrawn", "withdrawn"),
                            ("used_up", "used up"),
                            ("to_dispose", "to be disposed of"),
                            ("disposed", "disposed of"),
                        ],
                        default="offered",
                        max_length=10,
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                ("disposed_at", models.DateTimeField(blank=True, null=True)),
                ("disposed_how", models.CharField(blank=True, max_length=200)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "disposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="medicines", to="points.resident"
                    ),
                ),
                (
                    "medicine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="points.medicine"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="medicines", to="points.healthroom"
                    ),
                ),
            ],
            options={
                "verbose_name": "shared medicine",
                "verbose_name_plural": "shared medicines",
                "ordering": ["expires_on", "id"],
            },
        ),
        migrations.CreateModel(
            name="MedicinePhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                (
                    "side",
                    models.CharField(
                        choices=[("front", "front, with the name"), ("back", "back, with batch and expiry")],
                        max_length=5,
                    ),
                ),
                ("file", models.FileField(max_length=200, upload_to="points/medicine/%Y/%m/")),
                ("thumb", models.FileField(max_length=200, upload_to="points/medicine/%Y/%m/")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="points.medicineitem"
                    ),
                ),
            ],
            options={
                "ordering": ["-side"],
            },
        ),
        migrations.CreateModel(
            name="MedicineRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("amount", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ready", "ready to be picked up"),
                            ("taken", "picked up"),
                            ("refused", "not handed out"),
                            ("cancelled", "cancelled"),
                            ("lapsed", "not picked up in time"),
                        ],
                        default="ready",
                        max_length=10,
                    ),
                ),
                ("answers_sealed", models.TextField(blank=True)),
                ("reason_sealed", models.TextField(blank=True)),
                ("code_hash", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("code_sealed", models.TextField(blank=True)),
                ("asked_at", models.DateTimeField()),
                ("lapses_at", models.DateTimeField()),
                ("looked_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("erase_at", models.DateTimeField()),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requests", to="points.medicineitem"
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
                        related_name="medicine_requests",
                        to="points.resident",
                    ),
                ),
            ],
            options={
                "verbose_name": "request for medicine",
                "verbose_name_plural": "requests for medicine",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="HealthMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("text_sealed", models.TextField()),
                ("is_emergency", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="points.consultation"
                    ),
                ),
                (
                    "officer",
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
                "ordering": ["id"],
                "indexes": [models.Index(fields=["at"], name="health_messages_to_erase")],
            },
        ),
        migrations.CreateModel(
            name="HealthDuty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="duties", to="points.healthroom"
                    ),
                ),
            ],
            options={
                "verbose_name": "duty of a health officer",
                "verbose_name_plural": "duties of health officers",
                "ordering": ["period", "id"],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("room", "="), ("user", "="), ("period", "&&")], name="health_duty_once_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("period__isempty", False), ("period__lower_inf", False), ("period__upper_inf", False)
                        ),
                        name="health_duty_lasts",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="consultation",
            index=models.Index(fields=["room", "status"], name="consultations_of_room"),
        ),
        migrations.AddIndex(
            model_name="consultation",
            index=models.Index(
                condition=models.Q(("escalated_at__isnull", True), ("status", "waiting")),
                fields=["escalate_at"],
                name="consultations_to_escalate",
            ),
        ),
        migrations.AddIndex(
            model_name="consultation",
            index=models.Index(
                condition=models.Q(("status", "answered")), fields=["said_at"], name="consultations_gone_quiet"
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["waiting", "answered"])),
                fields=("resident",),
                name="consultation_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "waiting"),
                    models.Q(("escalate_at__isnull", True), ("waits_since__isnull", True)),
                    _connector="XOR",
                ),
                name="consultation_waits_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["waiting", "answered"]), ("ended_at__isnull", False), _connector="XOR"
                ),
                name="consultation_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="consultation",
            constraint=models.CheckConstraint(
                condition=models.Q(("rating__isnull", True), ("rating__range", (1, 5)), _connector="OR"),
                name="consultation_rated_1_to_5",
            ),
        ),
        migrations.AddConstraint(
            model_name="medicine",
            constraint=models.CheckConstraint(condition=models.Q(("most__gt", 0)), name="medicine_has_a_dose"),
        ),
        migrations.AddIndex(
            model_name="medicineitem",
            index=models.Index(fields=["room", "status"], name="medicine_of_room"),
        ),
        migrations.AddIndex(
            model_name="medicineitem",
            index=models.Index(fields=["giver", "-id"], name="medicine_of_giver"),
        ),
        migrations.AddIndex(
            model_name="medicineitem",
            index=models.Index(
                condition=models.Q(("status", "approved")), fields=["expires_on"], name="medicine_to_hide"
            ),
        ),
        migrations.AddConstraint(
            model_name="medicineitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("left__lte", models.F("amount")), ("amount__gt", 0)),
                name="medicine_not_more_than_there",
            ),
        ),
        migrations.AddConstraint(
            model_name="medicineitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["offered", "withdrawn"]),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="medicine_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="medicineitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "refused"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="medicine_refused_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="medicineitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "disposed"), _negated=True),
                    models.Q(
                        ("disposed_at__isnull", False),
                        ("disposed_by__isnull", False),
                        models.Q(("disposed_how", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="medicine_disposal_recorded",
            ),
        ),
        migrations.AddConstraint(
            model_name="medicinephoto",
            constraint=models.UniqueConstraint(fields=("item", "side"), name="medicine_photo_of_each_side"),
        ),
        migrations.AddIndex(
            model_name="medicinerequest",
            index=models.Index(fields=["resident", "-id"], name="medicine_requests_of_resident"),
        ),
        migrations.AddIndex(
            model_name="medicinerequest",
            index=models.Index(
                condition=models.Q(("status", "ready")), fields=["lapses_at"], name="medicine_requests_to_lapse"
            ),
        ),
        migrations.AddIndex(
            model_name="medicinerequest",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", True)), fields=["erase_at"], name="medicine_requests_to_erase"
            ),
        ),
        migrations.AddConstraint(
            model_name="medicinerequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "ready")), fields=("resident",), name="medicine_one_open_request"
            ),
        ),
        migrations.AddConstraint(
            model_name="medicinerequest",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="medicine_request_of_some"),
        ),
        migrations.AddConstraint(
            model_name="medicinerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "ready"), ("ended_at__isnull", False), _connector="XOR"),
                name="medicine_request_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="medicinerequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at__isnull", True),
                    models.Q(
                        ("answers_sealed", ""),
                        ("code_hash__isnull", True),
                        ("code_sealed", ""),
                        ("reason_sealed", ""),
                        ("resident__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="medicine_request_erased_whole",
            ),
        ),
    ]
