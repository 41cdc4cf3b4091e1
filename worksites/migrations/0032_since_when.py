"""Since when gates, sinks, idle sites and voided permits are what they are, old rows by the journal; judged days."""

from django.db import migrations, models

FROM_JOURNAL = """
update worksites_gate g set added_at = (
    select min(e.at) from journal_entry e where e.subject_type = 'site' and e.subject_id = g.site_id
        and e.verb = 'site.gate_saved' and e.data->>'gate' = g.code);
update worksites_sink s set registered_at = (
    select min(e.at) from journal_entry e where e.subject_type = 'sink' and e.subject_id = s.id
        and e.verb = 'sink.registered');
update worksites_sink s set closed_at = (
    select max(e.at) from journal_entry e where e.subject_type = 'sink' and e.subject_id = s.id
        and e.data->'fields' ? 'is_active') where not s.is_active;
update worksites_site s set idle_since = (
    select max(e.at) from journal_entry e where e.subject_type = 'site' and e.subject_id = s.id
        and e.verb = 'site.became_idle') where s.status = 'idle';
update worksites_permit p set voided_on = (
    select (min(e.at) at time zone 'Asia/Shanghai')::date from journal_entry e where e.subject_type = 'permit'
        and e.subject_id = p.id and e.data->>'status' = 'voided')
where p.status = 'voided' and exists (
    select from journal_entry e where e.subject_type = 'permit' and e.subject_id = p.id
        and e.data->>'status' = 'approved');
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial"), ("worksites", "0031_judged_once_and_tried")]

    operations = [
        migrations.AddField("gate", "added_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("sink", "registered_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("sink", "closed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("site", "idle_since", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("permit", "voided_on", models.DateField(blank=True, null=True)),
        migrations.CreateModel(
            "JudgedDay",
            [
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("judged_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "judged day",
                "verbose_name_plural": "judged days",
                "ordering": ["-day"],
            },
        ),
        migrations.RunSQL(FROM_JOURNAL, migrations.RunSQL.noop),
    ]
