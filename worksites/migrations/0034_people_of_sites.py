"""Who answers for a site: with a company, until the day it ends."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("worksites", "0033_given_up_inspections"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="siteperson",
            name="site_person_once",
        ),
        migrations.AddField(
            model_name="siteperson",
            name="company",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="worksites.company",
            ),
        ),
        migrations.AddField(
            model_name="siteperson",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="siteperson",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("site", "post", "name"),
                name="site_person_once_at_a_time",
            ),
        ),
    ]
