"""A headless Chromium, driven over the DevTools protocol through a pipe: real keys, clicks, wheels and touches."""

import base64
import contextlib
import fcntl
import json
import os
import queue
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",  # whoever runs tests in a container is root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
]
KEYS = {
    "Enter": (13, "\r"),
    "Tab": (9, ""),
    "Backspace": (8, ""),
    "Escape": (27, ""),
    "Home": (36, ""),
    "End": (35, ""),
    "ArrowLeft": (37, ""),
    "ArrowUp": (38, ""),
    "ArrowRight": (39, ""),
    "ArrowDown": (40, ""),
    " ": (32, " "),
}

# Roles of what can be pressed, typed into, looked at or gone to: each says what it is.
NAMED = set("button textbox searchbox slider spinbutton combobox radio checkbox progressbar application".split())
NAMED |= set("link image region navigation DisclosureTriangle".split())


def program():
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


# The contrast (WCAG 2) of each text with what is behind it, where that is below 4.5.
CONTRASTS = """(() => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = (e) => {
    const colour = rgba(getComputedStyle(e).backgroundColor);
    return colour[3] === 255 || !e.parentElement ? colour : behind(e.parentElement);
  };
  const low = {};
  for (const e of document.querySelectorAll("body *")) {
    const hasText = [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!hasText || !e.checkVisibility()) continue;
    const both = [luminance(rgba(getComputedStyle(e).color)), luminance(behind(e))];
    const ratio = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    if (ratio < 4.5) low[`${e.tagName}.${e.className}`] = ratio.toFixed(2);
  }
  return low;
})()"""


