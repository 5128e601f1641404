/* A label among others: its surest pictures, its name, what else it is called. */

import type { ReactNode } from "react";
import { labelPath } from "../app/places";
import { Thumb, tint } from "../grid/Thumb";
import { count } from "../ui/format";
import { Link } from "../ui/Link";
import { kindName, type LabelInfo } from "./labels";

const SHOWN = 4;
const NAMED = 3;

export function LabelCard({ label }: { label: LabelInfo }): ReactNode {
  const others = label.phrases.filter((phrase) => phrase !== label.name);
  const rest = label.phrase_count - Math.min(others.length, NAMED) - 1;
  const samples = label.samples.slice(0, SHOWN);
  return (
    <li className="label-card">
      <Link href={labelPath(label.label_id)}>
        <span className={`label-samples of-${samples.length}`} aria-hidden="true">
          {samples.map((picture) => (
            <span key={picture.image_id} style={{ background: tint(picture.image_id) }}>
              <Thumb picture={picture} alt="" shown={150} />
            </span>
          ))}
          {samples.length === 0 && <span className="no-picture">No pictures</span>}
        </span>
        <span className="label-name" dir="auto">
          {label.name}
        </span>
      </Link>
      <p className="label-facts">
        <span className="badge">{kindName(label.kind)}</span>
        {count(label.images)} {label.images === 1 ? "picture" : "pictures"}
      </p>
      {others.length > 0 && (
        <p className="label-phrases" dir="auto">
          {others.slice(0, NAMED).join(", ")}
          {rest > 0 && ` and ${count(rest)} more`}
        </p>
      )}
    </li>
  );
}
