"""An SFTP server of this machine (paramiko's) that serves a folder."""

import os
import socket
import threading
from pathlib import Path
from typing import Any

import paramiko

USER, PASSWORD = "anna", "hunter2hunter2"


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        if (username, password) == (USER, PASSWORD):
            return paramiko.AUTH_SUCCESSFUL
        return paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


def _interface(folder: Path) -> type[paramiko.SFTPServerInterface]:
    def attributes(path: Path) -> Any:
        try:
            found = paramiko.SFTPAttributes.from_stat(path.stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        found.filename = path.name
        return found

    def done(work: Any) -> int:
        try:
            work()
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return paramiko.SFTP_OK

    class Files(paramiko.SFTPServerInterface):
        def stat(self, path: str) -> Any:
            return attributes(folder / path.lstrip("/"))

        lstat = stat

        def list_folder(self, path: str) -> Any:
            return [attributes(p) for p in sorted((folder / path.lstrip("/")).iterdir())]

        def open(self, path: str, flags: int, _attributes: Any) -> Any:
            target = folder / path.lstrip("/")
            writing = bool(flags & (os.O_WRONLY | os.O_RDWR))
            mode = "xb" if flags & os.O_EXCL else "wb"
            try:
                file = target.open(mode if writing else "rb")
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)
            handle = paramiko.SFTPHandle(flags)
            handle.filename = str(target)
            handle.readfile = handle.writefile = file
            return handle

        def mkdir(self, path: str, _attributes: Any) -> int:
            return done((folder / path.lstrip("/")).mkdir)

        def remove(self, path: str) -> int:
            return done((folder / path.lstrip("/")).unlink)

        def posix_rename(self, old: str, new: str) -> int:
            return done(lambda: (folder / old.lstrip("/")).replace(folder / new.lstrip("/")))

    return Files


class SftpServer:
    """Serves `folder` at `address`; `known_hosts` is the line that vouches for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = paramiko.ECDSAKey.generate()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._transports: list[paramiko.Transport] = []
        port = self._socket.getsockname()[1]
        self.address = f"sftp://{USER}:{PASSWORD}@127.0.0.1:{port}"
        self.shown = f"sftp://{USER}@127.0.0.1:{port}"
        self.known_hosts = f"[127.0.0.1]:{port} {self._key.get_name()} {self._key.get_base64()}\n"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self._key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _interface(self._folder))
            self._transports.append(transport)
            try:
                transport.start_server(server=_Door())
            except (paramiko.SSHException, EOFError):
                transport.close()

    def cut(self) -> None:
        """Ends every connection, and takes no further ones."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for transport in self._transports:
            transport.close()

    def stop(self) -> None:
        if self._socket.fileno() >= 0:
            self.cut()
        self._thread.join()
