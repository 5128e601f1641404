/* What can be done here, and with which keys. */

import type { ReactNode } from "react";
import { useInfo } from "../api/info";
import { Dialog } from "../ui/Dialog";
import { count } from "../ui/format";
import { setEnabled, useEnabled } from "./shortcuts";

const KEYS: [string[], string][] = [
  [["/"], "type words"],
  [["U"], "upload a picture"],
  [["C"], "open the camera"],
  [["Ctrl", "V"], "search a copied picture"],
  [["←", "↑", "↓", "→"], "move between cards, or move the crop box"],
  [["Shift", "arrows"], "size the crop box"],
  [["Enter"], "open a card"],
  [["S"], "more like the card"],
  [["Esc"], "go back"],
  [["?"], "this help"],
];

export function Help({ onClose }: { onClose: () => void }): ReactNode {
  const on = useEnabled();
  const info = useInfo();
  return (
    <Dialog title="How to look around" onClose={onClose}>
      <p>
        Bring a picture: upload it, take it, paste it or drop it anywhere. Then drag over the part that you
        mean, and the results follow. Dots are things that were found in a picture: press one to search it.
      </p>
      <dl className="keys">
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label className="switch">
        <input type="checkbox" checked={on} onChange={(event) => setEnabled(event.target.checked)} />
        Single keys are shortcuts
      </label>
      {info && (
        <p className="quiet">
          {info.name}: {count(info.items)} items. saccade {info.version}.
        </p>
      )}
    </Dialog>
  );
}
