/* Scenes that show an object: whole pictures with the places that match drawn on them.
 *
 * Decided: a scene leads to itself, with its own dots and its shop, since whoever likes a room wants the room.
 * For a whole item, objects of its category are looked for first; one press looks among all. Of the places
 * that match, those nearly as good as the best are drawn.
 */

import { type ReactNode, useState } from "react";
import type { ObjectAnswer, Scene } from "../api/discovery";
import type { Box } from "../api/types";
import type { Entry } from "../app/history";
import { formatRoute, type Subject } from "../app/routes";
import { partName, placed } from "../dots/parts";
import { Thumb, tint } from "../grid/Thumb";
import { wireBox } from "../picture/crop";
import { type Filters, wireFilter } from "../search/filters";
import { Announce } from "../ui/Announce";
import { Link } from "../ui/Link";
import { Check } from "../ui/icons";
import { Failed, State } from "../ui/State";
import { Notes } from "./Notes";
import { boxed, useAsk } from "./useAsk";

interface Props {
  entry: Entry;
  subject: Subject;
  box: Box | null;
  filters: Filters;
  category: string | null;
}

const MOST = 40;
const NEARLY = 0.08; // of a score

export function Scenes({ entry, subject, box, filters, category }: Props): ReactNode {
  const [all, setAll] = useState(false);
  const filter = wireFilter(filters);
  const part = wireBox(box);
  const only = part === null && !all ? category : null;
  const rest = {
    k: MOST,
    ...boxed(part),
    ...(only ? { category: only } : {}),
    ...(filter ? { filter } : {}),
  };
  const question = { path: "/v1/objects", subject, rest };
  const { answer, loading, error, again } = useAsk<ObjectAnswer>(entry.key, "scenes", question);
  if (error !== null) return <Failed error={error} again={again} />;
  if (answer !== null && answer.scenes.length === 0 && !loading)
    return (
      <State title="No scene shows it">
        <Notes notes={answer.notes} />
        {only ? (
          <button type="button" className="button" onClick={() => setAll(true)}>
            Look among all objects
          </button>
        ) : (
          <p>Draw a box around one thing to look for it alone.</p>
        )}
      </State>
    );
  return (
    <>
      {part === null && category && (
        <button
          type="button"
          className={all ? "chip" : "chip on"}
          aria-pressed={!all}
          onClick={() => setAll(!all)}
        >
          {!all && <Check />}
          Only objects called {category}
        </button>
      )}
      <Notes notes={answer?.notes} />
      <ul
        role="list"
        className={loading && answer ? "scenes dimmed" : "scenes"}
        aria-busy={loading}
        aria-label="Scenes"
      >
        {answer
          ? answer.scenes.map((scene) => <One key={scene.picture.image_id} scene={scene} />)
          : [1.2, 0.8, 1, 0.7, 1.3, 0.9].map((ratio) => (
              <li key={ratio} aria-hidden="true">
                <span className="waiting-picture" style={{ aspectRatio: ratio }} />
              </li>
            ))}
      </ul>
      <Announce text={loading || !answer ? "" : `${answer.scenes.length} scenes`} />
    </>
  );
}

function One({ scene }: { scene: Scene }): ReactNode {
  const { picture, items } = scene;
  const best = Math.max(...scene.matches.map((match) => match.score));
  const matches = scene.matches.filter((match) => match.score >= best - NEARLY);
  const href = formatRoute({
    view: "search",
    subject: { kind: "image", id: picture.image_id },
    box: null,
    filters: {},
    show: "shop",
  });
  const names = items.flatMap((item) => item.title ?? item.category ?? []);
  const found = matches.map((match) => partName(match.part));
  const name = `Scene ${scene.rank}${found.length ? ` with ${found.join("; ")}` : ""}`;
  const [width, height] = [picture.width ?? 1, picture.height ?? 1];
  return (
    <li>
      <Link
        href={href}
        className="card-picture"
        style={{ aspectRatio: width / height, background: tint(picture.image_id) }}
      >
        <Thumb picture={picture} alt={name} shown={420} />
        {matches.map((match, index) => (
          <span
            key={index}
            className={index === 0 ? "match first" : "match"}
            style={placed(match.part.box)}
          />
        ))}
      </Link>
      <p className="card-more">
        <span>{names.length ? names.slice(0, 2).join(", ") : (matches[0]?.part.category ?? "")}</span>
      </p>
    </li>
  );
}
