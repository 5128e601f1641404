/* The picture that a search is about, as the page can show it: an own one, an item's first, or one by its id.
 *
 * Decided: the picture behind an address is not shown, since the page loads nothing from elsewhere. The size
 * of a picture by its id is not told by any answer, so the browser measures it.
 */

import { useEffect, useState } from "react";
import type { Part } from "../api/discovery";
import type { Subject } from "../app/routes";
import { upload } from "../picture/uploads";
import { picturePath } from "../search/request";
import { useItem } from "../search/useItem";
import type { Whole } from "../shop/Cut";

export interface Pictured extends Whole {
  alt: string;
  objects: Part[];
  category: string | null;
}

export function usePicture(subject: Subject): Pictured | null {
  const { item } = useItem(subject.kind === "item" ? subject.id : null);
  const measured = useMeasured(subject.kind === "image" ? `${picturePath(subject.id)}?side=1024` : null);
  if (subject.kind === "image")
    return measured && { ...measured, alt: "The picture", objects: [], category: null };
  if (subject.kind === "upload") {
    const own = upload(subject.id);
    const size = own && { width: own.width, height: own.height };
    return size && { ...size, src: own.shown, alt: "Your picture", objects: [], category: null };
  }
  const picture = item?.pictures[0];
  if (!picture) return null;
  return {
    src: `${picture.url}?side=640`,
    width: picture.width ?? 1,
    height: picture.height ?? 1,
    alt: item.title ?? item.category ?? "this item",
    objects: picture.objects,
    category: item.category,
  };
}

function useMeasured(src: string | null): Whole | null {
  const [found, setFound] = useState<Whole | null>(null);
  useEffect(() => {
    if (src === null) return;
    const image = new Image();
    image.onload = () => setFound({ src, width: image.naturalWidth, height: image.naturalHeight });
    image.src = src;
    return () => {
      image.onload = null;
    };
  }, [src]);
  return found?.src === src ? found : null;
}
