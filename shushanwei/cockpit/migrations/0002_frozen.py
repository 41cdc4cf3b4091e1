"""A frozen report can be added and read, by nobody changed or removed."""

from django.db import migrations

FORWARD = """
create function cockpit_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'a report is frozen: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
create trigger report_frozen before update or delete on cockpit_report
    for each row execute function cockpit_refuse();
"""
BACKWARD = """
drop trigger report_frozen on cockpit_report;
drop function cockpit_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("cockpit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
