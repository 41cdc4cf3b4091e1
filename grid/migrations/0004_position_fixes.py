"""The raw fixes of patrols and units, one partition a day and one for what fits none."""

from django.db import migrations, models

CREATE = """
create table grid_positionfix (
    subject_kind varchar(12) not null,
    subject_id bigint not null,
    device varchar(64) not null,
    lon double precision not null,
    lat double precision not null,
    accuracy_m double precision not null,
    speed_kmh double precision,
    fix_at timestamptz not null,
    received_at timestamptz not null,
    received_on date not null,
    mocked boolean not null,
    believed boolean not null,
    primary key (subject_kind, subject_id, fix_at, device, received_on)
) partition by range (received_on);
create table grid_positionfix_other partition of grid_positionfix default;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0003_names_in_the_administration"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, "drop table grid_positionfix")],
            state_operations=[
                migrations.CreateModel(
                    name="PositionFix",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "subject_kind",
                                "subject_id",
                                "fix_at",
                                "device",
                                "received_on",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "subject_kind",
                            models.CharField(choices=[("patrol", "patrol"), ("unit", "unit")], max_length=12),
                        ),
                        ("subject_id", models.BigIntegerField()),
                        ("device", models.CharField(blank=True, default="", max_length=64)),
                        ("lon", models.FloatField()),
                        ("lat", models.FloatField()),
                        ("accuracy_m", models.FloatField()),
                        ("speed_kmh", models.FloatField(blank=True, null=True)),
                        ("fix_at", models.DateTimeField()),
                        ("received_at", models.DateTimeField()),
                        ("received_on", models.DateField()),
                        ("mocked", models.BooleanField(default=False)),
                        ("believed", models.BooleanField(default=True)),
                    ],
                    options={"verbose_name": "position fix", "verbose_name_plural": "position fixes"},
                ),
            ],
        ),
    ]
