"""The heartbeat table, and the extension that exclusion constraints over plain columns need."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    # The constraints of these rooms use the extension; the kernel's room is the one that may come first.
    run_before = [("people", "0001_initial"), ("grid", "0001_initial"), ("dispatch", "0001_initial")]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("part", models.CharField(max_length=24, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
