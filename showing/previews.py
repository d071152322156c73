"""What is shown of a preview to programs: the clock, its days one by one, and what silence would lead to."""

from typing import Any

from policies.calendar import WEEK_ZH
from rehearsal.preview import Preview
from rehearsal.printing import printed


def preview_document(found: Preview) -> dict[str, Any]:
    """The preview, field by field."""
    clock = found.clock
    return {
        "from": found.start,
        "refused": found.refused,
        "limit": clock and clock.limit,
        "due": clock and clock.due_at,
        "last_day": clock and clock.last_day,
        "provisional": clock and clock.provisional,
        "rules": clock and clock.rules,
        "calendar": clock and clock.calendar,
        "days": [
            {
                "date": day.date,
                "weekday": WEEK_ZH[day.date.weekday()],
                "counted": day.counted,
                "zh": day.zh,
                "en": day.en,
                "provisional": day.provisional,
            }
            for day in found.days
        ],
        "acts": [printed(act) for act in found.acts],
        "until": found.until,
    }
