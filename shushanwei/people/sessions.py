"""How long somebody stays signed in: 30 minutes after the last real action; a wall's account stays.

What a page fetches by itself carries `X-Background: 1` and does not count as an action.
"""

import time

from django.http import HttpRequest

# A browser keeps no cookie longer; a wall that runs renews it daily.
KIOSK_AGE = 400 * 24 * 3600
STEP = 60
KIOSK_STEP = 24 * 3600


def begin(request: HttpRequest) -> None:
    """Set the length of a new session by the kind of account."""
    if request.user.is_kiosk:  # type: ignore[union-attr]
        request.session.set_expiry(KIOSK_AGE)
    request.session["active_at"] = int(time.time())


class SlidingSession:
    """Middleware: a real action prolongs the session, at most one write a minute."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        session = request.session
        if session.session_key and "_auth_user_id" in session:
            kiosk = session.get("_session_expiry") == KIOSK_AGE
            background = request.headers.get("X-Background") == "1"
            idle = time.time() - session.get("active_at", 0)
            if (kiosk and idle > KIOSK_STEP) or (not kiosk and not background and idle > STEP):
                session["active_at"] = int(time.time())
        return self.get_response(request)
