"""The street's official account of WeChat: who somebody is inside its browser, and what its JS-SDK needs."""

import secrets
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from wechatpy.client import WeChatClient
from wechatpy.exceptions import WeChatException
from wechatpy.oauth import WeChatOAuth

from shushanwei.common.errors import Conflict

PATIENCE_S = 5


class Refused(Conflict):
    """WeChat did not say who that is; the page goes on with the phone."""

    code, title = "wechat-refused", "WeChat refused"


def is_on() -> bool:
    """Whether this installation has an official account."""
    return bool(settings.WECHAT_APP_ID)


def ask_address(redirect_uri: str, state: str) -> str:
    """The address that sends somebody to WeChat and back with a code; only the open id is asked for."""
    return str(_oauth(redirect_uri, state).authorize_url)


def open_id(code: str) -> str:
    """The open id behind a code, which WeChat takes once. Raises Refused."""
    try:
        return str(_oauth("", "").fetch_access_token(code)["openid"])
    except (WeChatException, OSError, KeyError, ValueError) as error:
        raise Refused(str(error)) from error


def js_config(url: str) -> dict[str, Any]:
    """What the JS-SDK of a page is configured with: appId, timestamp, nonceStr, signature. Raises Refused."""
    client = WeChatClient(settings.WECHAT_APP_ID, settings.WECHAT_SECRET, session=_Tickets(), timeout=PATIENCE_S)
    if settings.WECHAT_API_URL:
        client.API_BASE_URL = settings.WECHAT_API_URL
    nonce, now = secrets.token_hex(8), int(time.time())
    try:
        signed = client.jsapi.get_jsapi_signature(nonce, client.jsapi.get_jsapi_ticket(), now, url.partition("#")[0])
    except (WeChatException, OSError, KeyError, ValueError) as error:
        raise Refused(str(error)) from error
    return {"appId": settings.WECHAT_APP_ID, "timestamp": now, "nonceStr": nonce, "signature": signed}


def _oauth(redirect_uri: str, state: str) -> WeChatOAuth:
    found = WeChatOAuth(settings.WECHAT_APP_ID, settings.WECHAT_SECRET, redirect_uri, state=state)
    if settings.WECHAT_API_URL:
        found.API_BASE_URL = settings.WECHAT_API_URL
    if settings.WECHAT_OPEN_URL:
        found.OAUTH_BASE_URL = settings.WECHAT_OPEN_URL
    return found


class _Tickets:
    """Where the library keeps tokens and tickets: the cache that all processes share, for as long as they hold."""

    def get(self, key: str, default: Any = None) -> Any:
        return cache.get(f"wechat:{key}", default)

    def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        cache.set(f"wechat:{key}", value, ttl or 7_000)

    def delete(self, key: str) -> None:
        cache.delete(f"wechat:{key}")
