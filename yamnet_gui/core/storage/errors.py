"""What goes wrong with storage, whichever library tells it, as one sentence with an advice.

Texts of libraries and servers are not passed on: they may hold addresses with signatures, and names
of keys. The kind of an error is told by its class and by the codes that servers answer with.
"""

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from yamnet_gui.core.added_packages import how_to_install
from yamnet_gui.core.errors import RecordingError

from .notation import LIBRARIES, written

_USUAL_PLACES = {
    "s3": "set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws configure",
    "gs": "run gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS",
    "az": "set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_NAME and a key",
    "abfs": "set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_NAME and a key",
    "sftp": "add your key to ssh-agent, or to ~/.ssh",
    "http": "put the user and password into ~/.netrc",
    "https": "put the user and password into ~/.netrc",
}
TRY_AGAIN = "try again"
CHECK_NETWORK = "check the network and the address"


class StorageError(OSError):
    """Storage did not give what was asked for.

    `strerror` finishes the sentence "ADDRESS: …", `advice` says what to do. `passing`: asking
    again may help, after `wait_s` where the server says so.
    """

    def __init__(
        self,
        path: Path,
        reason: str,
        advice: str = "",
        *,
        code: int = errno.EIO,
        passing: bool = False,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__(code, reason, written(path))
        self.advice = advice
        self.passing = passing
        self.wait_s = wait_s


class ChangedInStorageError(StorageError):
    """An object is another one than when it was opened."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "was changed while it was read", "open it again")


class MissingInStorageError(StorageError, FileNotFoundError):
    """There is no such object, or no such bucket or folder."""

    def __init__(self, path: Path, what: str = "object") -> None:
        super().__init__(path, f"there is no such {what}", "check the address", code=errno.ENOENT)


def no_credentials(path: Path, scheme: str) -> StorageError:
    return StorageError(
        path, "no credentials were found for it", _USUAL_PLACES[scheme], code=errno.EACCES
    )


def refused(path: Path, scheme: str) -> StorageError:
    return StorageError(
        path,
        "the server refuses access: the credentials are wrong, or do not allow it",
        _USUAL_PLACES[scheme],
        code=errno.EACCES,
    )


@dataclass(frozen=True, slots=True)
class _Sign:
    """Names of exceptions, and codes of servers, that stand for one kind of trouble."""

    names: frozenset[str]
    codes: frozenset[str] = frozenset()


_NO_CREDENTIALS = _Sign(
    frozenset({
        "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError",
        "ProfileNotFound", "DefaultCredentialsError", "CredentialUnavailableError",
        "TokenRetrievalError", "UnauthorizedSSOTokenError", "SSOTokenLoadError",
    })
)  # fmt: skip
_REFUSED = _Sign(
    frozenset({
        "PermissionError", "AuthenticationException", "BadAuthenticationType", "RefreshError",
        "ClientAuthenticationError", "PasswordRequiredException", "Forbidden", "Unauthorized",
    }),
    frozenset({
        "401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden",
        "ExpiredToken", "InvalidToken", "AuthFailure", "RequestTimeTooSkewed",
    }),
)  # fmt: skip
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
_NO_BUCKET = _Sign(
    frozenset({"ContainerNotFound"}), frozenset({"NoSuchBucket", "ContainerNotFound"})
)
_MISSING = _Sign(
    frozenset({"FileNotFoundError", "ResourceNotFoundError", "NotFound"}),
    frozenset({"404", "NoSuchKey", "NotFound", "NoSuchVersion"}),
)
_NO_SUCH_PART = frozenset({"416", "InvalidRange", "RequestedRangeNotSatisfiable"})
_UNREACHABLE = _Sign(
    frozenset({
        "EndpointConnectionError", "ClientConnectorError", "ClientConnectorDNSError", "gaierror",
        "ConnectionRefusedError", "NoValidConnectionsError", "ServiceRequestError",
        "ClientConnectorCertificateError", "ProxyConnectionError", "SSLError", "TransportError",
    })
)  # fmt: skip
_SLOW = _Sign(
    frozenset({
        "TimeoutError", "FSTimeoutError", "ReadTimeoutError", "ConnectTimeoutError",
        "ServerTimeoutError", "SocketTimeoutError", "ServiceResponseTimeoutError",
    })
)  # fmt: skip
_CUT = _Sign(
    frozenset({
        "IncompleteReadError", "ResponseStreamingError", "ServerDisconnectedError", "EOFError",
        "ClientPayloadError", "ConnectionClosedError", "ConnectionResetError", "BrokenPipeError",
        "HTTPClientError", "ClientOSError", "ServerConnectionError", "ConnectionError",
        "SSHException", "IncompleteRead", "ProtocolError", "ServiceResponseError",
        "ClientConnectionError",
    }),
    frozenset({
        "500", "502", "503", "504", "429", "SlowDown", "InternalError", "ServiceUnavailable",
    }),
)  # fmt: skip


def understood(error: BaseException, path: Path, scheme: str) -> StorageError:
    """The error of a library as one of ours."""
    if isinstance(error, StorageError):
        return error
    if isinstance(error, ImportError):
        needed = LIBRARIES[scheme] or "requests"
        return StorageError(path, f"reading it needs the package {needed}", how_to_install(needed))
    names, codes = _signs_of(error)

    def shows(sign: _Sign) -> bool:
        return bool(sign.names & names or sign.codes & codes)

    if codes & _NO_SUCH_PART:  # it is shorter now
        return ChangedInStorageError(path)
    if shows(_NO_CREDENTIALS) or _asks_for_account(error) or _finds_no_token(error):
        return no_credentials(path, scheme)
    if "BadHostKeyException" in names:
        return StorageError(
            path,
            "the key of the server is another than in ~/.ssh/known_hosts",
            "ask who runs it whether it was changed, or somebody listens",
            code=errno.EACCES,
        )
    if _is_unknown_host_key(error):
        return StorageError(
            path,
            "the key of the server is not known",
            "connect to it once with ssh, which puts it into ~/.ssh/known_hosts",
            code=errno.EACCES,
        )
    if shows(_NO_BUCKET):
        return MissingInStorageError(path, "bucket")
    if codes & _EXPIRED:
        return StorageError(path, "the credentials have expired", "renew them", code=errno.EACCES)
    if shows(_REFUSED) or _is_forbidden(error):
        return refused(path, scheme)
    if shows(_MISSING):
        return MissingInStorageError(path, "file" if scheme == "sftp" else "object")
    if shows(_UNREACHABLE):
        return StorageError(path, "the server cannot be reached", CHECK_NETWORK, passing=True)
    if shows(_SLOW):
        return StorageError(path, "the server does not answer in time", TRY_AGAIN, passing=True)
    if shows(_CUT):
        return StorageError(path, "the connection was cut", TRY_AGAIN, passing=True)
    return StorageError(path, f"storage gives an error ({type(error).__name__})", CHECK_NETWORK)


def codes_of(error: BaseException) -> set[str]:
    """The codes by which a server refused something."""
    return _signs_of(error)[1]


def _signs_of(error: BaseException) -> tuple[set[str], set[str]]:
    """Names of the classes of an error and of what caused it, and codes of servers in it."""
    names: set[str] = set()
    codes: set[str] = set()
    for one in _with_causes(error):
        names |= {kind.__name__ for kind in type(one).__mro__[:-2]} - {"OSError"}
        response = getattr(one, "response", None)
        if isinstance(response, dict):  # botocore's
            codes.add(str(response.get("Error", {}).get("Code", "")))
            codes.add(str(response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")))
        for name in ("status", "status_code", "code", "error_code"):
            value = getattr(one, name, None)
            if isinstance(value, int | str):
                codes.add(str(value))
    return names, codes


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__


def _asks_for_account(error: BaseException) -> bool:
    """adlfs says by a plain ValueError that it was told no account."""
    return isinstance(error, ValueError) and "account" in str(error).lower()


def _finds_no_token(error: BaseException) -> bool:
    """Azure's library tells so what a server refused, and that it found nothing to show one."""
    return type(error).__name__ == "ClientAuthenticationError" and not getattr(
        error, "status_code", None
    )


def _is_forbidden(error: BaseException) -> bool:
    """gcsfs tells by a plain OSError that access is refused."""
    return type(error) is OSError and str(error).startswith("Forbidden:")


def _is_unknown_host_key(error: BaseException) -> bool:
    return type(error).__name__ == "SSHException" and "not found in known_hosts" in str(error)


def as_recording_error(
    path: Path | str, error: OSError, what: str = "cannot be read"
) -> RecordingError:
    """One sentence about a recording: storage has its own, the system's says `what`."""
    if isinstance(error, StorageError):
        return RecordingError(path, str(error.strerror), error.advice)
    return RecordingError(path, f"{what} ({error.strerror or error})")
