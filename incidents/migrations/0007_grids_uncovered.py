"""An alarm for grids without a patrol."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0006_found_in_the_field"),
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
                    ("grids_uncovered", "grids without a patrol today"),
                    ("outage_digest", "promises missed while the system was down"),
                ],
                max_length=20,
            ),
        ),
    ]
