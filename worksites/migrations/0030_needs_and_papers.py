"""What departments want looked at, the papers of a site, and who was drawn for a check among whom."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0010_units_absent"),
        ("worksites", "0022_papers_of_permits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckNeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                (
                    "items",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=4), size=None),
                ),
                ("text", models.CharField(blank=True, max_length=200)),
                ("urgent_by", models.DateField(blank=True, null=True)),
                ("urgent_reason", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "need of a department",
                "verbose_name_plural": "needs of departments",
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="SiteDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("permit", "approval or permit"),
                            ("plan", "disposal plan"),
                            ("contract", "transport contract"),
                            ("sink", "proof of the sink"),
                            ("drawing", "drawing of gate and wash bay"),
                            ("receipt", "receipt of a fee"),
                            ("order", "order or notice"),
                            ("other", "other paper"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=80)),
                ("file", models.FileField(max_length=200, upload_to="worksites/papers/%Y/%m/")),
                ("thumb", models.FileField(blank=True, max_length=200, upload_to="worksites/papers/%Y/%m/")),
                ("content_type", models.CharField(max_length=40)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("removed_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "paper of a site",
                "verbose_name_plural": "papers of sites",
                "ordering": ["kind", "-at"],
            },
        ),
        migrations.RemoveField(
            model_name="plannedcheck",
            name="needs",
        ),
        migrations.AddField(
            model_name="inspection",
            name="needs",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="plannedcheck",
            name="candidates",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=150), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="plannedcheck",
            name="drawn_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="plannedcheck",
            name="lots",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="plannedcheck",
            name="moved_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name="plannedcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("drawn_on", None), ("moved_reason", "")),
                    models.Q(("drawn_on__gt", models.F("on")), models.Q(("moved_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="check_moved_says_why",
            ),
        ),
        migrations.AddField(
            model_name="checkneed",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="checkneed",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="incidents.department"
            ),
        ),
        migrations.AddField(
            model_name="checkneed",
            name="inspection",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="worksites.inspection",
            ),
        ),
        migrations.AddField(
            model_name="checkneed",
            name="planned",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="needs",
                to="worksites.plannedcheck",
            ),
        ),
        migrations.AddField(
            model_name="checkneed",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="needs", to="worksites.site"
            ),
        ),
        migrations.AddField(
            model_name="sitedocument",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sitedocument",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="worksites.site"
            ),
        ),
        migrations.AddIndex(
            model_name="checkneed",
            index=models.Index(
                condition=models.Q(("answered_at", None), ("withdrawn_at", None)),
                fields=["site"],
                name="need_waiting_of_site",
            ),
        ),
        migrations.AddIndex(
            model_name="checkneed",
            index=models.Index(fields=["department", "-at"], name="need_of_department"),
        ),
        migrations.AddConstraint(
            model_name="checkneed",
            constraint=models.CheckConstraint(condition=models.Q(("items__len__gt", 0)), name="need_names_items"),
        ),
        migrations.AddConstraint(
            model_name="checkneed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("urgent_by", None), ("urgent_reason", "")),
                    models.Q(("urgent_by__isnull", False), models.Q(("urgent_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="need_urgent_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkneed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("inspection", None)),
                    models.Q(("answered_at__isnull", False), ("inspection__isnull", False), ("withdrawn_at", None)),
                    _connector="OR",
                ),
                name="need_answered_by_a_sheet",
            ),
        ),
        migrations.AddIndex(
            model_name="sitedocument",
            index=models.Index(fields=["site", "kind"], name="document_of_site"),
        ),
    ]
