"""`ecgfactory sessions`."""

from __future__ import annotations

import time

from ecgfactory.cli.output import console, print_table
from ecgfactory.request.preflight import size_text
from ecgfactory.session.session_info import SessionInfo
from ecgfactory.session.sessions import sessions_of
from ecgfactory.storage.place import Place

HEADINGS = ("session", "state", "name", "plan", "records", "last seen", "disk", "resumable")


def list_sessions(output: Place) -> None:
    """Print one row per session, the last seen first."""
    sessions = sessions_of(output)
    if not sessions:
        console().print(f"no sessions in {output}")
        return
    now = time.time()
    print_table(HEADINGS, [_row(session, now) for session in sessions])


def _row(session: SessionInfo, now: float) -> tuple[str, ...]:
    return (
        session.session_id,
        session.state,
        session.name,
        session.plan_id,
        f"{min(session.committed, session.records):,} of {session.records:,}",
        f"{age_text(max(0.0, now - session.heartbeat_at))} ago",
        size_text(session.disk_bytes),
        _resumable(session),
    )


def _resumable(session: SessionInfo) -> str:
    if session.holds_work and session.needs:
        return f"with {', '.join(session.needs)}"
    return "yes" if session.is_resumable else "no"


def age_text(age_s: float) -> str:
    """Write an age in its largest unit: 12 s, 5 min, 3 h, 8 d."""
    for limit_s, unit_s, unit in ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h")):
        if age_s < limit_s:
            return f"{age_s // unit_s:.0f} {unit}"
    return f"{age_s // 86_400:,.0f} d"
