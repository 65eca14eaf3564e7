import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createSeatClient } from "../session";
import { SeatProvider } from "../ui/work/seat";
import { SignInGate } from "../ui/work/SignIn";
import { WordsProvider } from "../ui/words";
import { App } from "./App";
import { assistantBook, T } from "./words";
import "../ui/theme.css";

const client = createSeatClient({ kind: "assistant" });
const queries = new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 30_000 } } });
const root = document.getElementById("app");
if (root === null) throw new Error("assistant: the page has no #app");

createRoot(root).render(
  <StrictMode>
    <WordsProvider book={assistantBook}>
      <QueryClientProvider client={queries}>
        <SeatProvider client={client}>
          <SignInGate kind="assistant" title={<T k="assistant.title" />}>
            <App />
          </SignInGate>
        </SeatProvider>
      </QueryClientProvider>
    </WordsProvider>
  </StrictMode>,
);
