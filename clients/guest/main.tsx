import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createGuestClient } from "../session/guest";
import { WordsProvider } from "../ui/words";
import { App } from "./App";
import { guestBook } from "./words";
import "../ui/theme.css";

const root = document.getElementById("app");
if (root === null) throw new Error("guest: the page has no #app");

// The code comes behind the #, which no server sees; from here on it is not in the address either, nor in the history.
const code = location.hash.slice(1);
if (code !== "") history.replaceState(null, "", location.pathname);

const client = createGuestClient();

createRoot(root).render(
  <StrictMode>
    <WordsProvider book={guestBook}>
      <App client={client} code={code} />
    </WordsProvider>
  </StrictMode>,
);
