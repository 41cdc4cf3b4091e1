"""What the ledger promises is kept by the database, whoever writes."""

from django.db import migrations

FORWARD = """
create function points_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is append-only: % on % is refused', tg_op, tg_table_name
        using errcode = 'restrict_violation';
end $$;
create trigger transaction_append_only before update or delete on points_ledgertransaction
    for each row execute function points_append_only();
create trigger line_append_only before update or delete on points_ledgerline
    for each row execute function points_append_only();

-- The balance follows from the lines alone: nobody else may write it.
create function points_keep_balance() returns trigger language plpgsql as $$
declare
    whose bigint;
begin
    select resident_id into whose from points_ledgeraccount where id = new.account_id;
    if whose is null then
        new.balance_after := null;
    else
        update points_ledgeraccount set balance = balance + new.amount where id = new.account_id
            returning balance into new.balance_after;
    end if;
    return new;
end $$;
create trigger line_keeps_balance before insert on points_ledgerline
    for each row execute function points_keep_balance();

create function points_balance_by_lines_only() returns trigger language plpgsql as $$
begin
    if pg_trigger_depth() < 2 and new.balance <> (case tg_op when 'INSERT' then 0 else old.balance end) then
        raise exception 'a balance changes by lines only' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger balance_by_lines_only before insert or update on points_ledgeraccount
    for each row execute function points_balance_by_lines_only();

-- Looked at when the transaction commits: a movement takes from somewhere what it puts elsewhere.
create function points_must_balance(which bigint) returns void language plpgsql as $$
declare
    moved bigint; counted int;
begin
    select coalesce(sum(amount), 0), count(*) into moved, counted
        from points_ledgerline where transaction_id = which;
    if moved <> 0 or counted < 2 then
        raise exception 'ledger transaction % does not balance: % in % lines', which, moved, counted
            using errcode = 'check_violation';
    end if;
end $$;
create function points_lines_sum_to_zero() returns trigger language plpgsql as $$
begin
    perform points_must_balance(new.id);
    return null;
end $$;
create function points_line_sums_to_zero() returns trigger language plpgsql as $$
begin
    perform points_must_balance(new.transaction_id);
    return null;
end $$;
create constraint trigger transaction_balances after insert on points_ledgertransaction
    deferrable initially deferred for each row execute function points_lines_sum_to_zero();

create constraint trigger line_balances after insert on points_ledgerline
    deferrable initially deferred for each row execute function points_line_sums_to_zero();
"""
BACKWARD = """
drop trigger line_balances on points_ledgerline;
drop trigger transaction_balances on points_ledgertransaction;
drop trigger balance_by_lines_only on points_ledgeraccount;
drop trigger line_keeps_balance on points_ledgerline;
drop trigger line_append_only on points_ledgerline;
drop trigger transaction_append_only on points_ledgertransaction;
drop function points_line_sums_to_zero();
drop function points_lines_sum_to_zero();
drop function points_must_balance(bigint);
drop function points_balance_by_lines_only();
drop function points_keep_balance();
drop function points_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
