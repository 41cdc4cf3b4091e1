"""The street's official account of WeChat: who somebody is inside its browser, and what its JS-SDK needs."""

import secrets
import time
from typing import Any

import requests
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
    except (WeChatException, OSError, KeyError, TypeError, ValueError) as error:
        raise Refused(str(error)) from error


def js_config(url: str) -> dict[str, Any]:
    """What the JS-SDK of a page is configured with: appId, timestamp, nonceStr, signature. Raises Refused."""
    client = _Client(settings.WECHAT_APP_ID, settings.WECHAT_SECRET, session=_Tickets())
    nonce, now = secrets.token_hex(8), int(time.time())
    try:
        signed = client.jsapi.get_jsapi_signature(nonce, client.jsapi.get_jsapi_ticket(), now, url.partition("#")[0])
    except (WeChatException, OSError, KeyError, TypeError, ValueError) as error:
        raise Refused(str(error)) from error
    return {"appId": settings.WECHAT_APP_ID, "timestamp": now, "nonceStr": nonce, "signature": signed}


def _api() -> str:
    """Where WeChat's interface is, with a slash at its end."""
    return (settings.WECHAT_API_URL or "https://api.weixin.qq.com").rstrip("/") + "/"


def _oauth(redirect_uri: str, state: str) -> WeChatOAuth:
    found = WeChatOAuth(settings.WECHAT_APP_ID, settings.WECHAT_SECRET, redirect_uri, state=state)
    found._http = _Patient()
    found.API_BASE_URL = _api()
    if settings.WECHAT_OPEN_URL:
        found.OAUTH_BASE_URL = settings.WECHAT_OPEN_URL.rstrip("/") + "/"
    return found


class _Patient(requests.Session):
    """The library waits for ever where it is not told otherwise; a page cannot."""

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = kwargs.get("timeout") or PATIENCE_S
        return super().request(method, url, *args, **kwargs)


class _Client(WeChatClient):
    """The library's client, at the address of this installation: it writes the one of its token down by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._http, self.API_BASE_URL = _Patient(), f"{_api()}cgi-bin/"

    def fetch_access_token(self) -> Any:
        asked = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self._fetch_access_token(url=f"{self.API_BASE_URL}token", params=asked)


class _Tickets:
    """Where the library keeps tokens and tickets: the cache that all processes share, for as long as they hold."""

    def get(self, key: str, default: Any = None) -> Any:
        return cache.get(f"wechat:{key}", default)

    def set(self, key: str, value: Any, ttl: int | None = None) -> None:
        cache.set(f"wechat:{key}", value, ttl or 7_000)

    def delete(self, key: str) -> None:
        cache.delete(f"wechat:{key}")
