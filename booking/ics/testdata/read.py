"""Reads calendars with python3-icalendar and applies them one after another, as a calendar program does that gets
invitations by mail (RFC 5546, 2.1.5): the higher sequence wins, of equal ones the later stamp. Prints what stands in
the calendar after each file."""
import json
import sys

from icalendar import Calendar

held = {}
states = []
for name in sys.argv[1:]:
    with open(name, "rb") as f:
        calendar = Calendar.from_ical(f.read())
    method = str(calendar["METHOD"])
    for event in calendar.walk("VEVENT"):
        start, end = event.decoded("DTSTART"), event.decoded("DTEND")
        attendees = event.get("ATTENDEE", [])
        new = {
            "Method": method,
            "UID": str(event["UID"]),
            "Summary": str(event["SUMMARY"]),
            "Location": str(event["LOCATION"]),
            "Description": str(event["DESCRIPTION"]),
            "Status": str(event["STATUS"]),
            "Sequence": int(event["SEQUENCE"]),
            "Start": start.isoformat(),
            "End": end.isoformat(),
            "Offset": int(start.utcoffset().total_seconds()),
            "Attendees": [str(a) for a in (attendees if isinstance(attendees, list) else [attendees])],
        }
        stamp = event.decoded("DTSTAMP")
        old = held.get(new["UID"])
        if old is None or (new["Sequence"], stamp) >= (old[0]["Sequence"], old[1]):
            held[new["UID"]] = (new, stamp)
    states.append([new for new, _ in held.values()])
print(json.dumps(states))
