"""The street's own words for the market; bans and pauses that outlive their account, as blocks do."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("points", "0041_blocks_and_couriers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StreetWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=20)),
                ("squeezed", models.CharField(max_length=20)),
                ("category", models.CharField(max_length=12)),
                (
                    "act",
                    models.CharField(
                        choices=[("refuse", "turn away"), ("review", "show to the reviewer"), ("spare", "let pass")],
                        max_length=6,
                    ),
                ),
                ("why", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "word of the street",
                "verbose_name_plural": "words of the street",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="standingblock",
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
            model_name="standingblock",
            name="kind",
            field=models.CharField(
                choices=[("all", "All"), ("market", "Market"), ("volunteering", "Volunteering")],
                default="all",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="standingblock",
            name="phone_hash",
            field=models.CharField(max_length=64),
        ),
        migrations.AlterField(
            model_name="standingblock",
            name="why",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddConstraint(
            model_name="standingblock",
            constraint=models.UniqueConstraint(fields=("phone_hash", "kind"), name="standing_block_one_of_a_kind"),
        ),
        migrations.AddField(
            model_name="streetword",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="streetword",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)), fields=("squeezed",), name="street_word_once"
            ),
        ),
    ]
