"""Pages and API, served by gunicorn's threads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shushanwei.settings")
pages = get_wsgi_application()

from shushanwei.straight import machines_first  # noqa: E402 - only when Django is set up

application = machines_first(pages)
