"""`python -m beskplan.standin --port 8765`: the stand-in as a process of its own."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress

from beskplan.standin.server import HOST, listen, server
from beskplan.standin.world import World


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m beskplan.standin", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8765, help="port on loopback; 0 takes a free one"
    )
    sock = listen(parser.parse_args().port)
    sys.stdout.write(f"Stand-in: http://{HOST}:{sock.getsockname()[1]}\n")
    sys.stdout.flush()
    # Ctrl-C is how a person ends it; uvicorn has closed all when it raises that again.
    with suppress(KeyboardInterrupt):
        server(World()).run(sockets=[sock])


if __name__ == "__main__":
    main()
