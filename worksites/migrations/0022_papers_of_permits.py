"""Papers uploaded to permits."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("worksites", "0021_sheets_stay_as_signed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PermitFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(unique=True)),
                ("name", models.CharField(max_length=120)),
                ("file", models.FileField(max_length=200, upload_to="permits/%Y/%m/")),
                ("content_type", models.CharField(max_length=40)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("uploaded_at", models.DateTimeField()),
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
                    "permit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="files", to="worksites.permit"
                    ),
                ),
            ],
            options={
                "verbose_name": "paper of a permit",
                "verbose_name_plural": "papers of permits",
                "ordering": ["uploaded_at", "id"],
                "constraints": [models.UniqueConstraint(fields=("permit", "sha256"), name="permit_file_once")],
            },
        ),
    ]
