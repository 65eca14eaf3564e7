import type ja from "../ja/alarm";

/** The emergency in English. */
const words: Record<keyof typeof ja, string> = {
  "alarm.button": "Emergency",
  "alarm.sure": "Raise the emergency?",
  "alarm.means": "Postal staff and the other side are told at once, and the address and hospital are shown.",
  "alarm.arming": "Opening the button",
  "alarm.press": "Raise the emergency",
  "alarm.no": "No, go back",
  "alarm.left": "Closes again in {{seconds}} s",
  "alarm.failed": "There is no connection. Please telephone",
  "alarm.title": "Emergency",
  "alarm.told": "Raised at {{time}}. Postal staff are on their way.",
  "alarm.by.booth": "From the booth",
  "alarm.by.desk": "From the desk",
  "alarm.ambulance": "Ambulance",
  "alarm.ambulance.phone": "119",
  "alarm.address": "Address here",
  "alarm.hospital": "Emergency hospital",
  "alarm.office": "Post office",
  "alarm.desk": "Who you talk with",
  "alarm.close": "Back to the talk",
  "alarm.stands": "An emergency has been raised.",
  "alarm.open": "Address and telephones",
  "alarm.calm": "Emergency is over",
  "alarm.calm.sure": "Is the emergency over?",
  "alarm.calm.means": "The notice goes from every screen.",
  "alarm.ago": "Emergency raised {{seconds}} s ago",
  "alarm.agoMinutes": "Emergency raised {{minutes}} min ago",
  "alarm.booth": "Emergency in {{booth}}",
  "alarm.go": "Going there now",
};

export default words;
