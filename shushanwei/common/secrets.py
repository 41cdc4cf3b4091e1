"""Fields that must not lie in clear text: encrypted with a key from FIELD_KEY (AES in Fernet's shape)."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


def seal(text: str) -> str:
    """`text` encrypted and authenticated; empty stays empty."""
    return _box().encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """The text behind `seal`; raises ValueError when the key is another or the token was changed."""
    try:
        return _box().decrypt(token.encode()).decode() if token else ""
    except InvalidToken as error:
        raise ValueError("cannot be decrypted with this FIELD_KEY") from error


def fingerprint(text: str) -> str:
    """A keyed hash for looking up an encrypted value (64 hex digits)."""
    return hmac.new(_key(), text.encode(), hashlib.sha256).hexdigest()


def mask_phone(phone: str) -> str:
    """`138****1234`; short numbers show their last two digits only."""
    digits = phone.strip()
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else "*" * max(len(digits) - 2, 0) + digits[-2:]


def mask_name(name: str) -> str:
    """`李**`: the first character and a star for each further one."""
    return name[:1] + "*" * max(len(name) - 1, 0)


def _key() -> bytes:
    return hashlib.sha256(settings.FIELD_KEY.encode()).digest()


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key()))
