import "../ui/theme.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createSeatClient } from "../session";
import { WordsProvider } from "../ui";
import { App } from "./App";
import { book } from "./words";

const root = document.getElementById("app");
if (root === null) throw new Error("booth: the page has no #app to draw into");

const client = createSeatClient({ kind: "booth" });

createRoot(root).render(
  <StrictMode>
    <WordsProvider book={book}>
      <QueryClientProvider client={new QueryClient()}>
        <App client={client} />
      </QueryClientProvider>
    </WordsProvider>
  </StrictMode>,
);
