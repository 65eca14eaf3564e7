import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createSeatClient } from "../session";
import { SeatProvider } from "../ui/work/seat";
import { SignInGate } from "../ui/work/SignIn";
import { WordsProvider } from "../ui/words";
import { App } from "./App";
import { adminBook, T } from "./words";
import "../ui/theme.css";

// The demo has one administrator who needs no code; elsewhere the form asks for one.
const seat = new URLSearchParams(location.search).get("seat") ?? "admin";
const client = createSeatClient({ kind: "admin", seat });
const queries = new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 30_000 } } });
const root = document.getElementById("app");
if (root === null) throw new Error("admin: the page has no #app");

createRoot(root).render(
  <StrictMode>
    <WordsProvider book={adminBook}>
      <QueryClientProvider client={queries}>
        <SeatProvider client={client}>
          <SignInGate kind="admin" seat="admin" title={<T k="admin.title" />}>
            <App />
          </SignInGate>
        </SeatProvider>
      </QueryClientProvider>
    </WordsProvider>
  </StrictMode>,
);
