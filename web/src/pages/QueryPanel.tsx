/* The picture that is searched with, the part of it that counts, and what is known of it.
 *
 * Decided: the picture behind an address is not shown, since the page loads nothing from elsewhere; the
 * server fetches it to search.
 */

import type { ReactNode } from "react";
import type { Part } from "../api/discovery";
import type { Box } from "../api/types";
import { itemPath, type Subject } from "../app/routes";
import type { Pictured } from "../discover/usePicture";
import { CropBox } from "../picture/CropBox";
import { isWhole } from "../picture/crop";
import type { Crop } from "../picture/useCrop";
import { Link } from "../ui/Link";

interface Props {
  subject: Exclude<Subject, { kind: "text" }>;
  picture: Pictured | null;
  parts: Part[];
  lit: Box | null;
  crop: Crop;
  title: string;
  children?: ReactNode;
}

export function QueryPanel({ subject, picture, parts, lit, crop, title, children }: Props): ReactNode {
  const waiting = !picture && (subject.kind === "item" || subject.kind === "image");
  return (
    <section className="query" aria-label="What is searched">
      <h1 tabIndex={-1}>{title}</h1>
      {subject.kind === "url" && <Address url={subject.url} />}
      {waiting && <div className="crop waiting-picture" aria-hidden="true" />}
      {picture && (
        <>
          <CropBox
            key={picture.src}
            src={picture.src}
            alt={picture.alt}
            width={picture.width}
            height={picture.height}
            objects={parts}
            lit={lit}
            {...crop}
          />
          <CropLine crop={crop} dots={parts.length} />
        </>
      )}
      {subject.kind === "item" && picture && (
        <p className="query-item">
          <Link href={itemPath(subject.id)}>{picture.alt}</Link>
        </p>
      )}
      {children}
    </section>
  );
}

/** What the box does, and the way back to the whole picture. */
export function CropLine({ crop, dots = 0 }: { crop: Crop; dots?: number }): ReactNode {
  const whole = isWhole(crop.box);
  return (
    <p className="crop-line">
      {whole ? (
        <>
          <span className="by-mouse">
            {dots ? "Press a dot, or drag over a part." : "Drag on the picture to search a part of it."}
          </span>
          <span className="by-finger">
            {dots ? "Tap a dot to search that." : "Tap the picture to search a part of it."}
          </span>
        </>
      ) : (
        <button type="button" className="pill" onClick={crop.reset}>
          Whole picture
        </button>
      )}
    </p>
  );
}

function Address({ url }: { url: string }): ReactNode {
  return (
    <p className="query-address">
      The picture at <span>{url}</span>
    </p>
  );
}
