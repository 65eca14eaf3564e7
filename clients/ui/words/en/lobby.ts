import type ja from "../ja/lobby";

/** Words of the lobby's screen, in English. */
const words: Record<keyof typeof ja, string> = {
  "lobby.title": "Whose turn it is",
  "lobby.next": "Next",
  "lobby.nobody": "Nobody is waiting",
  "lobby.free": "No number is being called",
  "lobby.come": "Please come in",
  "lobby.call": "Number {{number}}, please come to {{booth}}.",
  "lobby.inside": "In progress",
  "lobby.help": "Please ask at the counter if you need help",
  "lobby.offline": "Reconnecting. Please ask at the counter for your number",
};

export default words;
