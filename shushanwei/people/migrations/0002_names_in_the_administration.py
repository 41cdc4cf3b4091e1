"""Tables of the administration by their names, in both languages."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="role",
            options={"ordering": ["code"], "verbose_name": "role", "verbose_name_plural": "roles"},
        ),
    ]
