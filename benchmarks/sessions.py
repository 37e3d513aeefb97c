"""People at the pages without browsers: sessions over the websocket, as Streamlit's own script opens them."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Session:
    """One open tab: a page with what stands behind the question mark of its address."""

    line: ClientConnection
    page: str
    query: str

    def ask(self) -> None:
        """Have the page drawn anew."""
        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        asked.rerun_script.page_name = self.page
        self.line.send(asked.SerializeToString())

    def drawn(self, within_seconds: float = 900) -> tuple[int, int]:
        """Wait until it is drawn; how many messages came, and how many bytes before anything compressed them."""
        count = size = 0
        while True:
            body = self.line.recv(within_seconds)
            told = ForwardMsg.FromString(body if isinstance(body, bytes) else body.encode())
            count, size = count + 1, size + len(body)
            if told.WhichOneof("type") == "script_finished":
                return count, size

    def rerun(self) -> float:
        """Have it drawn anew and wait; the seconds that took."""
        began = time.perf_counter()
        self.ask()
        self.drawn()
        return time.perf_counter() - began


def opened(address: str, page: str = "", query: str = "") -> Session:
    """A tab that shows a page."""
    socket = address.replace("http://", "ws://") + "/_stcore/stream"
    line = connect(socket, origin=address, subprotocols=["streamlit"], max_size=None)  # type: ignore[arg-type, list-item]
    session = Session(line, page, query)
    session.rerun()
    return session


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has used, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mb(pid: int) -> float:
    """The memory that a process holds, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
