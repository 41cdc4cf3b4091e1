"""Text messages: who sends them is a setting (`SMS_SENDER`), for each street has its own contract."""

from typing import Protocol

import requests
import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from shushanwei.common.secrets import mask_phone

log = structlog.get_logger(__name__)
PATIENCE_S = 5


class NotSent(Exception):
    """The provider did not take the message."""


class Sender(Protocol):
    """What a provider has to offer. `template` is its name with us, `params` what it fills in. Raises NotSent."""

    shows_codes: bool  # true only where no real phone is behind it: the page then says the code itself

    def send(self, phone: str, template: str, params: dict[str, str]) -> None: ...


class ConsoleSender:
    """Writes the message into the log instead; for the embedded default and for development."""

    shows_codes = True

    def send(self, phone: str, template: str, params: dict[str, str]) -> None:
        log.info("sms_not_sent", phone=mask_phone(phone), template=template, **params)


class GatewaySender:
    """Hands the message to the HTTP gateway of the street's provider (`SMS_URL`, `SMS_TOKEN`), as JSON."""

    shows_codes = False

    def send(self, phone: str, template: str, params: dict[str, str]) -> None:
        body = {"phone": phone, "template": template, "params": params}
        try:
            answer = requests.post(
                settings.SMS_URL, json=body, timeout=PATIENCE_S,
                headers={"Authorization": f"Bearer {settings.SMS_TOKEN}"},
            )  # fmt: skip
        except requests.RequestException as error:
            raise NotSent(str(error)) from error
        if answer.status_code >= 300:
            raise NotSent(f"the gateway answered {answer.status_code}")


def sender() -> Sender:
    """The sender of this installation."""
    found: Sender = import_string(settings.SMS_SENDER)()
    return found
