"""A block outlives the account that is erased while it holds; couriers say that they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("points", "0040_medicine"),
    ]

    operations = [
        migrations.CreateModel(
            name="StandingBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phone_hash", models.CharField(max_length=64, unique=True)),
                ("until", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
            ],
            options={
                "ordering": ["until"],
            },
        ),
        migrations.AddField(
            model_name="resident",
            name="is_courier",
            field=models.BooleanField(default=False),
        ),
    ]
