"""Master data for the office: permits and their papers, sinks, rule sets, sheets of companies, trucks and drivers."""
