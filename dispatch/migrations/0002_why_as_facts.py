"""Why a unit was sent, as facts beside the sentence; old rows keep the sentence alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="why",
            field=models.JSONField(blank=True, db_default={}, default=dict),
        ),
    ]
