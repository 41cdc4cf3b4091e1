"""Volunteer tasks with their claims and certificates; the neighbourhood market and its days."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0007_one_at_a_seat"),
        ("points", "0020_mall"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Deal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "reserved"),
                            ("done", "handed over"),
                            ("released", "released"),
                            ("lapsed", "lapsed"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("reserved_at", models.DateTimeField()),
                ("lapses_at", models.DateTimeField()),
                ("owner_done_at", models.DateTimeField(blank=True, null=True)),
                ("taker_done_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "taker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deals", to="points.resident"
                    ),
                ),
            ],
            options={
                "verbose_name": "deal between neighbours",
                "verbose_name_plural": "deals between neighbours",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="DealMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("text", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.resident"
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="messages", to="points.deal"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Fair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("title", models.CharField(max_length=40)),
                ("text", models.CharField(blank=True, max_length=500)),
                ("address", models.CharField(max_length=80)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("stalls", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "open"), ("ended", "ended"), ("cancelled", "cancelled")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("check_code", models.CharField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.community"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "market day",
                "verbose_name_plural": "market days",
                "ordering": ["starts_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("merchant", models.CharField(blank=True, max_length=40)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("free", "giving away"),
                            ("swap", "swap"),
                            ("help", "lend and help"),
                            ("second_hand", "second-hand"),
                            ("charity", "charity sale"),
                            ("offer", "merchant's offer"),
                        ],
                        max_length=12,
                    ),
                ),
                ("seeks", models.BooleanField(default=False)),
                ("title", models.CharField(max_length=30)),
                ("text", models.CharField(max_length=500)),
                ("wants", models.CharField(blank=True, max_length=60)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("review", "awaiting review"),
                            ("shown", "shown"),
                            ("reserved", "reserved"),
                            ("done", "done"),
                            ("refused", "not approved"),
                            ("withdrawn", "withdrawn"),
                            ("taken_down", "taken down"),
                            ("expired", "run out"),
                        ],
                        default="review",
                        max_length=10,
                    ),
                ),
                ("flags", models.JSONField(default=list)),
                ("for_adults", models.BooleanField(default=False)),
                ("sent_at", models.DateTimeField()),
                ("shown_at", models.DateTimeField(blank=True, null=True)),
                ("street_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("why", models.CharField(blank=True, max_length=200)),
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
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.community"
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
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listings",
                        to="points.resident",
                    ),
                ),
            ],
            options={
                "verbose_name": "listing",
                "verbose_name_plural": "listings",
                "ordering": ["-shown_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="deal",
            name="listing",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="deals", to="points.listing"
            ),
        ),
        migrations.CreateModel(
            name="ListingPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("file", models.FileField(max_length=200, upload_to="points/market/%Y/%m/")),
                ("thumb", models.FileField(max_length=200, upload_to="points/market/%Y/%m/")),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="points.listing"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ListingReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("forbidden", "forbidden goods"),
                            ("fraud", "fraud"),
                            ("abuse", "abuse or harassment"),
                            ("money", "asks for money"),
                            ("other", "something else"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("upheld", models.BooleanField(null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                (
                    "about",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.resident"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="points.resident"
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="points.deal",
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
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="points.listing"
                    ),
                ),
            ],
            options={
                "verbose_name": "report of a listing",
                "verbose_name_plural": "reports of listings",
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="MarketBan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rev", models.BigIntegerField(default=0)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="market_bans", to="points.resident"
                    ),
                ),
            ],
            options={
                "verbose_name": "ban from the market",
                "verbose_name_plural": "bans from the market",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="StallBooking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                ("number", models.PositiveSmallIntegerField()),
                ("goods", models.CharField(max_length=100)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("booked", "booked"),
                            ("present", "checked in"),
                            ("given_back", "given back"),
                            ("cancelled", "cancelled"),
                            ("no_show", "did not come"),
                        ],
                        default="booked",
                        max_length=10,
                    ),
                ),
                ("booked_at", models.DateTimeField()),
                ("came_at", models.DateTimeField(blank=True, null=True)),
                (
                    "fair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="points.fair"
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stalls", to="points.resident"
                    ),
                ),
            ],
            options={
                "verbose_name": "stall",
                "verbose_name_plural": "stalls",
                "ordering": ["number", "id"],
            },
        ),
        migrations.CreateModel(
            name="VolunteerCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("code", models.CharField(max_length=12, unique=True)),
                ("from_day", models.DateField()),
                ("to_day", models.DateField()),
                ("minutes", models.PositiveIntegerField()),
                ("deeds", models.PositiveIntegerField()),
                ("issued_at", models.DateTimeField()),
                (
                    "resident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="certificates", to="points.resident"
                    ),
                ),
            ],
            options={
                "verbose_name": "certificate of volunteer hours",
                "verbose_name_plural": "certificates of volunteer hours",
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="VolunteerTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("wish", "small wish"),
                            ("errand", "errand"),
                            ("service", "service for neighbours"),
                            ("patrol", "volunteer patrol"),
                            ("emergency", "emergency"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=40)),
                ("text", models.CharField(max_length=500)),
                (
                    "skill",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "none needed"),
                            ("first_aid", "first aid"),
                            ("repair", "repairing"),
                            ("haircut", "cutting hair"),
                            ("teaching", "teaching"),
                            ("digital", "phones and computers"),
                            ("law", "law"),
                            ("listening", "listening"),
                            ("driving", "driving"),
                        ],
                        max_length=10,
                    ),
                ),
                ("address", models.CharField(max_length=80)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("at_home", models.BooleanField(default=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("slots", models.PositiveSmallIntegerField(default=1)),
                ("taken", models.PositiveSmallIntegerField(default=0)),
                ("minors_allowed", models.BooleanField(default=False)),
                (
                    "risk",
                    models.CharField(
                        choices=[("low", "low"), ("medium", "medium"), ("high", "high")], default="low", max_length=6
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "awaiting review"),
                            ("refused", "not approved"),
                            ("open", "open"),
                            ("ended", "ended"),
                            ("withdrawn", "withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("check_code", models.CharField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("look_at", models.DateTimeField(blank=True, null=True)),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wishes",
                        to="points.resident",
                    ),
                ),
                (
                    "community",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="grid.community"
                    ),
                ),
                (
                    "published_by",
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
                "verbose_name": "volunteer task",
                "verbose_name_plural": "volunteer tasks",
                "ordering": ["starts_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("rev", models.BigIntegerField(default=0)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("claimed", "claimed"),
                            ("accepted", "accepted"),
                            ("refused", "not accepted"),
                            ("withdrawn", "given back"),
                            ("called_off", "called off"),
                            ("present", "checked in"),
                            ("finished", "finished"),
                            ("lapsed", "not checked out"),
                            ("no_show", "did not come"),
                            ("rated", "rated"),
                        ],
                        default="claimed",
                        max_length=10,
                    ),
                ),
                ("nth", models.PositiveSmallIntegerField()),
                ("is_known", models.BooleanField(default=False)),
                ("claimed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("came_at", models.DateTimeField(blank=True, null=True)),
                ("came_m", models.PositiveIntegerField(blank=True, null=True)),
                ("went_at", models.DateTimeField(blank=True, null=True)),
                ("went_m", models.PositiveIntegerField(blank=True, null=True)),
                ("missed_at", models.DateTimeField(blank=True, null=True)),
                ("minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("task_stars", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("task_words", models.CharField(blank=True, max_length=200)),
                ("volunteer_stars", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("volunteer_words", models.CharField(blank=True, max_length=200)),
                ("rate_by", models.DateTimeField(blank=True, null=True)),
                ("rated_at", models.DateTimeField(blank=True, null=True)),
                ("why", models.CharField(blank=True, max_length=200)),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="points.resident"
                    ),
                ),
                (
                    "vouched_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="points.volunteertask"
                    ),
                ),
            ],
            options={
                "verbose_name": "claim of a volunteer task",
                "verbose_name_plural": "claims of volunteer tasks",
                "ordering": ["-id"],
            },
        ),
        migrations.AddIndex(
            model_name="fair",
            index=models.Index(condition=models.Q(("status", "open")), fields=["ends_at"], name="fairs_to_end"),
        ),
        migrations.AddConstraint(
            model_name="fair",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at__lt", models.F("ends_at"))), name="fair_window"
            ),
        ),
        migrations.AddConstraint(
            model_name="fair",
            constraint=models.CheckConstraint(condition=models.Q(("stalls__range", (1, 200))), name="fair_has_stalls"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["status", "-shown_at"], name="listings_shown"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(condition=models.Q(("status", "review")), fields=["sent_at"], name="listings_to_review"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("status", "shown")), fields=["expires_at"], name="listings_to_expire"
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["owner", "-id"], name="listings_of_resident"),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merchant", ""), ("owner__isnull", False)),
                    models.Q(("kind", "offer"), ("owner__isnull", True), models.Q(("merchant", ""), _negated=True)),
                    _connector="OR",
                ),
                name="listing_of_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["shown", "reserved", "done", "expired"]), _negated=True),
                    models.Q(("decided_by__isnull", False), ("shown_at__isnull", False)),
                    _connector="OR",
                ),
                name="listing_shown_was_reviewed",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.CheckConstraint(
                condition=models.Q(("seeks", False), ("kind", "help"), _connector="OR"), name="listing_seeks_help_only"
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(condition=models.Q(("status", "open")), fields=["lapses_at"], name="deals_to_lapse"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["taker", "-id"], name="deals_of_resident"),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "open")), fields=("listing",), name="deal_one_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="deal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "done"), _negated=True),
                    models.Q(("owner_done_at__isnull", False), ("taker_done_at__isnull", False)),
                    _connector="OR",
                ),
                name="deal_done_by_both",
            ),
        ),
        migrations.AddConstraint(
            model_name="listingphoto",
            constraint=models.UniqueConstraint(fields=("listing", "sha256"), name="listing_photo_once"),
        ),
        migrations.AddIndex(
            model_name="listingreport",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", True)), fields=["at"], name="listing_reports_to_decide"
            ),
        ),
        migrations.AddConstraint(
            model_name="listingreport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at__isnull", True)),
                fields=("listing", "by"),
                name="listing_report_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="marketban",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("since"))), name="market_ban_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="marketban",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)), fields=("resident",), name="market_ban_one_in_force"
            ),
        ),
        migrations.AddConstraint(
            model_name="stallbooking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["booked", "present", "no_show"])),
                fields=("fair", "number"),
                name="stall_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="stallbooking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["booked", "present", "no_show"])),
                fields=("fair", "resident"),
                name="stall_one_a_resident",
            ),
        ),
        migrations.AddConstraint(
            model_name="stallbooking",
            constraint=models.CheckConstraint(condition=models.Q(("number__gte", 1)), name="stall_has_number"),
        ),
        migrations.AddConstraint(
            model_name="volunteercertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(("deeds__gte", 1), ("minutes__gte", 15)), name="certificate_of_something"
            ),
        ),
        migrations.AddIndex(
            model_name="volunteertask",
            index=models.Index(fields=["status", "starts_at"], name="volunteer_tasks_by_start"),
        ),
        migrations.AddIndex(
            model_name="volunteertask",
            index=models.Index(fields=["community", "status"], name="volunteer_tasks_of_community"),
        ),
        migrations.AddIndex(
            model_name="volunteertask",
            index=models.Index(
                condition=models.Q(("look_at__isnull", False)), fields=["look_at"], name="volunteer_tasks_to_end"
            ),
        ),
        migrations.AddConstraint(
            model_name="volunteertask",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken__lte", models.F("slots"))), name="volunteer_task_never_overfull"
            ),
        ),
        migrations.AddConstraint(
            model_name="volunteertask",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at__lt", models.F("ends_at"))), name="volunteer_task_window"
            ),
        ),
        migrations.AddConstraint(
            model_name="volunteertask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["asked", "refused", "withdrawn"]),
                    models.Q(("lat__isnull", False), ("lon__isnull", False), ("published_by__isnull", False)),
                    _connector="OR",
                ),
                name="volunteer_task_open_has_place",
            ),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["resident", "-id"], name="claims_of_resident"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(condition=models.Q(("status", "finished")), fields=["rate_by"], name="claims_to_settle"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("status", "no_show")), fields=["resident", "missed_at"], name="claims_missed"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("status__in", ["claimed", "accepted", "present", "finished", "lapsed", "no_show", "rated"])
                ),
                fields=("task", "resident"),
                name="claim_one_of_each_resident",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["claimed", "accepted", "present"])),
                fields=("resident", "nth"),
                name="claim_most_three_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(condition=models.Q(("nth__gte", 1), ("nth__lte", 3)), name="claim_nth"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("task_stars__isnull", True), ("task_stars__range", (1, 5)), _connector="OR"),
                    models.Q(("volunteer_stars__isnull", True), ("volunteer_stars__range", (1, 5)), _connector="OR"),
                ),
                name="claim_stars",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["finished", "rated"]), _negated=True),
                    models.Q(("finished_at__isnull", False), ("minutes__isnull", False)),
                    _connector="OR",
                ),
                name="claim_finished_with_time",
            ),
        ),
    ]
