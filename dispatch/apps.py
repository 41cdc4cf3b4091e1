"""The room of units and orders; at start it widens whose incidents a unit's members may see, and how notes read."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DispatchConfig(AppConfig):
    name = "dispatch"
    verbose_name = _("units and orders")

    def ready(self):
        # Models can be imported only now.
        from dispatch.police.selectors import escalated_incident_ids, is_escalated  # noqa: PLC0415
        from dispatch.selectors import incident_ids_of  # noqa: PLC0415
        from dispatch.why import said  # noqa: PLC0415
        from incidents.selectors import SENT_TO  # noqa: PLC0415
        from incidents.shapes import TOLD_TO_POLICE  # noqa: PLC0415
        from shushanwei.journal.wording import SAYS  # noqa: PLC0415

        SAYS["why"] = said
        for ids_for in (incident_ids_of, escalated_incident_ids):
            if ids_for not in SENT_TO:
                SENT_TO.append(ids_for)
        if is_escalated not in TOLD_TO_POLICE:
            TOLD_TO_POLICE.append(is_escalated)
