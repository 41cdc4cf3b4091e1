"""The mall, what workers write and others decide, and notices; a settled month is never changed."""

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
create trigger settlement_append_only before update or delete on points_settlement
    for each row execute function points_append_only();
"""
BACKWARD = "drop trigger settlement_append_only on points_settlement;"


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0007_one_at_a_seat"),
        ("points", "0010_reports_and_calls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Merchant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("name", models.CharField(max_length=40)),
                ("address", models.CharField(max_length=80)),
                ("phone_sealed", models.TextField(blank=True)),
                ("phone_masked", models.CharField(blank=True, max_length=20)),
                ("opening_hours", models.CharField(blank=True, max_length=60)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.community"
                    ),
                ),
            ],
            options={
                "verbose_name": "merchant",
                "verbose_name_plural": "merchants",
                "ordering": ["name", "id"],
            },
        ),
        migrations.CreateModel(
            name="MerchantClerk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="clerks", to="points.merchant"
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.resident"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CodeTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "clerk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tries", to="points.merchantclerk"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("title", models.CharField(max_length=40)),
                ("text", models.CharField(max_length=1000)),
                ("shown_from", models.DateField()),
                ("shown_to", models.DateField()),
                ("at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="grid.community",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Reward",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("name_zh", models.CharField(max_length=40)),
                ("name_en", models.CharField(max_length=60)),
                ("description", models.CharField(blank=True, max_length=300)),
                ("picture", models.FileField(blank=True, max_length=200, upload_to="rewards/%Y/%m/")),
                ("thumb", models.FileField(blank=True, max_length=200, upload_to="rewards/%Y/%m/")),
                ("price", models.PositiveIntegerField()),
                ("stock", models.PositiveIntegerField()),
                ("a_month", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField()),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rewards", to="points.merchant"
                    ),
                ),
            ],
            options={
                "verbose_name": "reward",
                "verbose_name_plural": "rewards",
                "ordering": ["price", "id"],
            },
        ),
        migrations.CreateModel(
            name="Redemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("points", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=12, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("issued", "to be fetched"),
                            ("used", "written off"),
                            ("cancelled", "cancelled"),
                            ("expired", "expired"),
                        ],
                        default="issued",
                        max_length=9,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("day", models.DateField()),
                ("expires_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("used_uuid", models.UUIDField(blank=True, null=True)),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="redemptions", to="points.merchant"
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="redemptions", to="points.resident"
                    ),
                ),
                (
                    "returned",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="points.ledgertransaction",
                    ),
                ),
                (
                    "spent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.ledgertransaction"
                    ),
                ),
                (
                    "used_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="points.resident",
                    ),
                ),
                (
                    "reward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="redemptions", to="points.reward"
                    ),
                ),
            ],
            options={
                "verbose_name": "redemption",
                "verbose_name_plural": "redemptions",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="RuleDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "to be approved"), ("approved", "approved"), ("refused", "refused")],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_note", models.CharField(blank=True, max_length=200)),
                ("code", models.SlugField(max_length=30)),
                ("name_zh", models.CharField(max_length=40)),
                ("name_en", models.CharField(max_length=60)),
                ("points", models.SmallIntegerField()),
                (
                    "cap",
                    models.CharField(
                        choices=[("general", "general"), ("volunteer", "volunteering"), ("none", "none")], max_length=10
                    ),
                ),
                ("times_a_day", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("valid_from", models.DateTimeField()),
                ("reason", models.CharField(max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                    "made",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="points.pointrule",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft of a point rule",
                "verbose_name_plural": "drafts of point rules",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("month", models.DateField()),
                ("lines", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("count", models.PositiveIntegerField()),
                ("points", models.PositiveIntegerField()),
                ("yuan_per_point", models.DecimalField(decimal_places=2, max_digits=5)),
                ("yuan", models.DecimalField(decimal_places=2, max_digits=10)),
                ("sha256", models.CharField(max_length=64)),
                ("closed_at", models.DateTimeField()),
                (
                    "closed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "merchant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="settlements", to="points.merchant"
                    ),
                ),
            ],
            options={
                "verbose_name": "settlement of a month",
                "verbose_name_plural": "settlements of months",
                "ordering": ["-month", "merchant"],
            },
        ),
        migrations.CreateModel(
            name="AdjustmentRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "to be approved"), ("approved", "approved"), ("refused", "refused")],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decided_note", models.CharField(blank=True, max_length=200)),
                ("points", models.IntegerField()),
                ("reason", models.CharField(max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
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
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.resident"
                    ),
                ),
            ],
            options={
                "verbose_name": "request to change points",
                "verbose_name_plural": "requests to change points",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(condition=models.Q(("status", "asked")), fields=["id"], name="adjustments_to_decide")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("status", "asked")),
                            models.Q(
                                models.Q(("status", "asked"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="adjustment_decided_or_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "approved"), _negated=True),
                            models.Q(("decided_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="adjustment_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("points", 0), _negated=True), name="adjustment_changes_something"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="merchantclerk",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at", None)), fields=("resident",), name="clerk_of_one_merchant"
            ),
        ),
        migrations.AddIndex(
            model_name="codetry",
            index=models.Index(fields=["clerk", "-at"], name="code_tries_of_clerk"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(condition=models.Q(("withdrawn_at", None)), fields=["shown_to"], name="notices_shown"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("shown_to__gte", models.F("shown_from"))), name="notice_ends_after_it_begins"
            ),
        ),
        migrations.AddIndex(
            model_name="reward",
            index=models.Index(condition=models.Q(("is_active", True)), fields=["valid_to"], name="rewards_on_offer"),
        ),
        migrations.AddConstraint(
            model_name="reward",
            constraint=models.CheckConstraint(condition=models.Q(("stock__gte", 0)), name="reward_never_oversold"),
        ),
        migrations.AddConstraint(
            model_name="reward",
            constraint=models.CheckConstraint(condition=models.Q(("price__gt", 0)), name="reward_costs_something"),
        ),
        migrations.AddConstraint(
            model_name="reward",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to__gte", models.F("valid_from"))), name="reward_ends_after_it_begins"
            ),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(
                condition=models.Q(("status", "issued")), fields=["expires_at"], name="redemptions_to_expire"
            ),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(fields=["resident", "-id"], name="redemptions_of_resident"),
        ),
        migrations.AddIndex(
            model_name="redemption",
            index=models.Index(
                condition=models.Q(("status", "used")), fields=["merchant", "ended_at"], name="redemptions_written_off"
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("status", "issued")),
                    models.Q(models.Q(("status", "issued"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="redemption_ended_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "used"), ("used_by__isnull", False)),
                    models.Q(models.Q(("status", "used"), _negated=True), ("used_by", None)),
                    _connector="OR",
                ),
                name="redemption_used_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "used"), _negated=True), ("returned__isnull", True), _connector="OR"
                ),
                name="redemption_used_is_paid",
            ),
        ),
        migrations.AddIndex(
            model_name="ruledraft",
            index=models.Index(condition=models.Q(("status", "asked")), fields=["code"], name="rule_drafts_to_decide"),
        ),
        migrations.AddConstraint(
            model_name="ruledraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("status", "asked")),
                    models.Q(
                        models.Q(("status", "asked"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="rule_draft_decided_or_not",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruledraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "approved"), _negated=True),
                    models.Q(("decided_by", models.F("by")), _negated=True),
                    _connector="OR",
                ),
                name="rule_draft_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruledraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("made__isnull", False), ("status", "approved")),
                    models.Q(models.Q(("status", "approved"), _negated=True), ("made", None)),
                    _connector="OR",
                ),
                name="rule_draft_made_when_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.UniqueConstraint(fields=("merchant", "month"), name="settlement_once_a_month"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
