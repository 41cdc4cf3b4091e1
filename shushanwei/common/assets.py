"""Front-end files without a bundler: which files of npm packages are served, and what every page is told."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import utils
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import Warning as CheckWarning
from django.core.files.storage import FileSystemStorage
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

PREFIX = "npm"
# Bare import name → file in node_modules. Only what is named here or in STYLES ever leaves the server.
MODULES = {
    "maplibre-gl": "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl/worker": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "echarts": "echarts/dist/echarts.esm.min.mjs",
    "gcoord": "gcoord/dist/gcoord.esm-browser.prod.js",
}
STYLES = ["maplibre-gl/dist/maplibre-gl.css", "weui/dist/style/weui.min.css"]
SERVED = [*MODULES.values(), *STYLES]


class NodeModulesFinder(BaseFinder):
    """Finds the few served files of `node_modules`, under `npm/…`; everything else there stays private."""

    def __init__(self, app_names=None, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.storage = FileSystemStorage(location=settings.BASE_DIR / "node_modules")
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]

    def check(self, **kwargs):
        missing = [path for path in SERVED if not self.storage.exists(path)]
        if not missing:
            return []
        return [CheckWarning(f"Front-end files are missing: {', '.join(missing)}.", hint="Run `npm ci`.")]

    def find(self, path, find_all=False, **kwargs):
        """The absolute path of a served file, or an empty list."""
        prefix, _, inner = path.replace("\\", "/").partition("/")
        if prefix != PREFIX or inner not in SERVED or not self.storage.exists(inner):
            return []
        found = self.storage.path(inner)
        return [found] if find_all else found

    def list(self, ignore_patterns):
        """(path, storage) of each served file that is installed."""
        for path in SERVED:
            if self.storage.exists(path) and not utils.matches_patterns(path, ignore_patterns or []):
                yield path, self.storage


def import_map() -> dict[str, dict[str, str]]:
    """The page's import map: packages by name, our own `static/js/a/b.js` as `shushan/a/b`; URLs carry a hash."""
    imports = {name: static(f"{PREFIX}/{path}") for name, path in MODULES.items()}
    own = own_modules.__wrapped__() if settings.DEBUG else own_modules()
    imports |= {f"shushan/{name.removesuffix('.js')}": static(f"js/{name}") for name in own}
    return {"imports": imports}


@cache
def own_modules() -> list[str]:
    """Our ES modules as paths below `static/js`."""
    root = Path(settings.BASE_DIR) / "static" / "js"
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*.js"))


def page_settings(request: HttpRequest) -> dict:
    """For every template: `page` (what scripts read), `csp_nonce`, and the theme the person chose."""
    theme = request.COOKIES.get("ssw_theme")
    user = getattr(request, "user", None)
    return {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "theme": theme if theme in {"light", "dark"} else "",
        "page": SimpleLazyObject(
            lambda: {
                "ws_url": settings.WS_URL,
                "ws_port": settings.WS_PORT,
                "language": get_language() or settings.LANGUAGE_CODE,
                "now": timezone.now().isoformat(),
                "csrf": get_token(request),
                "user_id": getattr(user, "pk", None),
                "kiosk": bool(getattr(user, "is_kiosk", False)),
            }
        ),
    }
