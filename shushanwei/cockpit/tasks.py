"""What the scheduler asks of the cockpit: draw up the reports that are due."""

from celery import shared_task

from shushanwei.cockpit.reports import services
from shushanwei.cockpit.reports.periods import Kind


@shared_task(name="cockpit.freeze_reports", expires=300)
def freeze_reports(kind: str | None = None) -> int:
    """Draw up what is due, of one kind or of all. Safe to run twice at once: a report is unique by its key."""
    return services.freeze_missing([Kind(kind)] if kind else tuple(Kind))
