/* Prepared pictures of this browser tab, by a short name that can stand in an address.
 *
 * Decided: kept in the tab's session storage too, as far as it has room, so that a reload finds them. They
 * are never written anywhere else.
 */

import type { Prepared } from "./prepare";

export interface Upload extends Prepared {
  id: string;
  shown: string;
}

const PREFIX = "saccade.upload.";
const KEPT = 8;
const uploads = new Map<string, Upload>();

export async function keep(picture: Prepared): Promise<Upload> {
  const id = Math.random().toString(36).slice(2, 10);
  const made = { ...picture, id, shown: URL.createObjectURL(picture.blob) };
  uploads.set(id, made);
  store(id, `${picture.width}x${picture.height} ${await dataUrl(picture.blob)}`);
  return made;
}

export function upload(id: string): Upload | null {
  return uploads.get(id) ?? restored(id);
}

function restored(id: string): Upload | null {
  const found = /^(\d+)x(\d+) data:image\/jpeg;base64,(.*)$/s.exec(read(PREFIX + id) ?? "");
  if (!found) return null;
  const bytes = Uint8Array.from(atob(found[3]!), (letter) => letter.charCodeAt(0));
  const blob = new Blob([bytes], { type: "image/jpeg" });
  const made = {
    blob,
    id,
    width: Number(found[1]),
    height: Number(found[2]),
    shown: URL.createObjectURL(blob),
  };
  uploads.set(id, made);
  return made;
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(blob);
  });
}

function store(id: string, text: string): void {
  try {
    const ids = [id, ...(JSON.parse(read(`${PREFIX}list`) ?? "[]") as string[])];
    for (const old of ids.splice(KEPT)) sessionStorage.removeItem(PREFIX + old);
    sessionStorage.setItem(PREFIX + id, text);
    sessionStorage.setItem(`${PREFIX}list`, JSON.stringify(ids));
  } catch {
    // full or forbidden: the picture lives until the tab is reloaded
  }
}

function read(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}
