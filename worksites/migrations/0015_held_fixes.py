"""Terminals name their datum and can be shut out; positions of those without a truck are kept aside."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("worksites", "0003_rule_colours"),
    ]

    operations = [
        migrations.AddField(
            model_name="terminal",
            name="blocked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="terminal",
            name="crs",
            field=models.CharField(default="wgs84", max_length=8),
        ),
        migrations.CreateModel(
            name="HeldFix",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "phone", "at", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("phone", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("lon", models.FloatField()),
                ("lat", models.FloatField()),
                ("speed_kmh", models.FloatField()),
                ("heading", models.SmallIntegerField()),
                ("altitude_m", models.SmallIntegerField()),
                ("ignition", models.BooleanField()),
                ("positioned", models.BooleanField()),
                ("load", models.SmallIntegerField()),
                ("lift", models.SmallIntegerField()),
                ("cover", models.SmallIntegerField()),
                ("mileage_km", models.FloatField(null=True)),
                ("alarm_bits", models.BigIntegerField()),
                ("status_bits", models.BigIntegerField()),
                ("source", models.SmallIntegerField()),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "position of an unknown terminal",
                "verbose_name_plural": "positions of unknown terminals",
                "indexes": [models.Index(fields=["received_at"], name="held_fix_by_arrival")],
            },
        ),
    ]
