/* What is judged: the query beside one result, or above two lists. Nothing but pictures: names would sway. */

import type { CSSProperties, ReactNode } from "react";
import type { Picture } from "../api/types";
import { Thumb } from "../grid/Thumb";
import type { Question } from "./judging";

const LARGE = 640;

export function Pair({ question }: { question: Question }): ReactNode {
  const result = question.lists[0]?.[0];
  return (
    <div className="rate-stage pair">
      <Large picture={question.query} name="Query" />
      {result && <Large picture={result} name="Result" />}
    </div>
  );
}

export function Lists({ question }: { question: Question }): ReactNode {
  return (
    <div className="rate-stage lists">
      <Large picture={question.query} name="Query" />
      {question.lists.map((list, at) => (
        <figure key={at} className="list">
          <figcaption>{at === 0 ? "Left" : "Right"}</figcaption>
          <ol style={{ "--count": Math.min(3, Math.ceil(Math.sqrt(list.length))) } as CSSProperties}>
            {list.map((picture, place) => (
              <li key={picture.image_id}>
                <Thumb
                  picture={picture}
                  alt={`${at === 0 ? "Left" : "Right"}, result ${place + 1}`}
                  shown={320}
                  eager
                />
              </li>
            ))}
            {list.length === 0 && <li className="no-picture">Nothing found</li>}
          </ol>
        </figure>
      ))}
    </div>
  );
}

function Large({ picture, name }: { picture: Picture; name: string }): ReactNode {
  return (
    <figure className={`large of-${name.toLowerCase()}`}>
      <figcaption>{name}</figcaption>
      <div className="large-frame">
        <Thumb picture={picture} alt={name} shown={LARGE} eager />
      </div>
    </figure>
  );
}
