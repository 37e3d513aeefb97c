"""The ways in: parse each row, keep what is broken with its reason, store the rest, say what happened."""

from db.importers import acled, reports, ucdp
from db.importers.base import Importer

IMPORTERS: dict[str, Importer] = {
    importer.name: importer
    for importer in (
        ucdp.IMPORTER,
        acled.IMPORTER,
        reports.IMPORTER,
    )
}
