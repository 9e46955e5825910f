"""A session with a PKCS#11 token, and what becomes of it when the token goes away.

python-pkcs11 is imported when a session is opened: only installations with a token load it, or
their token's module, into their processes.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from axis.errors import ConfigurationError
from axis.secret_files import read_secret
from axis.trust.keys import KeyUnavailableError

if TYPE_CHECKING:
    import pkcs11

T = TypeVar("T")

ATTEMPTS: Final = 2
"""A session that was lost (token reset, removed and put back) is opened anew once. What fails again
is for the caller to wait for: it keeps its work and asks later."""

_USER_PIN_FINAL_TRY: Final = 0x0002_0000
"""CKF_USER_PIN_FINAL_TRY: after one more wrong PIN the token is locked."""


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a token is and how it is entered; holds no secret."""

    module: Path
    """The PKCS#11 library of the token's maker."""
    token_label: str
    pin_file: Path
    """The user PIN, in a file that only its owner may read."""

    def __str__(self) -> str:
        return f"{self.module} «{self.token_label}»"


class TokenSession:
    """This process's session with a token, for one thread at a time; opened when it is needed."""

    def __init__(self, place: TokenPlace, *, writes: bool = False) -> None:
        self._place = place
        self._writes = writes
        self._session: pkcs11.Session | None = None
        self._refused_pin: str | None = None

    def do(self, work: "Callable[[pkcs11.Session], T]") -> T:
        """Do something in the session; raises KeyUnavailableError.

        What fails is tried once more, in a new session. ``work`` may itself raise
        KeyUnavailableError, which is not tried again.
        """
        from pkcs11 import PKCS11Error

        for attempt in range(1, ATTEMPTS + 1):
            try:
                if self._session is None:
                    self._session = self._open()
                return work(self._session)
            except PKCS11Error as error:
                self.close()
                if attempt == ATTEMPTS:
                    raise self._away(error) from error
            except BaseException:
                self.close()
                raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Leave the token. The module is ended too: some see a token that came back only then."""
        if self._session is None:
            return
        import pkcs11

        session, self._session = self._session, None
        with suppress(pkcs11.PKCS11Error):
            session.close()
        with suppress(pkcs11.PKCS11Error):
            pkcs11.lib(str(self._place.module)).finalize()

    def _open(self) -> "pkcs11.Session":
        import pkcs11

        pin = self._pin()
        library = self._library()
        try:
            token = library.get_token(token_label=self._place.token_label)
            if token.flags & _USER_PIN_FINAL_TRY:
                raise KeyUnavailableError(
                    f"Thẻ {self._place} chỉ còn một lần nhập PIN nữa là bị khóa nên trục không thử."
                    f" Hãy sửa PIN trong {self._place.pin_file} rồi đăng nhập thẻ một lần bằng công"
                    " cụ của nhà sản xuất."
                    f" / Token {self._place} allows one more attempt at its PIN, so the axis makes"
                    f" none. Correct the PIN in {self._place.pin_file}, then log in once with the"
                    " maker's tool."
                )
            session: pkcs11.Session = token.open(rw=self._writes, user_pin=pin)
            return session
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
            self._refused_pin = pin
            self._end(library)
            raise self._wrong_pin() from error
        except pkcs11.PinLocked as error:
            self._end(library)
            raise KeyUnavailableError(
                f"Thẻ {self._place} đã khóa PIN; người quản trị thẻ (SO) phải mở khóa."
                f" / The PIN of token {self._place} is locked; its security officer must unlock it."
            ) from error
        except BaseException:
            self._end(library)
            raise

    def _pin(self) -> str:
        try:
            pin = read_secret(self._place.pin_file)
        except ConfigurationError as error:
            raise KeyUnavailableError(str(error)) from error
        if pin == self._refused_pin:
            raise self._wrong_pin()  # a token locks itself after a few attempts
        return pin

    def _library(self) -> Any:
        import pkcs11

        try:
            return pkcs11.lib(str(self._place.module))
        except pkcs11.PKCS11Error as error:
            raise KeyUnavailableError(
                f"Không nạp được thư viện PKCS#11 «{self._place.module}»; hãy kiểm tra đường dẫn"
                f" (receipts.token.module) và cài phần mềm của thẻ. ({_name(error)})"
                f" / The PKCS#11 module «{self._place.module}» cannot be loaded; check its path"
                f" (receipts.token.module) and install the token's software. ({_name(error)})"
            ) from error

    @staticmethod
    def _end(library: Any) -> None:
        """End the module: a session whose login failed stays open otherwise."""
        from pkcs11 import PKCS11Error

        with suppress(PKCS11Error):
            library.finalize()

    def _wrong_pin(self) -> KeyUnavailableError:
        return KeyUnavailableError(
            f"PIN trong {self._place.pin_file} không đúng với thẻ {self._place}; hãy sửa tệp, trục"
            " không thử lại PIN này."
            f" / The PIN in {self._place.pin_file} is not that of token {self._place}; correct the"
            " file, this PIN is not tried again."
        )

    def _away(self, error: Exception) -> KeyUnavailableError:
        return KeyUnavailableError(
            f"Không dùng được thẻ {self._place} ({_name(error)}); hãy kiểm tra thẻ đã cắm, nhãn thẻ"
            " và phần mềm của thẻ."
            f" / Token {self._place} cannot be used ({_name(error)}); check that it is connected,"
            " its label and its software."
        )


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