class Browser:
    """One process with a profile of its own. A context manager. Raises RuntimeError where it does not answer."""

    def __init__(self, path=None):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        # The browser reads commands from its file 3 and writes answers to its file 4.
        (its_in, our_out), (our_in, its_out) = os.pipe(), os.pipe()
        ends = its_in, its_out, *(fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in (its_in, its_out))
        *_, its_in, its_out = ends  # of numbers that none of the two overwrites
        null = os.open(os.devnull, os.O_RDWR)
        files = [(os.POSIX_SPAWN_DUP2, a, b) for a, b in ((null, 0), (null, 1), (null, 2), (its_in, 3), (its_out, 4))]
        command = [path or program(), *OPTIONS, f"--user-data-dir={self._profile.name}", "about:blank"]
        self._pid = os.posix_spawn(command[0], command, os.environ, file_actions=files, setpgroup=0)
        for fd in (*ends, null):
            os.close(fd)
        self._out, self._in = os.fdopen(our_out, "wb", buffering=0), os.fdopen(our_in, "rb")
        self._number, self._lock, self._answers, self.pages = 0, threading.Lock(), {}, {}
        self._ended = False
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            self.send("Browser.getVersion")
        except RuntimeError:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        with contextlib.suppress(OSError):
            os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._out.close()
        self._profile.cleanup()

    def send(self, method, session=None, **parameters):
        """The result of a command; RuntimeError where it has none."""
        answer = queue.Queue()
        with self._lock:
            self._number += 1
            self._answers[self._number] = answer
            message = {"id": self._number, "method": method, "params": parameters}
            message |= {"sessionId": session} if session else {}
            try:
                if self._ended:
                    raise BrokenPipeError
                self._out.write(json.dumps(message).encode() + b"\0")
            except OSError:
                raise RuntimeError(f"{method}: the browser has ended") from None
        try:
            result = answer.get(timeout=30)
        except queue.Empty:
            raise RuntimeError(f"{method}: no answer") from None
        if "error" in result:
            raise RuntimeError(f"{method}: {result['error']['message']}")
        return result["result"]

    def page(self, url, width=1280, height=900, dark=False, touch=False):
        """A new Page with cookies and storage of its own."""
        context = self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        self.send("Browser.grantPermissions", permissions=["clipboardReadWrite"], browserContextId=context)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(f"{domain}.enable")
        page.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        page.send("Emulation.setTouchEmulationEnabled", enabled=touch)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.send("Emulation.setEmulatedMedia", features=[scheme])
        page.goto(url)
        return page

    def _listen(self):
        rest = b""
        while chunk := self._in.read1(1 << 20):
            *messages, rest = (rest + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    self._answers.pop(message["id"]).put(message)
                elif message.get("sessionId") in self.pages:
                    self.pages[message["sessionId"]].hear(message["method"], message["params"])
        with self._lock:
            self._ended = True
        for answer in list(self._answers.values()):
            answer.put({"error": {"message": "the browser has ended"}})


class Page:
    """A tab. `errors` are all errors and warnings of its console, `requests` the addresses it asked for.

    events : all that it told of itself, dicts of "method" and "params".
    """

    def __init__(self, browser, session):
        self._browser, self._session = browser, session
        self.errors, self.requests, self.events, self._loaded = [], [], [], threading.Event()

    def send(self, method, **parameters):
        return self._browser.send(method, self._session, **parameters)

    def hear(self, method, parameters):
        self.events.append({"method": method, "params": parameters})
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Runtime.exceptionThrown":
            self.errors.append(parameters["exceptionDetails"].get("exception", {}).get("description", "exception"))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.errors.append(str([part.get("value") for part in parameters["args"]]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.errors.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def look(self, width, height=900, dark=False, mobile=False):
        """Take on a size and a colour scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def goto(self, url):
        self._loaded.clear()
        self.send("Page.navigate", url=url)
        assert self._loaded.wait(30), f"{url} did not load"

    def reload(self):
        self._loaded.clear()
        self.send("Page.reload")
        assert self._loaded.wait(30)

    def js(self, code):
        """The value of an expression."""
        answer = self.send("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def wait(self, code, seconds=10):
        """Wait until an expression is true, and return it."""
        until = time.monotonic() + seconds
        while not (value := self.js(code)):
            assert time.monotonic() < until, f"never true: {code}"
            time.sleep(0.02)
        return value

    def texts(self, selector):
        return self.js(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent.trim())")

    def text(self, selector):
        return " ".join(self.texts(selector))

    def low_contrasts(self):
        """The contrast of each kind of text with what is behind it, where that is too low; a dict."""
        return self.js(CONTRASTS)

    def told(self):
        """(role, name) of all that a screen reader is told of but for bare text, in the page's order."""
        nodes = [node for node in self.send("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
        both = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes]
        return [(role, name) for role, name in both if role not in ("StaticText", "InlineTextBox")]

    def nameless(self, *more):
        """The roles of what must have a name and has none.  more : roles besides those of NAMED."""
        return [role for role, name in self.told() if role in NAMED.union(more) and not name]

    def copied(self):
        """The text in the clipboard."""
        return self.js("navigator.clipboard.readText()")

    # Keys

    def press(self, key, shift=False):
        code, text = KEYS[key] if key in KEYS else (ord(key.upper()) if key.isalnum() else 0, key)
        event = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 8 * shift}
        event |= {"code": {" ": "Space"}.get(key, key if key in KEYS else f"Key{key.upper()}")}
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **event)
        self.send("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text):
        for key in text:
            self.press(key)

    # Pointers

    def middle(self, selector):
        """Where the middle of an element is, scrolled into view."""
        return self.js(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); "
            "e.scrollIntoView({block: 'center'}); "
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )

    def click(self, at):
        """at : a selector, or pixels."""
        x, y = self.middle(at) if isinstance(at, str) else at
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.mouse(kind, x, y)

    def mouse(self, kind, x, y, **more):
        pressed = {} if kind in ("mouseMoved", "mouseWheel") else {"button": "left", "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **pressed, **more)

    def drag(self, start, end):
        self.mouse("mouseMoved", *start)
        self.mouse("mousePressed", *start)
        for part in (0.25, 0.5, 0.75, 1):
            x, y = (a + part * (b - a) for a, b in zip(start, end))
            self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y, button="left", buttons=1)
        self.mouse("mouseReleased", *end)

    def wheel(self, x, y, by):
        self.mouse("mouseWheel", x, y, deltaX=0, deltaY=by)

    def touch(self, kind, *points):
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        self.send("Input.dispatchTouchEvent", type=kind, touchPoints=points)

    # Files

    def choose_file(self, selector, *paths):
        element = self.send("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")
        self.send("DOM.setFileInputFiles", files=[str(path) for path in paths], objectId=element["result"]["objectId"])

    def drop_file(self, x, y, *paths):
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.send("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)

    def screenshot(self, path, whole=True):
        picture = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        Path(path).write_bytes(base64.b64decode(picture))
