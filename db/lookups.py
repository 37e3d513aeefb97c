"""How a database is told by which columns not to look rows up."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class _Unsought(GenericFunction[Any]):
    inherit_cache, _register = True, False


@compiles(_Unsought)
def _as_it_is(element: Any, compiler: Any, **more: Any) -> str:
    return str(compiler.process(element.clauses, **more))


@compiles(_Unsought, "sqlite")
def _with_a_plus(element: Any, compiler: Any, **more: Any) -> str:
    return f"+{compiler.process(element.clauses, **more)}"


def unsought(column: Any) -> ColumnElement[Any]:
    """A column that rows are compared by and never looked up by, because nearly all of them pass.

    SQLite takes any index of a column that is compared; a plus before it says that it must not
    (sqlite.org/optoverview.html). PostgreSQL knows how its rows are spread.
    """
    return _Unsought(column, type_=column.type)
