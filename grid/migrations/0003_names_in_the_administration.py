"""Tables of the administration by their names, in both languages."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0002_shifts"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="calendarday",
            options={"ordering": ["date"], "verbose_name": "calendar day", "verbose_name_plural": "calendar days"},
        ),
        migrations.AlterModelOptions(
            name="posting",
            options={"verbose_name": "posting", "verbose_name_plural": "postings"},
        ),
        migrations.AlterModelOptions(
            name="workperiod",
            options={
                "ordering": ["valid_from", "weekday", "start"],
                "verbose_name": "working period",
                "verbose_name_plural": "working periods",
            },
        ),
    ]
