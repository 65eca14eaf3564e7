import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createSeatClient } from "../session";
import { SeatProvider } from "../ui/work/seat";
import { SignInGate } from "../ui/work/SignIn";
import { WordsProvider } from "../ui/words";
import { App } from "./App";
import { lobbyBook, T } from "./words";
import "../ui/theme.css";

const client = createSeatClient({ kind: "lobby" });
const root = document.getElementById("app");
if (root === null) throw new Error("lobby: the page has no #app");

createRoot(root).render(
  <StrictMode>
    <WordsProvider book={lobbyBook}>
      <SeatProvider client={client}>
        <SignInGate kind="lobby" title={<T k="lobby.title" />}>
          <App />
        </SignInGate>
      </SeatProvider>
    </WordsProvider>
  </StrictMode>,
);
