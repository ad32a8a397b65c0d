"""RemoteMonitor: sends the numbers of every epoch to a server."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
import warnings

import numpy as np

from cornu.callbacks._callback import Callback, Logs

_SECONDS = 10.0


class RemoteMonitor(Callback):
    """Sends the numbers of every epoch to a server by HTTP POST.

    A server that cannot be reached is a warning; training goes on.

    Args:
        root: Address of the server.
        path: Path on it.
        field: Name of the form field that holds the numbers as JSON.
        headers: Further HTTP headers.
        send_as_json: Whether the JSON is sent as it is instead of in a form.

    Raises:
        ValueError: When `root` is no address of a web server.

    Example:
        >>> RemoteMonitor("http://localhost:9000").path
        '/publish/epoch/end/'
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: dict[str, str] | None = None,
        send_as_json: bool = False,
    ) -> None:
        super().__init__()
        if urllib.parse.urlsplit(root).scheme not in ("http", "https"):
            raise ValueError(
                f"RemoteMonitor: root is an address such as 'http://localhost:9000'; got {root!r}."
            )
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Sends the epoch's numbers."""
        numbers = {name: np.asarray(value).tolist() for name, value in (logs or {}).items()}
        text = json.dumps({"epoch": epoch, **numbers})
        headers = dict(self.headers or {})
        if self.send_as_json:
            body = text.encode()
            headers.setdefault("Content-Type", "application/json")
        else:
            body = urllib.parse.urlencode({self.field: text}).encode()
        request = urllib.request.Request(self.root + self.path, body, headers)
        try:
            urllib.request.urlopen(request, timeout=_SECONDS).close()
        except (urllib.error.URLError, OSError) as error:
            warnings.warn(
                f"RemoteMonitor: could not send to {self.root}: {error}.",
                UserWarning,
                stacklevel=2,
            )
