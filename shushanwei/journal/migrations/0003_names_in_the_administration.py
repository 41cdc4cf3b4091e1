"""Tables of the administration by their names, in both languages."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0002_append_only"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="seal",
            options={"ordering": ["to_xid"], "verbose_name": "seal", "verbose_name_plural": "seals"},
        ),
    ]
