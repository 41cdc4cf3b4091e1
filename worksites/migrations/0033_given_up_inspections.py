"""A visit that nobody signs is given up."""

from django.db import migrations, models
from django.db.models import Q

STATES = [
    ("running", "under way"),
    ("locked", "signed and locked"),
    ("replaced", "replaced by a newer version"),
    ("voided", "voided"),
    ("dropped", "given up"),
]


class Migration(migrations.Migration):
    dependencies = [("worksites", "0032_since_when")]

    operations = [
        migrations.AlterField(
            model_name="inspection",
            name="status",
            field=models.CharField(choices=STATES, default="running", max_length=8),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.CheckConstraint(
                condition=~Q(status="dropped") | Q(locked_at__isnull=True), name="inspection_given_up_unsigned"
            ),
        ),
    ]
