"""kill -9 while residents report and redeem: what was answered stands once, and nobody pays twice."""

import time
from pathlib import Path

import pytest

from tests.faults.neighbours import PRICE, STOCK, Neighbours, people_on

RESIDENTS, ROUNDS = 6, 4


@pytest.mark.parametrize("name", ["web", "postgres", "worker"])
def test_reports_and_redemptions_survive_a_killed_process_once(live_stack, name):
    people = people_on(live_stack, RESIDENTS)
    neighbours = Neighbours(live_stack, people, ROUNDS)
    for _ in range(2):
        time.sleep(1)
        old = live_stack.kill(name)
        live_stack.wait_restarted(name, old)
    neighbours.join()
    live_stack.wait_ready(60)

    assert len(neighbours.reports) == RESIDENTS * ROUNDS
    stored = live_stack.sql(
        "select r.uuid::text, p.n, a.file from points_residentreport r"
        " left join lateral (select count(*) n, max(attachment_id) of from points_reportphoto where report_id = r.id) p"
        " on true left join incidents_attachment a on a.id = p.of where r.uuid = any(%s::uuid[])",
        neighbours.reports,
    )
    assert sorted(uuid for uuid, _n, _file in stored) == sorted(neighbours.reports)
    media = Path(live_stack.local) / "media"
    assert all(n == 1 and (media / file).is_file() for _uuid, n, file in stored)

    [(left, taken)] = live_stack.sql(
        "select w.stock, (select count(*) from points_redemption d where d.reward_id = w.id) from points_reward w"
        " where w.uuid = %s::uuid", people["reward"],
    )  # fmt: skip
    assert (left, taken, len(neighbours.taken)) == (0, STOCK, STOCK)
    [(wrong,)] = live_stack.sql(
        "select count(*) from (select transaction_id from points_ledgerline group by transaction_id"
        " having sum(amount) <> 0) x"
    )
    [(spent,)] = live_stack.sql(
        "select sum(t.points) from points_ledgertransaction t join points_redemption d on t.source_id = d.uuid::text"
        " join points_reward w on w.id = d.reward_id where t.kind = 'redeem' and w.uuid = %s::uuid", people["reward"],
    )  # fmt: skip
    assert (wrong, spent) == (0, STOCK * PRICE)
    print(f"{name}: {len(neighbours.reports)} reports, {taken} redeemed, {neighbours.again} sent again")
