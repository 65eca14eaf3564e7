import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { WordsProvider } from "../ui/words";
import { App } from "./App";
import { myBook } from "./words";
import "../ui/theme.css";

const root = document.getElementById("app");
if (root === null) throw new Error("my: the page has no #app");

createRoot(root).render(
  <StrictMode>
    <WordsProvider book={myBook}>
      <App office={new URLSearchParams(location.search).get("office") ?? ""} />
    </WordsProvider>
  </StrictMode>,
);
