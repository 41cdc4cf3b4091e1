"""Sockets, served by uvicorn: `/ws/live/`, and a health answer for the balancer."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shushanwei.settings")

from django.core.asgi import get_asgi_application

django_asgi = get_asgi_application()

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.urls import path

from shushanwei.journal.consumers import LiveConsumer

application = ProtocolTypeRouter(
    {
        "http": django_asgi,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/live/", LiveConsumer.as_asgi())]))
        ),
    }
)
