/* One label: what it is called in which languages, its surest pictures, the labels around it. */

import { type ReactNode, useEffect, useState } from "react";
import { patiently } from "../api/patient";
import type { Entry } from "../app/history";
import { recall, remember } from "../app/memory";
import { EVERY_LABEL, formatPlace, labelPath } from "../app/places";
import { formatRoute, itemPath } from "../app/routes";
import { useArrival } from "../app/scroll";
import { useTitle } from "../app/title";
import { Thumb, tint } from "../grid/Thumb";
import { count } from "../ui/format";
import { Glass } from "../ui/icons";
import { Link } from "../ui/Link";
import { Failed } from "../ui/State";
import { kindName, type LabelDetail, type LabelNear } from "./labels";

const WALL = 21; // three rows on a desk

export function LabelPage({ entry, id }: { entry: Entry; id: string }): ReactNode {
  const [label, setLabel] = useState<LabelDetail | null>(() => recall<LabelDetail>(entry.key, "label") ?? null);
  const [error, setError] = useState<unknown>(null);
  const [round, setRound] = useState(0);
  useTitle(label?.name ?? "Label");
  useArrival(entry, label !== null);
  useEffect(() => {
    const mine = new AbortController();
    setError(null);
    patiently<LabelDetail>(`/v1/labels/${encodeURIComponent(id)}`, { signal: mine.signal })
      .then((found) => {
        remember(entry.key, "label", found);
        setLabel(found);
      })
      .catch((reason: unknown) => !mine.signal.aborted && setError(reason));
    return () => mine.abort();
  }, [id, round]);
  if (error !== null && label === null) return <Failed error={error} again={() => setRound(round + 1)} />;
  return (
    <article className="label-page">
      <p className="kicker">
        <Link href={formatPlace({ view: "labels", chosen: EVERY_LABEL })}>Labels</Link>
        {label?.parent && (
          <>
            {" › "}
            <Link href={labelPath(label.parent.label_id)}>{label.parent.name}</Link>
          </>
        )}
      </p>
      <h1 key="name" tabIndex={-1} dir="auto" className={label ? "" : "waiting-line"}>
        {label?.name ?? "\u00a0"}
      </h1>
      {label && <Whole label={label} />}
    </article>
  );
}

function Whole({ label }: { label: LabelDetail }): ReactNode {
  const text = formatRoute({
    view: "search",
    subject: { kind: "text", text: label.name },
    box: null,
    filters: {},
  });
  return (
    <>
      <p className="label-lead">
        <Link href={text} className="button">
          <Glass />
          Search for it
        </Link>
        <span className="badge">{kindName(label.kind)}</span>
        <span>
          {count(label.images)} {label.images === 1 ? "picture" : "pictures"}
        </span>
      </p>
      <Samples label={label} />
      <div className="label-columns">
        <Phrases label={label} />
        <div>
          <Facts label={label} />
          <Near title="Narrower labels" labels={label.children} />
          <Near title="On the same pictures" labels={label.beside} />
        </div>
      </div>
    </>
  );
}

function Samples({ label }: { label: LabelDetail }): ReactNode {
  if (label.samples.length === 0) return <p className="quiet">No picture of this label is here.</p>;
  return (
    <ul className="label-wall" aria-label="Surest pictures">
      {label.samples.slice(0, WALL).map((one, at) => {
        const sure = one.weight === null ? "" : one.weight.toFixed(2);
        const inside = <Thumb picture={one} alt={`${label.name}, picture ${at + 1}`} shown={180} />;
        return (
          <li key={one.image_id} style={{ background: tint(one.image_id) }}>
            {one.item_id === null ? inside : <Link href={itemPath(one.item_id)}>{inside}</Link>}
            {sure && (
              <span className="label-weight" title="weight of the label on this picture">
                {sure}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Phrases({ label }: { label: LabelDetail }): ReactNode {
  const cut = label.phrase_count - label.phrases.length;
  return (
    <section aria-labelledby="phrases">
      <h2 id="phrases">What it is called</h2>
      <table className="label-table">
        <thead>
          <tr>
            <th scope="col">Phrase</th>
            <th scope="col">
              <abbr title="Language">Lang.</abbr>
            </th>
            <th scope="col" className="number">
              Texts
            </th>
            <th scope="col" className="number">
              Pictures
            </th>
            <th scope="col" className="number">
              Score
            </th>
          </tr>
        </thead>
        <tbody>
          {label.phrases.map((one) => (
            <tr key={`${one.language} ${one.phrase}`}>
              <th scope="row" dir="auto">
                {one.phrase}
              </th>
              <td>{one.language}</td>
              <td className="number">{count(one.support)}</td>
              <td className="number">{count(one.images)}</td>
              <td className="number">{one.score === null ? "" : one.score.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {cut > 0 && <p className="quiet">and {count(cut)} more</p>}
    </section>
  );
}

function Facts({ label }: { label: LabelDetail }): ReactNode {
  const facts: [string, string | null][] = [
    ["Languages", label.languages.join(", ") || null],
    ["Mean score", label.score?.toFixed(2) ?? null],
    ["Purity", label.purity?.toFixed(2) ?? null],
    ["Draws an epoch", label.draws === null ? null : count(Math.round(label.draws))],
  ];
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Near({ title, labels }: { title: string; labels: LabelNear[] }): ReactNode {
  if (labels.length === 0) return null;
  return (
    <section className="label-near">
      <h2>{title}</h2>
      <ul className="chips">
        {labels.map((one) => (
          <li key={one.label_id}>
            <Link href={labelPath(one.label_id)} className="chip">
              <span dir="auto">{one.name}</span>
              <span className="quiet">
                {one.share == null ? count(one.images) : `${Math.round(100 * one.share)}%`}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
