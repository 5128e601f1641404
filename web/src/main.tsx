/* The page starts here. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import "./styles/base.css";
import "./styles/header.css";
import "./styles/grid.css";
import "./styles/crop.css";
import "./styles/filters.css";
import "./styles/pages.css";
import "./styles/discover.css";
import "./styles/dialogs.css";
import "./styles/rate.css";
import "./styles/labels.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
