"""Only what is searched is indexed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0001_initial"),
        ("incidents", "0002_reminders_and_exceptions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="incident",
            name="answered_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="category",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="incidents.casecategory",
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="community",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.community",
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="filed_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="grid",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.grid",
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="standard",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="incidents.filingstandard",
            ),
        ),
        migrations.AlterField(
            model_name="incident",
            name="szcg_category",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="incidents.casecategory",
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["grid", "-id"], name="incident_by_grid"),
        ),
        # Rewritten at every step: what fits on its page touches no index.
        migrations.RunSQL(
            "alter table incidents_incident set (fillfactor = 70);"
            " alter table incidents_deadline set (fillfactor = 80)",
            "alter table incidents_incident reset (fillfactor); alter table incidents_deadline reset (fillfactor)",
        ),
    ]
