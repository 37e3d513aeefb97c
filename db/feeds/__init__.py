"""What is asked for news again and again: each kind of feed with its card."""

from db.feeds import acled_api, rss, ucdp_api, ucdp_download
from db.feeds.base import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (ucdp_api.KIND, ucdp_download.KIND, acled_api.KIND, rss.KIND)
}
