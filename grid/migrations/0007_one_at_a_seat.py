"""One person at a seat at a time, beside one seat for a person."""

import django.contrib.postgres.constraints
import django.db.models.constraints
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0006_teams"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="rosterline",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(
                    ("is_backup", False), ("post", "seat"), ("state", "planned"), models.Q(("place", ""), _negated=True)
                ),
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                expressions=[("place", "="), ("period", "&&")],
                name="roster_one_at_a_seat",
            ),
        ),
    ]
