/* The pictures of an item: one large, with the crop box on it, and the others to choose from.
 *
 * Decided: small pictures are not blown up beyond three times their size.
 */

import type { CSSProperties, ReactNode } from "react";
import type { Part } from "../api/discovery";
import type { ItemDetail } from "../api/types";
import { Thumb, tint } from "../grid/Thumb";
import { CropBox } from "../picture/CropBox";
import type { Crop } from "../picture/useCrop";
import { CropLine } from "./QueryPanel";

interface Props {
  item: ItemDetail | null;
  at: number;
  crop: Crop;
  parts: Part[];
  onShow: (picture: number) => void;
}

const GROWN = 3;

export function Pictures({ item, at, crop, parts, onShow }: Props): ReactNode {
  if (!item)
    return (
      <div className="pictures">
        <div className="crop waiting-picture" aria-hidden="true" />
      </div>
    );
  const picture = item.pictures[at] ?? item.pictures[0];
  if (!picture)
    return (
      <div className="pictures">
        <p className="no-picture large">No picture</p>
      </div>
    );
  const name = item.title ?? item.category ?? "Item";
  const [width, height] = [picture.width ?? 640, picture.height ?? 640];
  const limits = { "--most": `${width * GROWN}px`, "--ratio": width / height } as CSSProperties;
  return (
    <div className="pictures" style={limits}>
      <CropBox
        key={picture.image_id}
        src={`${picture.url}?side=1024`}
        alt={name}
        width={width}
        height={height}
        objects={parts}
        {...crop}
      />
      <CropLine crop={crop} dots={parts.length} />
      {item.pictures.length > 1 && (
        <ul className="strip" aria-label="Pictures">
          {item.pictures.map((one, index) => (
            <li key={one.image_id}>
              <button
                type="button"
                aria-label={`Picture ${index + 1} of ${item.pictures.length}${one.role && one.role !== "seller" ? `, ${one.role}` : ""}`}
                aria-current={one === picture}
                style={{ background: tint(one.image_id) }}
                onClick={() => onShow(index)}
              >
                <Thumb picture={one} alt="" shown={72} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
