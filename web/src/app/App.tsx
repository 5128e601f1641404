/* The frame around every page: header, notices, dialogs, what can be dropped and pressed anywhere. */

import { type ReactNode, useMemo, useRef, useState } from "react";
import { Camera, hasCamera } from "../picture/Camera";
import { HomePage } from "../pages/HomePage";
import { ItemPage } from "../pages/ItemPage";
import { LostPage } from "../pages/LostPage";
import { SearchPage } from "../pages/SearchPage";
import { LabelPage } from "../labels/LabelPage";
import { LabelsPage } from "../labels/LabelsPage";
import { RatePage } from "../rate/RatePage";
import { Notices } from "../ui/Notices";
import { ServerLine } from "../ui/ServerLine";
import { UploadIcon } from "../ui/icons";
import { Header } from "./Header";
import { Help } from "./Help";
import { back, type Entry, useEntry } from "./history";
import { parseRoute, type Route } from "./routes";
import { useShortcuts } from "./shortcuts";
import { useIntake } from "./useIntake";

export function App(): ReactNode {
  const entry = useEntry();
  const route = useMemo(() => parseRoute(entry.path, entry.query), [entry.path, entry.query]);
  const [dialog, setDialog] = useState<"help" | "camera" | null>(null);
  const words = useRef<HTMLInputElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const capture = useRef<HTMLInputElement>(null);
  const over = useIntake();

  const camera = (): void => (hasCamera() ? setDialog("camera") : capture.current?.click());
  const close = (): void => setDialog(null);
  const actions = useMemo(
    () => ({
      "/": () => words.current?.select(),
      "?": () => setDialog("help"),
      u: () => file.current?.click(),
      c: camera,
      Escape: () => entry.path !== "/" && back(),
    }),
    [entry.path],
  );
  useShortcuts(actions);

  return (
    <>
      <a className="skip" href="#main">
        Skip to the results
      </a>
      <Header
        route={route}
        words={words}
        file={file}
        capture={capture}
        onCamera={camera}
        onHelp={() => setDialog("help")}
      />
      <ServerLine />
      <main id="main" tabIndex={-1}>
        <Page entry={entry} route={route} />
      </main>
      <Notices />
      {over && (
        <div className="drop" aria-hidden="true">
          <p>
            <UploadIcon />
            Drop the picture to search with it
          </p>
        </div>
      )}
      {dialog === "help" && <Help onClose={close} />}
      {dialog === "camera" && (
        <Camera
          onClose={close}
          onFallback={() => {
            close();
            file.current?.click();
          }}
        />
      )}
    </>
  );
}

function Page({ entry, route }: { entry: Entry; route: Route }): ReactNode {
  if (route.view === "home") return <HomePage key={entry.key} entry={entry} route={route} />;
  if (route.view === "search") return <SearchPage key={entry.key} entry={entry} route={route} />;
  if (route.view === "item") return <ItemPage key={entry.key} entry={entry} route={route} />;
  if (route.view === "rate") return <RatePage key={entry.key} plan={route.plan} />;
  if (route.view === "labels") return <LabelsPage key={entry.key} entry={entry} chosen={route.chosen} />;
  if (route.view === "label") return <LabelPage key={entry.key} entry={entry} id={route.id} />;
  return <LostPage />;
}
