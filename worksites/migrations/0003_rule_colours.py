"""The colour by the rules alone, beside the one that is shown; when time may change it."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0006_teams"),
        ("worksites", "0002_truck_fixes"),
    ]

    operations = [
        migrations.AddField(
            model_name="colourrules",
            name="clean_apart_days",
            field=models.PositiveSmallIntegerField(default=5),
        ),
        migrations.AddField(
            model_name="site",
            name="recolour_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="site",
            name="rule_colour",
            field=models.CharField(
                choices=[("white", "white"), ("yellow", "yellow"), ("red", "red")], default="white", max_length=6
            ),
        ),
        migrations.AddField(
            model_name="site",
            name="rule_since",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AddIndex(
            model_name="site",
            index=models.Index(
                condition=models.Q(("recolour_at__isnull", False)), fields=["recolour_at"], name="site_to_recolour"
            ),
        ),
    ]
