"""A small bot for tests, run as a program: it does what a flag says, in a file that it reads each 50 ms.

Arguments: folder, file of flags (flagd schema). It writes `port` into the folder. A flag that cannot be read leaves it
as it is; a flag whose state is DISABLED means the code's own default. `GET /readings` says how often the file was read.
"""

from __future__ import annotations

import http.server
import json
import sys
import threading
import time
from pathlib import Path

FLAG = "bot-mode"
STATUS = {"normal": 200, "limited": 429, "disabled": 503}


class Bot:
    """The mode that it is in, and how often it looked."""

    mode = "normal"
    readings = 0


def follow(flags: Path, bot: Bot) -> None:
    """Read the flag again and again."""
    while True:
        try:
            flag = json.loads(flags.read_bytes())["flags"][FLAG]
            bot.mode = flag["defaultVariant"] if flag["state"] == "ENABLED" else "normal"
        except (OSError, ValueError, KeyError):
            pass
        bot.readings += 1
        time.sleep(0.05)


def handler(bot: Bot) -> type[http.server.BaseHTTPRequestHandler]:
    """Return what answers for the bot."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200, str(bot.readings))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", "0")))
            self._say(STATUS[bot.mode], bot.mode)

        def _say(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


def main(folder: Path, flags: Path) -> None:
    """Serve until killed."""
    bot = Bot()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(bot))
    threading.Thread(target=follow, args=(flags, bot), daemon=True).start()
    (folder / "port.part").write_text(str(server.server_port))
    (folder / "port.part").rename(folder / "port")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
