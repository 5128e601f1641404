/* The picture that is searched with, and the part of it that counts.
 *
 * Decided: the picture behind an address is not shown, since the page loads nothing from elsewhere; the
 * server fetches it to search.
 */

import type { ReactNode } from "react";
import { itemPath, type Subject } from "../app/routes";
import { CropBox } from "../picture/CropBox";
import { isWhole } from "../picture/crop";
import type { Crop } from "../picture/useCrop";
import { upload } from "../picture/uploads";
import { useItem } from "../search/useItem";
import { Link } from "../ui/Link";

interface Props {
  subject: Exclude<Subject, { kind: "text" }>;
  crop: Crop;
  title: string;
}

export function QueryPanel({ subject, crop, title }: Props): ReactNode {
  return (
    <section className="query" aria-label="What is searched">
      <h1 tabIndex={-1}>{title}</h1>
      {subject.kind === "url" && <Address url={subject.url} />}
      {subject.kind === "upload" && <Own id={subject.id} crop={crop} />}
      {subject.kind === "item" && <OfItem id={subject.id} crop={crop} />}
    </section>
  );
}

function Own({ id, crop }: { id: string; crop: Crop }): ReactNode {
  const found = upload(id);
  if (!found) return null;
  return (
    <>
      <CropBox src={found.shown} alt="Your picture" width={found.width} height={found.height} {...crop} />
      <CropLine crop={crop} />
    </>
  );
}

function OfItem({ id, crop }: { id: string; crop: Crop }): ReactNode {
  const { item, error } = useItem(id);
  const picture = item?.pictures[0];
  const name = item?.title ?? item?.category ?? "this item";
  if (error !== null && !item) return null;
  if (!item) return <div className="crop waiting-picture" aria-hidden="true" />;
  return (
    <>
      {picture && (
        <CropBox
          src={`${picture.url}?side=640`}
          alt={name}
          width={picture.width ?? 1}
          height={picture.height ?? 1}
          objects={picture.objects}
          {...crop}
        />
      )}
      <CropLine crop={crop} />
      <p className="query-item">
        <Link href={itemPath(id)}>{name}</Link>
      </p>
    </>
  );
}

/** What the box does, and the way back to the whole picture. */
export function CropLine({ crop }: { crop: Crop }): ReactNode {
  const whole = isWhole(crop.box);
  return (
    <p className="crop-line">
      {whole ? (
        <>
          <span className="by-mouse">Drag on the picture to search a part of it.</span>
          <span className="by-finger">Tap the picture to search a part of it.</span>
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
