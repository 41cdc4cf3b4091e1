"""An alarm for a 110 transfer that nobody has answered in time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0005_names_in_the_administration"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("r30_missed", "no response within 30 seconds"),
                    ("a5_missed", "nobody on site within 5 minutes"),
                    ("s15_missed", "no reinforcement within 15 minutes"),
                    ("f24_missed", "no follow-up within 24 hours"),
                    ("no_unit", "no unit can be sent"),
                    ("no_progress", "still nothing after the promised time"),
                    ("supervision_due", "a case for supervision"),
                    ("level_2_undecided", "reinforcement neither requested nor declined"),
                    ("seats_empty", "too few seats are taken"),
                    ("outage_digest", "promises missed while the system was down"),
                    ("transfer_late", "a 110 transfer was not answered in time"),
                ],
                max_length=20,
            ),
        ),
    ]
