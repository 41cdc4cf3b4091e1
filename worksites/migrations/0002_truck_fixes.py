"""The positions of trucks, one partition a day and one for what fits none; each once for a truck and an instant."""

from django.db import migrations

CREATE = """
create table worksites_truckfix (
    truck_id bigint not null,
    at timestamptz not null,
    day date not null,
    lon double precision not null,
    lat double precision not null,
    speed_kmh real not null,
    heading smallint not null default 0,
    altitude_m smallint not null default 0,
    ignition boolean not null default true,
    positioned boolean not null default true,
    load smallint not null default 0,
    lift smallint not null default 0,
    cover smallint not null default 0,
    mileage_km real,
    alarm_bits bigint not null default 0,
    status_bits bigint not null default 0,
    source smallint not null,
    received_at timestamptz not null,
    primary key (truck_id, at, day)
) partition by range (day);
create table worksites_truckfix_other partition of worksites_truckfix default;
"""


class Migration(migrations.Migration):
    dependencies = [("worksites", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "drop table worksites_truckfix")]
