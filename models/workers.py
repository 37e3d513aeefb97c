"""Where fits run: in threads of this process, or on a Dask cluster whose address was given.

Either way the same function gets the same rows, so the numbers are the same to the last digit. That needs the
same versions everywhere, which is checked before any work is sent.
"""

import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from importlib.metadata import version
from typing import Any

from joblib import Parallel, parallel_config
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from models.errors import ModelError

PACKAGES = ("tocsin", "numpy", "scipy", "scikit-learn", "pandas")
PATIENCE_SECONDS = 10
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]  # what joblib's `delayed` makes

_cluster: ContextVar[Any] = ContextVar("cluster", default=None)


def each(calls: Iterable[Call], *, jobs: int, share: object) -> Iterator[Any]:
    """The results of some calls in their order; `share` is what all are handed, sent to each worker once."""
    client = _cluster.get()
    if client is None:
        return iter(Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(calls))
    with parallel_config(backend="dask", client=client, scatter=[share]):
        return iter(Parallel(n_jobs=-1, return_as="generator")(calls))


@cache  # to look through all loaded libraries takes longer than a small fit
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread() -> Any:
    """Keep the libraries below to one thread while the block lasts: fits run beside each other already."""
    return _libraries().limit(limits=1)


@contextmanager
def spread(address: str | None) -> Iterator[None]:
    """Let the work inside run on the Dask cluster at an address; without one, in threads."""
    if not address:
        yield
        return
    client = _connected(address)
    told = _cluster.set(client)
    try:
        yield
    finally:
        _cluster.reset(told)
        client.close()


def _connected(address: str) -> Any:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise ModelError("Dask is not installed; install it with: pip install -e '.[dask]'") from None
    try:
        client = distributed.Client(address, timeout=PATIENCE_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as fault:
        raise ModelError(
            f"no Dask scheduler answers at {address!r} ({type(fault).__name__}); start one with: dask scheduler"
        ) from None
    try:
        _ready(client, address)
    except BaseException:
        client.close()
        raise
    return client


def _ready(client: Any, address: str) -> None:
    """Refuse a cluster that has no workers, or others than ours."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_SECONDS)
    except TimeoutError:
        raise ModelError(
            f"the Dask scheduler at {address} has no workers; start one with: dask worker {address}"
        ) from None
    try:
        theirs = client.run(versions)
    except ImportError as fault:
        raise ModelError(
            f"a Dask worker lacks Tocsin ({fault}); install it there with: pip install -e ."
        ) from None
    ours = versions()
    for worker, found in theirs.items():
        for name in (one for one in ours if found[one] != ours[one]):
            raise ModelError(
                f"the Dask worker {worker} has {name} {found[name]}, here it is {ours[name]}; "
                "install the same with: pip install -c constraints.txt -e ."
            )


def versions() -> dict[str, str]:
    """What the numbers depend on."""
    return {"Python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
