"""Encrypts tokens at rest: Fernet, with keys from the environment that can be exchanged.

https://cryptography.io/en/latest/fernet/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

SETTING = "RUST_OR_NOT_TOKEN_KEYS"


class KeyFault(Exception):
    """The keys cannot be used, or are not those that sealed; `remedy` is what to do about it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class Seal:
    """The first key seals; each of them opens."""

    def __init__(self, keys: MultiFernet) -> None:
        self._keys = keys

    @classmethod
    def of(cls, keys: str) -> Self:
        """From keys as `new_key` makes them, separated by commas. Raises `KeyFault`."""
        from cryptography.fernet import Fernet, MultiFernet

        parts = [part.strip() for part in keys.split(",") if part.strip()]
        try:
            return cls(MultiFernet([Fernet(part) for part in parts]))
        except ValueError:
            what = f"{SETTING} holds something that is no key" if parts else f"{SETTING} is empty"
            raise KeyFault(what, "make a key with `rust-or-not keys new`") from None

    def close(self, token: str) -> str:
        return self._keys.encrypt(token.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises `KeyFault` where none of the keys sealed it."""
        from cryptography.fernet import InvalidToken

        try:
            return self._keys.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise KeyFault(
                f"{SETTING} does not open the tokens in the database",
                "put the key that sealed them back, behind the new one and a comma; if it is "
                "lost, each workspace has to install the app again",
            ) from None


def new_key() -> str:
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()
