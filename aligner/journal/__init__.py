"""Decisions on disk: an append-only journal beside the record while it is reviewed, folded in on saving.

``a.xml.journal`` has one JSON object a line. The first line names the record by its digest; every later one
is a decision with the digest of the line before it, and is on the disk before the act is acknowledged.
``a.xml.lock`` is held while a session is open; the system lets go of it when the process ends in any way.
"""

from __future__ import annotations

from aligner.journal.chain import Entries, Journal, journal_path, read_entries
from aligner.journal.lock import Lock
from aligner.journal.session import Session, utc_now

__all__ = ["Entries", "Journal", "Lock", "Session", "journal_path", "read_entries", "utc_now"]
