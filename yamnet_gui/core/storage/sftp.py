"""Connections to servers of files over SSH.

fsspec's own accepts the key of any server that is asked for the first time; here it must be among
the known ones, as with ssh itself.
"""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_CONNECT_S = 15.0


def connected(server: str) -> Any:
    """The file system of a server, given as `[user[:password]@]host[:port]`.

    Users, ports and keys also come from ~/.ssh/config and ssh-agent.
    Raises ImportError without paramiko or fsspec, and what paramiko raises.
    """
    import paramiko
    from fsspec.implementations.sftp import SFTPFileSystem

    class KnownServers(SFTPFileSystem):
        """A server whose key is known."""

        def _connect(self) -> None:
            self.client = paramiko.SSHClient()
            self.client.load_system_host_keys()
            self.client.connect(self.host, **self.ssh_kwargs)
            self.ftp = self.client.open_sftp()
            self.ftp.get_channel().settimeout(_CONNECT_S * 2)

        def write_file(self, path: str, content: bytes, *, only_new: bool = False) -> None:
            """Raises FileExistsError where the file is there and `only_new`."""
            try:
                with self.ftp.open(path, "wx" if only_new else "w") as file:
                    file.write(content)
            except OSError:
                if only_new and self.exists(path):  # servers name no reason
                    raise FileExistsError(path) from None
                raise

    parts = urlsplit(f"sftp://{server}")
    asked = _from_config(parts.hostname or "")
    options: dict[str, Any] = {
        "username": unquote(parts.username) if parts.username else asked.get("user"),
        "port": parts.port or int(asked.get("port", 22)),
        "timeout": _CONNECT_S,
        "banner_timeout": _CONNECT_S,
        "auth_timeout": _CONNECT_S,
        "key_filename": asked.get("identityfile"),
    }
    if parts.password:
        options["password"] = unquote(parts.password)
    given = {name: value for name, value in options.items() if value is not None}
    host = asked.get("hostname", parts.hostname)
    return KnownServers(host, skip_instance_cache=True, **given)


def _from_config(host: str) -> dict[str, Any]:
    """What ~/.ssh/config says about a host."""
    import paramiko

    path = Path("~/.ssh/config").expanduser()
    try:
        return dict(paramiko.SSHConfig.from_path(str(path)).lookup(host))
    except OSError:
        return {}
    except paramiko.ConfigParseError:
        return {}
