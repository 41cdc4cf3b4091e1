"""Entries and seals can be added and read, by nobody changed or removed."""

from django.db import migrations

FORWARD = """
create function journal_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the journal is append-only: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
create trigger entry_append_only before update or delete on journal_entry
    for each row execute function journal_refuse();
create trigger entry_no_truncate before truncate on journal_entry
    for each statement execute function journal_refuse();
create trigger seal_append_only before update or delete on journal_seal
    for each row execute function journal_refuse();
create trigger seal_no_truncate before truncate on journal_seal
    for each statement execute function journal_refuse();
"""
BACKWARD = """
drop trigger entry_append_only on journal_entry;
drop trigger entry_no_truncate on journal_entry;
drop trigger seal_append_only on journal_seal;
drop trigger seal_no_truncate on journal_seal;
drop function journal_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
