"""A signed sheet is changed by nobody: what was seen, who signed and what was photographed stays as it is."""

from django.db import migrations

FORWARD = """
create function worksites_sheet_locked() returns trigger language plpgsql as $$
begin
    if old.locked_at is null then
        return case when tg_op = 'DELETE' then old else new end;
    end if;
    -- Only how it ended may be written down: replaced by a newer version, or voided.
    if tg_op = 'UPDATE'
       and (to_jsonb(new) - 'status' - 'rev') = (to_jsonb(old) - 'status' - 'rev')
       and new.status in ('locked', 'replaced', 'voided') and (new.status <> 'locked' or old.status = 'locked') then
        return new;
    end if;
    raise exception 'a signed sheet is locked: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
create trigger inspection_locked before update or delete on worksites_inspection
    for each row execute function worksites_sheet_locked();

create function worksites_part_locked() returns trigger language plpgsql as $$
declare
    mine bigint;
begin
    mine := case when tg_op = 'INSERT' then new.inspection_id else old.inspection_id end;
    if mine is not null and exists (select from worksites_inspection where id = mine and locked_at is not null) then
        raise exception 'a signed sheet is locked: % on % is refused', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger item_result_locked before insert or update or delete on worksites_itemresult
    for each row execute function worksites_part_locked();
create trigger signature_locked before insert or update or delete on worksites_signature
    for each row execute function worksites_part_locked();
create trigger inspector_locked before insert or update or delete on worksites_inspection_inspectors
    for each row execute function worksites_part_locked();
create trigger evidence_locked before insert or update or delete on worksites_evidence
    for each row execute function worksites_part_locked();
"""
BACKWARD = """
drop trigger evidence_locked on worksites_evidence;
drop trigger inspector_locked on worksites_inspection_inspectors;
drop trigger signature_locked on worksites_signature;
drop trigger item_result_locked on worksites_itemresult;
drop trigger inspection_locked on worksites_inspection;
drop function worksites_part_locked();
drop function worksites_sheet_locked();
"""


class Migration(migrations.Migration):
    dependencies = [("worksites", "0020_limits_and_words")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
