"""Django's settings; every value that an installation may change comes from `shushanwei.config`."""

import os

from csp.constants import NONCE, SELF

from shushanwei import addresses, logs
from shushanwei.config import BASE_DIR, read

CONFIG = read()
DEBUG = CONFIG.debug
SECRET_KEY = CONFIG.secret_key
ALLOWED_HOSTS = CONFIG.allowed_hosts
CSRF_TRUSTED_ORIGINS = CONFIG.csrf_trusted_origins

INSTALLED_APPS = [
    "shushanwei.admin.GuardAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "axes",
    "channels",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "leaflet",
    "rest_framework",
    "shushanwei.common",
    "shushanwei.people",
    "shushanwei.journal",
    "grid",
    "incidents",
    "dispatch",
    "worksites",
    "points",
    "shushanwei.cockpit",
    "demo",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shushanwei.people.sessions.SlidingSession",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "shushanwei.common.refusals.RefusalPages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "shushanwei.urls"
WSGI_APPLICATION = "shushanwei.wsgi.application"
ASGI_APPLICATION = "shushanwei.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shushanwei.common.assets.page_settings",
                "shushanwei.nav.navigation",
            ],
        },
    },
]

# The embedded services are started by `shushanwei.devservices`, which leaves their addresses in LOCAL_DIR.
ADDRESSES = addresses.find(CONFIG)
DATABASES = {
    "default": addresses.database(ADDRESSES.database_url)
    | {
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": "test_shushanwei"},
    }
}
DATABASES["default"]["OPTIONS"] |= {"options": "-c timezone=Asia/Shanghai -c lock_timeout=15000"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = ADDRESSES.redis_url
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "ssw",
    },
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [REDIS_URL],
            # Pub/sub knows no database numbers: two installations on one Redis must not hear each other.
            "prefix": f"ssw-live-{addresses.redis_number(REDIS_URL)}",
            "capacity": 20_000,
        },
    },
}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "shushanwei.people.backends.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page promises 15 minutes, not 15 more
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "shushanwei.people.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
LOGIN_URL = "people:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "people:sign-in"
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.behind_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.behind_https else None
SECURE_SSL_REDIRECT = CONFIG.behind_https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.behind_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = CONFIG.behind_https
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, "'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF, "ws:", "wss:"],
        "font-src": [SELF, "data:"],
        "frame-ancestors": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF],
        "object-src": ["'none'"],
    },
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = sorted((BASE_DIR / "locale").glob("*/"))  # one catalogue a room
LANGUAGE_COOKIE_NAME = "ssw_language"
FORMAT_MODULE_PATH = "shushanwei.formats"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.local_dir / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "shushanwei.common.assets.NodeModulesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = CONFIG.media_root
MEDIA_URL = "/media/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "shushanwei.common.api.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "shushanwei.common.errors.problem_response",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Shushan Guard API",
    "DESCRIPTION": "Alerts in, one incident, the 30515 clocks, dispatch and the whole story out.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "UnitKindEnum": "dispatch.models.Unit.Kind",
        "ForceEnum": "dispatch.models.Force",
        "AttachmentKindEnum": "incidents.models.Attachment.Kind",
        "TimeRequestKindEnum": "incidents.models.TimeRequest.Kind",
        "TimeRequestStateEnum": "incidents.models.TimeRequest.State",
        "SupervisionLevelEnum": "incidents.models.Supervision.Level",
        "DutyLogKindEnum": "grid.models.DutyLog.Kind",
        "CheckKindEnum": "incidents.models.CaseCheck.Kind",
        "AlertStateEnum": "incidents.models.Alert.State",
        "CaseReturnReasonEnum": "incidents.models.CaseReturn.Reason",
        "TransferReturnReasonEnum": "dispatch.police.lifecycle.ReturnReason",
        "TransferStatusEnum": "dispatch.police.lifecycle.Transfer",
        "CallStatusEnum": "dispatch.models.Reinforcement.Status",
        "HelpStatusEnum": "dispatch.riders.lifecycle.Help",
        "HelpPartStatusEnum": "dispatch.riders.lifecycle.Part",
        "HelpWithdrawnEnum": "dispatch.riders.lifecycle.Why",
    },
}
REST_KNOX = {"TOKEN_TTL": None, "TOKEN_LIMIT_PER_USER": 20, "AUTO_REFRESH": False}

CELERY_BROKER_URL = addresses.broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False  # the row is the queue: a lost message is found again by the next sweep
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CONSUMER = "shushanwei.reconnect:SteadyConsumer"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
    "health_check_interval": 5,
    "socket_keepalive": True,
    "retry_on_timeout": True,
}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BEAT_SCHEDULE_FILENAME = str(CONFIG.local_dir / "beat-schedule")

LEAFLET_CONFIG = {
    "DEFAULT_CENTER": (30.1163, 120.2400),
    "DEFAULT_ZOOM": 14,
    "MIN_ZOOM": 11,
    "MAX_ZOOM": 19,
    "TILES": [],
    "RESET_VIEW": False,
    "SCALE": "metric",
    "ATTRIBUTION_PREFIX": "",
}

# The folder in which the processes of this machine share their counters; prometheus_client reads the same name.
METRICS_DIR = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
METRICS_TOKEN = CONFIG.metrics_token
METRIC_SOURCES = ["shushanwei.common.health.heartbeat_ages", "incidents.metrics.lateness"]
# Commands that bring reference data up to date at each start; each may run twice.
LOADERS = [
    "load_roles",
    "load_catalogue",
    "load_ground",
    "load_shifts",
    "load_dispatch",
    "load_worksites",
    "load_checklist",
    "load_truck_rules",
    "load_points",
    "load_medicines",
    "keep_partitions",
]
WS_PORT = CONFIG.ws_port
WS_URL = CONFIG.ws_url
FIELD_KEY = CONFIG.field_key
JT808_PORT = CONFIG.jt808_port
# Residents: without a gateway of the provider nothing is sent, and the page shows the code (see points/sms.py).
SMS_URL, SMS_TOKEN = CONFIG.sms_url, CONFIG.sms_token
SMS_SENDER = "points.sms.GatewaySender" if SMS_URL else "points.sms.ConsoleSender"
WECHAT_APP_ID, WECHAT_SECRET = CONFIG.wechat_app_id, CONFIG.wechat_secret
WECHAT_API_URL, WECHAT_OPEN_URL = CONFIG.wechat_api_url, CONFIG.wechat_open_url
WECHAT_JS_URL = CONFIG.wechat_js_url
POLICE_LINK_URL = CONFIG.police_link_url
POLICE_LINK_SECRET = CONFIG.police_link_secret
LOGGING = logs.configure(CONFIG.log_level, json=CONFIG.log_json)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
SILENCED_SYSTEM_CHECKS: list[str] = []
