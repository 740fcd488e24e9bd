# SPDX-License-Identifier: GPL-2.0-or-later
"""Chromium without a window, driven over two pipes by its DevTools protocol (--remote-debugging-pipe).

Rule 1: a profile of its own in a folder that goes with it, and nothing that a browser does by itself on a network.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from typing_extensions import Self

CHROMIUM = shutil.which("chromium")
PATIENCE = 60.0
_OPTIONS = (
    *("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-sandbox", "--disable-gpu"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    *("--window-size=1280,1000", "--hide-scrollbars"),
)


class Page:
    """One page of a browser of its own. `entries` are what it has said of itself, `addresses` all that it asked for."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="slurmrest-browser-")
        there, self._to = os.pipe()
        self._from, back = os.pipe()
        options = (*_OPTIONS, f"--user-data-dir={self._folder}", "about:blank")
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{there} 4>&{back}', str(CHROMIUM), *options],
            pass_fds=(there, back),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin", "HOME": self._folder, "LANG": "C.UTF-8"},
        )
        os.close(there)
        os.close(back)
        self._unread = b""
        self._count = 0
        self._session = ""
        self.entries: list[str] = []
        self.addresses: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        try:
            self._session = ""
            self._call("Browser.close")
            self._process.wait(PATIENCE)
        finally:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            os.close(self._to)
            os.close(self._from)
            shutil.rmtree(self._folder, ignore_errors=True)

    def go(self, address: str) -> None:
        """Go to an address."""
        self._call("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def run(self, script: str) -> Any:
        """What a script comes to, promises too."""
        found = self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until a script comes to something true."""
        limit = time.monotonic() + PATIENCE
        while not self.run(f"Boolean({condition})"):
            assert time.monotonic() < limit, f"{condition} does not come: {self.run('document.body.innerText')[:2000]}"
            time.sleep(0.1)

    def picture(self) -> bytes:
        """What it looks like, as PNG."""
        return base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])

    def _call(self, method: str, **parameters: Any) -> Any:
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                return answer["result"]
            self._hear(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            data = os.read(self._from, 1 << 20)
            assert data, "the browser has ended"
            self._unread += data
        text, _, self._unread = self._unread.partition(b"\0")
        return dict(json.loads(text))

    def _hear(self, event: dict[str, Any]) -> None:
        told = event.get("params", {})
        if event.get("method") == "Log.entryAdded":
            self.entries.append(f"{told['entry']['level']}: {told['entry']['text']}")
        elif event.get("method") == "Runtime.exceptionThrown":
            self.entries.append(f"exception: {told['exceptionDetails']}")
        elif event.get("method") == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning"):
            self.entries.append(f"{told['type']}: {[one.get('value') for one in told['args']]}")
        elif event.get("method") == "Network.requestWillBeSent":
            self.addresses.append(told["request"]["url"])
