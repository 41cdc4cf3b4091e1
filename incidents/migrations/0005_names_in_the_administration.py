"""Tables of the administration by their names, in both languages."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0004_seats_empty"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="filingstandard",
            options={
                "ordering": ["category", "letter", "stage_no"],
                "verbose_name": "filing standard",
                "verbose_name_plural": "filing standards",
            },
        ),
        migrations.AlterModelOptions(
            name="levelrule",
            options={"ordering": ["order", "id"], "verbose_name": "level rule", "verbose_name_plural": "level rules"},
        ),
        migrations.AlterModelOptions(
            name="mute",
            options={"ordering": ["-id"], "verbose_name": "muted source", "verbose_name_plural": "muted sources"},
        ),
        migrations.AlterModelOptions(
            name="slapolicy",
            options={
                "ordering": ["code", "-version"],
                "verbose_name": "limit policy",
                "verbose_name_plural": "limit policies",
            },
        ),
    ]
